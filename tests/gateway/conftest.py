"""Real websites on loopback ports, well-behaved and broken, and a real server in front of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from granian.server.embed import Server

from cookiegate.gateway import Upstream
from tests.ports import find_port, wait_for

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def _serve_website(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _serve_raw(script: Script) -> AsyncIterator[str]:
    tasks = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            await script(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the gateway closed the connection, as it may
        finally:
            writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _reach(url: str, **options: float) -> AsyncIterator[Upstream]:
    upstream = Upstream(url, **options)
    try:
        yield upstream
    finally:
        await upstream.close()


@asynccontextmanager
async def _serve_gateway(url: str, **options: float) -> AsyncIterator[str]:
    port = find_port()
    server = Server(Upstream(url, **options), "127.0.0.1", port, interface="asgi", log_access=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.to_thread(wait_for, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        await serving


@pytest.fixture
def website() -> Serve:
    """`async with website(handler) as url`: a website whose pages an aiohttp handler makes."""
    return _serve_website


@pytest.fixture
def raw_website() -> Serve:
    """`async with raw_website(script) as url`: whatever `script(reader, writer)` writes on each connection."""
    return _serve_raw


@pytest.fixture
def reach() -> Serve:
    """`async with reach(url) as app`: an Upstream that is closed again."""
    return _reach


@pytest.fixture
def gateway() -> Serve:
    """`async with gateway(url) as public_url`: an Upstream behind granian."""
    return _serve_gateway


@pytest.fixture
def nobody() -> str:
    """The URL of a website that is not there."""
    return f"http://127.0.0.1:{find_port()}"

"""A website that is away, silent, broken or gone in the middle: what the visitor gets then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import Any

import aiohttp
import pytest

from cookiegate.errors import UpstreamError
from tests.asgi import call

PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it


def test_a_connection_that_is_not_accepted_is_a_504(reach: Any) -> None:
    async def story() -> None:
        with socket.socket() as busy, contextlib.ExitStack() as queue:
            busy.bind(("127.0.0.1", 0))
            busy.listen(0)
            for _ in range(3):  # fill the queue of those that wait to be accepted; further ones hear nothing
                waiting = queue.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(busy.getsockname())
            async with reach(f"http://127.0.0.1:{busy.getsockname()[1]}", connect_timeout=0.05) as app:
                assert (await asyncio.wait_for(call(app), PATIENCE)).status == 504

    asyncio.run(story())


def test_a_website_that_is_not_there_is_a_502_in_three_languages(nobody: str, reach: Any) -> None:
    async def story() -> None:
        async with reach(nobody) as app:
            recorded = await call(app)
            page = recorded.body.decode()
            assert (recorded.status, recorded.complete, recorded.error) == (502, True, None)
            assert recorded.get("content-length") == str(len(recorded.body))
            assert recorded.get("content-type") == "text/html; charset=utf-8"
            assert (recorded.get("cache-control"), recorded.get("retry-after")) == ("no-store", "5")
            assert "Sivusto ei juuri nyt vastaa" in page
            assert "Webbplatsen svarar inte" in page
            assert "not answering" in page
            assert not [word for word in ("http", "src=", "href=", "127.0.0.1") if word in page]
            head = await call(app, "HEAD")
            assert (head.status, head.body, head.get("content-length")) == (502, b"", recorded.get("content-length"))

    asyncio.run(story())


def test_a_website_that_is_silent_is_a_504(raw_website: Any, reach: Any) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def story() -> None:
        async with raw_website(script) as url, reach(url, read_timeout=0.05) as app:
            for method, body in (("GET", b""), ("POST", b"x")):
                recorded = await asyncio.wait_for(call(app, method, body=body), PATIENCE)
                assert (recorded.status, recorded.get("retry-after")) == (504, "5")

    asyncio.run(story())


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
    ],
)
def test_a_response_that_is_none_is_a_502(response: bytes, raw_website: Any, reach: Any) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response)

    async def story() -> None:
        async with raw_website(script) as url, reach(url) as app:
            recorded = await call(app)
        assert (recorded.status, recorded.complete, recorded.error) == (502, True, None)

    asyncio.run(story())


HALVES = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
]


@pytest.mark.parametrize("half", HALVES)
def test_a_response_that_breaks_off_is_an_error(half: bytes, raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        arrived = asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(half)
            await arrived.wait()

        async with raw_website(script) as url, reach(url) as app:
            recorded = await call(app, on_chunk=lambda _: arrived.set())
        assert (recorded.status, recorded.body, recorded.complete) == (200, b"half", False)
        assert isinstance(recorded.error, UpstreamError)

    asyncio.run(story())


@pytest.mark.parametrize("half", HALVES)
def test_a_browser_learns_that_a_response_broke_off(half: bytes, raw_website: Any, gateway: Any) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(half)

    async def story() -> None:
        async with raw_website(script) as url, gateway(url) as public, aiohttp.ClientSession() as browser:
            with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError)):
                async with asyncio.timeout(PATIENCE), browser.get(public) as response:
                    await response.read()

    asyncio.run(story())


def test_the_log_names_the_website_but_no_page_and_no_visitor(
    nobody: str, reach: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with reach(nobody) as app:
            await call(app, path="/diagnosis?name=Aino")

    with caplog.at_level(logging.DEBUG, "cookiegate"):
        asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == [f"{nobody} cannot be reached"]


@pytest.mark.parametrize("target", [b"*", b"@elsewhere.example/", b"/\xff"])
def test_a_request_for_no_page_of_the_website_is_a_400(target: bytes, nobody: str, reach: Any) -> None:
    async def story() -> None:
        async with reach(nobody) as app:

            async def aim(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, "raw_path": target}, receive, send)

            assert (await call(aim, "OPTIONS")).status == 400

    asyncio.run(story())

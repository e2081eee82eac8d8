"""Gates that serve TLS from a thread of their own, so that a browser can visit them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from granian.server.embed import Server

from cookiegate import CookieGate
from tests.ports import wait_for


def serve(sites: Iterable[tuple[CookieGate, int]], certificate: tuple[Path, Path]) -> Callable[[], None]:
    """Each gate at its port; what is returned ends it, with what the gates have still to write."""
    sites = list(sites)
    loop = asyncio.new_event_loop()
    servers = [
        Server(
            gate,
            "127.0.0.1",
            port,
            interface="asginl",
            log_access=False,
            log_enabled=False,
            ssl_cert=certificate[0],
            ssl_key=certificate[1],
        )
        for gate, port in sites
    ]

    async def run() -> None:
        await asyncio.gather(*(server.serve() for server in servers))

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    for _, port in sites:
        wait_for(port)

    def stop() -> None:
        for server in servers:
            loop.call_soon_threadsafe(server.stop)
        thread.join(20)
        loop.close()
        for gate, _ in sites:
            gate.register.close()

    return stop

"""Applications served on this machine, each at a port of its own, for as long as they are needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from granian.server.embed import Server

from cookiegate import CookieGate
from tests.ports import wait_for


@contextmanager
def serve(*sites: tuple[Any, int], certificate: tuple[Path, Path] | None = None) -> Iterator[None]:
    """Each of them at its port, from one thread; over TLS where there is a certificate. What gates among them have
    still to write is written at the end."""
    loop = asyncio.new_event_loop()
    tls = {"ssl_cert": certificate[0], "ssl_key": certificate[1]} if certificate else {}
    servers = [
        Server(app, "127.0.0.1", port, interface="asginl", log_access=False, log_enabled=False, **tls)
        for app, port in sites
    ]

    async def run() -> None:
        await asyncio.gather(*(server.serve() for server in servers))

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        for _, port in sites:
            wait_for(port)
        yield
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.stop)
        thread.join(20)
        loop.close()
        for app, _ in sites:
            if isinstance(app, CookieGate):
                app.register.close()

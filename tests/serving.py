"""An ASGI application served on this machine, for as long as it is needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from granian.server.embed import Server

from tests.ports import find_port, wait_for


@contextmanager
def serve(app: Any) -> Iterator[str]:
    """The address at which it answers, from a thread of its own."""
    port, loop = find_port(), asyncio.new_event_loop()
    server = Server(app, "127.0.0.1", port, interface="asginl", log_access=False, log_enabled=False)
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()))
    thread.start()
    wait_for(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(20)
        loop.close()

"""An ASGI application at a port, until the process is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

from ..errors import SettingsError

_MISSING = "serving needs more packages: pip install 'cookiegate[gateway]'"


def serve_until_stopped(app: Any, host: str, port: int) -> None:
    """Raises SettingsError where the packages for it are missing."""
    try:
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server.embed import Server
    except ImportError:
        raise SettingsError(_MISSING) from None
    # It says at every start that serving from within a program is experimental: our tests answer for that.
    logging.getLogger("_granian").addFilter(lambda record: "experimental" not in record.getMessage())
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_level=LogLevels.warning)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        await server.serve()

    asyncio.run(run())

"""The bench's company site with the gate as middleware: `site.py PORT POLICY`, the bench's folder on the path."""

import asyncio
import sys

import asgi_origin
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from cookiegate import CookieGate

gate = CookieGate(asgi_origin.app, policy=sys.argv[2])
server = Server(
    gate, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_level=LogLevels.warning
)
asyncio.run(server.serve())

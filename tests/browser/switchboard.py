"""A SOCKS proxy that puts a browser through to where a host name lives on this machine, and notes whom it asks for.

Firefox, unlike Chromium, cannot be told where hosts and ports are; through SOCKS it hands over names and looks up none.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable

SECONDS = 60
GRANTED, UNREACHABLE = 0, 4
NO_PASSWORD = b"\x05\x00"
BY_NAME = b"\x05\x01\x00\x03"  # version 5, connect, by the name of the host


class Switchboard:
    """Serves from its making until `close`. `find_port` is given each name; 0 is nowhere."""

    def __init__(self, find_port: Callable[[str], int]) -> None:
        self._server = _Server(("127.0.0.1", 0), _Call)
        self._server.find_port = find_port
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    find_port: Callable[[str], int]


class _Call(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Server

    def handle(self) -> None:
        self.request.settimeout(SECONDS)
        with contextlib.suppress(OSError), self.request.makefile("rb") as said:
            said.read(said.read(2)[1])  # the version, and the ways to sign in that it offers
            self.request.sendall(NO_PASSWORD)
            wish = said.read(4)
            assert wish == BY_NAME, f"a browser that looks names up itself: {wish!r}"
            host = said.read(said.read(1)[0]).decode("ascii")
            said.read(2)  # its port, for which there is one answer here
            port = self.server.find_port(host)
            self.request.sendall(struct.pack("!BBBBIH", 5, GRANTED if port else UNREACHABLE, 0, 1, 0, 0))
            if port:
                self._put_through(port)

    def _put_through(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as other:
            back = threading.Thread(target=_pass_on, args=(other, self.request), daemon=True)
            back.start()
            _pass_on(self.request, other)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until the source has said all. A browser may hang up at any moment, which is no error."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)

"""An ASGI application at a port, until the process is told to stop."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TypeAlias
from urllib.parse import urlsplit

import click

from ..errors import SettingsError

_MISSING = "serving needs more packages: pip install 'cookiegate[gateway]'"

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def serve_until_stopped(app: Any, host: str, port: int, *, welcome: str, close: Callable[[], None]) -> NoReturn:
    """Say the welcome, serve, and end the process with 0. `close` ends what the application holds, whatever happens.

    Raises SettingsError where the packages for it are missing, or nobody can listen there.
    """
    try:
        _serve(app, host, port, welcome)
    finally:
        close()
    _leave()


def _serve(app: Any, host: str, port: int, welcome: str) -> None:
    try:
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server.embed import Server
    except ImportError:
        raise SettingsError(_MISSING) from None
    address = _find_free(host, port)
    click.echo(welcome)
    # It says at every start that serving from within a program is experimental: our tests answer for that.
    logging.getLogger("_granian").addFilter(lambda record: "experimental" not in record.getMessage())
    server = Server(app, address=address, port=port, interface=Interfaces.ASGI, log_level=LogLevels.warning)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        await server.serve()

    asyncio.run(run())


def write_url(host: str, port: int) -> str:
    """Where a browser finds what listens there."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def leads_back(url: str, host: str, port: int) -> bool:
    """Whether what listens at host and port is what answers under the URL: each request would come back to it."""
    parts = urlsplit(url)
    if (parts.port or (443 if parts.scheme == "https" else 80)) != port:
        return False
    listens = _resolve(host)
    asked = _resolve(parts.hostname or "")
    return any(_reaches(target, own) for target in asked for own in listens)


def _resolve(host: str) -> set[_Address]:
    """Empty where nobody knows the name: another part of the start says so, or the website comes up later."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    addresses = (ipaddress.ip_address(str(address[0]).partition("%")[0]) for *_, address in found)
    return {getattr(each, "ipv4_mapped", None) or each for each in addresses}


def _reaches(target: _Address, own: _Address) -> bool:
    """Whether a connection to the one address comes to what listens at the other."""
    if target.is_unspecified:  # a connection there goes to this machine
        target = ipaddress.ip_address("::1" if target.version == 6 else "127.0.0.1")
    if own.is_unspecified:
        return (own.version == 6 or target.version == 4) and _is_here(target)  # :: takes IPv4 too
    return target == own


def _is_here(address: _Address) -> bool:
    """Whether it is one of this machine's, to which alone a socket can be bound."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((str(address), 0))
    except OSError:
        return False
    return True


def _find_free(host: str, port: int) -> str:
    """The address of a host where nobody listens at the port. Granian takes no names, and would share a port with
    another granian, each getting some of the visitors."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen()
        return str(address[0])
    except OSError as error:
        raise SettingsError(f"nothing can listen at {host}, port {port}: {error.strerror}") from None


def _leave() -> NoReturn:
    """Without taking the interpreter apart: threads of granian's, for which nobody can wait, may call into it still.
    Python ends those by force, and Rust answers with a panic that aborts the process."""
    logging.shutdown()
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed before
        with suppress(OSError):
            stream.flush()
    os._exit(0)

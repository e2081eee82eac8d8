"""Websites behind their gates, each at a port of this machine: the demonstration, and those of this folder."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from pathlib import Path
from typing import Any

from granian.server.embed import Server

from cookiegate import CookieGate
from cookiegate.settings import Settings
from tests.ports import find_port, wait_for
from tests.stories.site import SECRET

from . import looks, pages

COMPANY = Path(__file__).resolve().parents[2] / "examples" / "company"
COMPANY_HOST = "www.koivurannansaha.example"


class Gates:
    """Serve from their making until `close`, in a thread of their own."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path]) -> None:
        rules = {pages.HOST: (pages.app, pages.RULES)}
        rules |= {host: (looks.app, looks.write_rules(look)) for look, host in looks.HOSTS.items()}
        company = _make(COMPANY_HOST, _load_website(), COMPANY / "cookiegate.toml", folder)
        sites = {COMPANY_HOST: company}
        for host, (app, text) in rules.items():
            policy = folder / f"{host}.toml"
            policy.write_text(text, "utf-8")
            sites[host] = _make(host, app, policy, folder)
        self._gates = sites.values()
        self.ports = {host: find_port() for host in sites}  # host → the port at which it serves TLS
        plain = find_port()
        self.plain = f"http://127.0.0.1:{plain}"  # the demonstration, as its developer sees it
        tls = {"ssl_cert": certificate[0], "ssl_key": certificate[1]}
        self._servers = [_serve(gate, self.ports[host], **tls) for host, gate in sites.items()]
        self._servers.append(_serve(company, plain))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))
        self._thread.start()
        for port in (*self.ports.values(), plain):
            wait_for(port)

    def close(self) -> None:
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.stop)
        self._thread.join(20)
        self._loop.close()
        for gate in self._gates:
            gate.register.close()

    async def _run(self) -> None:
        await asyncio.gather(*(server.serve() for server in self._servers))


def _load_website() -> Any:
    specification = importlib.util.spec_from_file_location("company_website", COMPANY / "website.py")
    assert specification is not None
    assert specification.loader is not None
    website = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(website)
    return website.app


def _make(host: str, app: Any, policy: Path, folder: Path) -> CookieGate:
    return CookieGate(app, policy=policy, settings=Settings((SECRET,), f"sqlite:///{folder / host}.db"))


def _serve(gate: CookieGate, port: int, **tls: Path) -> Server:
    return Server(gate, "127.0.0.1", port, interface="asginl", log_access=False, log_enabled=False, **tls)

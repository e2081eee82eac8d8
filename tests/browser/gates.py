"""Websites behind their gates, each at a port of this machine: the demonstration, and those of this folder."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cookiegate import CookieGate
from cookiegate.settings import Settings
from tests.ports import find_port
from tests.serving import serve
from tests.stories.site import SECRET

from . import looks, pages, tagged

COMPANY = Path(__file__).resolve().parents[2] / "examples" / "company"
COMPANY_HOST = "www.koivurannansaha.example"


class Gates:
    """Serve from their making until `close`."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path]) -> None:
        rules = {pages.HOST: (pages.app, pages.RULES), **looks.SITES, **tagged.SITES}
        company = _make(COMPANY_HOST, _load_website(), COMPANY / "cookiegate.toml", folder)
        sites = {COMPANY_HOST: company}
        for host, (app, text) in rules.items():
            policy = folder / f"{host}.toml"
            policy.write_text(text, "utf-8")
            sites[host] = _make(host, app, policy, folder)
        self.ports = {host: find_port() for host in sites}  # host → the port at which it serves TLS
        plain = find_port()
        self.plain = f"http://127.0.0.1:{plain}"  # the demonstration, as its developer sees it
        self._serving = ExitStack()
        over_tls = [(gate, self.ports[host]) for host, gate in sites.items()]
        self._serving.enter_context(serve(*over_tls, certificate=certificate))
        self._serving.enter_context(serve((company, plain)))

    def close(self) -> None:
        self._serving.close()


def _load_website() -> Any:
    specification = importlib.util.spec_from_file_location("company_website", COMPANY / "website.py")
    assert specification is not None
    assert specification.loader is not None
    website = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(website)
    return website.app


def _make(host: str, app: Any, policy: Path, folder: Path) -> CookieGate:
    return CookieGate(app, policy=policy, settings=Settings((SECRET,), f"sqlite:///{folder / host}.db"))

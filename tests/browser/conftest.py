"""Two websites behind their gates, a stand-in for everybody else, and a real Chromium to visit them with."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from granian.server.embed import Server
from playwright.sync_api import Browser, sync_playwright

from cookiegate import CookieGate
from cookiegate.settings import Settings
from tests.chromium import find_chromium
from tests.ports import find_port, wait_for
from tests.stories.site import SECRET

from . import looks, pages
from .internet import Internet, make_certificate
from .visitor import Visitor

COMPANY = Path(__file__).resolve().parents[2] / "examples" / "company"
COMPANY_HOST = "www.koivurannansaha.example"
CANNOT_RUN = "the browser tests cannot run here: "
# Chromium itself calls these, whatever the page does.
OF_THE_BROWSER = ("*.googleapis.com", "accounts.google.com", "clients2.google.com", "*.gvt1.com", "dl.google.com")
OF_PAGES = ("fonts.googleapis.com",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> str:
    """The path of a Chromium: the one COOKIEGATE_BROWSER names, else the first on PATH."""
    return find_chromium() or _give_up("no Chromium on PATH, and COOKIEGATE_BROWSER names none")


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not shutil.which("openssl"):
        _give_up("no openssl on PATH")
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="package")
def internet(certificate: tuple[Path, Path]) -> Iterator[Internet]:
    everybody = Internet(*certificate)
    yield everybody
    everybody.close()


@pytest.fixture(scope="package")
def ports(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """Host of each website → the port at which its gate serves TLS."""
    specification = importlib.util.spec_from_file_location("company_website", COMPANY / "website.py")
    assert specification is not None
    assert specification.loader is not None
    website = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(website)
    folder = tmp_path_factory.mktemp("gates")
    sites: dict[str, tuple[Any, Path]] = {COMPANY_HOST: (website.app, COMPANY / "cookiegate.toml")}
    for host, (app, rules) in {pages.HOST: (pages.app, pages.RULES), **looks.SITES}.items():
        sites[host] = (app, folder / f"{host}.toml")
        sites[host][1].write_text(rules, "utf-8")
    gates = {
        host: CookieGate(app, policy=policy, settings=Settings((SECRET,), f"sqlite:///{folder / host}.db"))
        for host, (app, policy) in sites.items()
    }
    found = {host: find_port() for host in gates}
    stop = _serve([(gate, found[host]) for host, gate in gates.items()], certificate)
    yield found
    stop()
    for gate in gates.values():
        gate.register.close()


@pytest.fixture(scope="package")
def browser(chromium: str, internet: Internet, ports: dict[str, int]) -> Iterator[Browser]:
    """Whatever it asks for, it stays on this machine. It must be closed before other chapters run: while Playwright
    drives it, its event loop counts as running in this thread."""
    own = "".join(f"MAP {host} 127.0.0.1:{port}, " for host, port in ports.items())
    own += "".join(f"MAP {host} 127.0.0.1:{internet.port}, " for host in OF_PAGES)
    own += "".join(f"MAP {host} ~NOTFOUND, " for host in OF_THE_BROWSER)
    flags = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-features=OptimizationHints,MediaRouter,AutofillServerCommunication",
        f"--host-resolver-rules={own}MAP * 127.0.0.1:{internet.port}, EXCLUDE 127.0.0.1",
        "--ignore-certificate-errors",  # service workers want it of the whole browser
    ]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture
def visitor(browser: Browser, internet: Internet) -> Iterator[Callable[..., Visitor]]:
    """`visitor(host, scripts=True, width=1280)`: somebody with a browser profile of their own."""
    internet.forget()
    open_ones: list[Visitor] = []

    def come(host: str = COMPANY_HOST, **manner: Any) -> Visitor:
        open_ones.append(Visitor(browser, internet, host, **manner))
        return open_ones[-1]

    yield come
    for each in open_ones:
        each.leave()


def _serve(sites: list[tuple[CookieGate, int]], certificate: tuple[Path, Path]) -> Callable[[], None]:
    """Serve in a thread of its own; what is returned ends it."""
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

    return stop


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why the chapter was skipped, since pytest itself only counts."""
    reports = terminalreporter.getreports("skipped")
    for reason in {str(report.longrepr[2]) for report in reports if isinstance(report.longrepr, tuple)}:
        if CANNOT_RUN in reason:
            terminalreporter.write_line(reason, yellow=True)


def _give_up(missing: str) -> NoReturn:
    reason = CANNOT_RUN + missing
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

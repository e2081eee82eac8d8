"""Two websites behind their gates, a stand-in for everybody else, and a real Chromium to visit them with."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from cookiegate import CookieGate
from cookiegate.settings import Settings
from tests.chromium import find_chromium, list_flags
from tests.ports import find_port
from tests.serving import serve
from tests.stories.site import SECRET

from . import pages
from .internet import Internet, make_certificate
from .visitor import Visitor

COMPANY = Path(__file__).resolve().parents[2] / "examples" / "company"
COMPANY_HOST = "www.koivurannansaha.example"
CANNOT_RUN = "the browser tests cannot run here: "
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
    (folder / "pages.toml").write_text(pages.RULES, "utf-8")
    sites = {COMPANY_HOST: (website.app, COMPANY / "cookiegate.toml"), pages.HOST: (pages.app, folder / "pages.toml")}
    gates = {
        host: CookieGate(app, policy=policy, settings=Settings((SECRET,), f"sqlite:///{folder / host}.db"))
        for host, (app, policy) in sites.items()
    }
    found = {host: find_port() for host in gates}
    stop = serve([(gate, found[host]) for host, gate in gates.items()], certificate)
    yield found
    stop()


@pytest.fixture(scope="package")
def browser(chromium: str, internet: Internet, ports: dict[str, int]) -> Iterator[Browser]:
    """Whatever it asks for, it stays on this machine. It must be closed before other chapters run: while Playwright
    drives it, its event loop counts as running in this thread."""
    flags = list_flags(ports | dict.fromkeys(OF_PAGES, internet.port), internet.port)
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

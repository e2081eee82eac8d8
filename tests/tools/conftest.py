"""The websites, everybody else on the internet, a real Chromium, and the visitor's tools from npm."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.internet import Internet, make_certificate
from tests.chromium import find_chromium, list_flags
from tests.giving_up import give_up
from tests.serving import serve

from .site import LOOKS, PATIENCE, Website

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("tools"))  # one browser, started once


@pytest.fixture(scope="package")
def packages() -> Path:
    """Where npm has put what `package.json` names."""
    folder = HERE / "node_modules"
    if not (folder / ".package-lock.json").is_file():
        give_up("what visitors use", "npm has not installed tests/tools (python3 dev.py test does, where npm is)")
    return folder


@pytest.fixture(scope="package")
def chromium() -> str:
    return find_chromium() or give_up("what visitors use", "no Chromium on PATH, and COOKIEGATE_BROWSER names none")


@pytest.fixture(scope="package")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    if not shutil.which("openssl"):
        give_up("what visitors use", "no openssl on PATH")
    everybody = Internet(*make_certificate(tmp_path_factory.mktemp("tls")))
    yield everybody
    everybody.close()


@pytest.fixture(scope="package")
def websites(internet: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Website]]:
    """By the look of their banner."""
    folder = tmp_path_factory.mktemp("websites")
    by_look = {look: Website(look, folder) for look in LOOKS}
    with serve(*((each.gate, each.port) for each in by_look.values()), certificate=internet.certificate):
        yield by_look


@pytest.fixture(scope="package")
def flags(websites: dict[str, Website], internet: Internet) -> list[str]:
    return list_flags({each.host: each.port for each in websites.values()}, internet.port)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str, flags: list[str]) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium, args=flags)
    yield running
    running.close()


@pytest.fixture
def come(browser: Browser, internet: Internet) -> Iterator[Callable[[], BrowserContext]]:
    """Each call is somebody with a browser profile of their own."""
    internet.forget()
    open_ones: list[BrowserContext] = []

    def arrive() -> BrowserContext:
        context = browser.new_context(locale="en-GB", ignore_https_errors=True)
        open_ones.append(context)
        context.set_default_timeout(PATIENCE * 1000)
        return context

    yield arrive
    for each in open_ones:
        each.close()

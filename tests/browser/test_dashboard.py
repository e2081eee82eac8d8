"""The staff dashboard in a real browser: whoever looks at it, and whatever visitors wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from cookiegate.admin import Dashboard, Office
from cookiegate.policy import load_policy
from cookiegate.register import ROLES, begin_session, find_staff
from cookiegate.store import open_store
from tests.admin.company import fill
from tests.admin.conftest import COMPANY, let_in
from tests.admin.hostile import ELEMENTS, EXECUTED, PAYLOADS, fill_with_markup
from tests.ports import find_port
from tests.register.rights import make_site
from tests.serving import serve

from .axe import find_violations
from .chromium import ChromiumVisitor

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
NOW = 1_772_366_400.0  # 2026-03-01 12:00 UTC
PLACES = ("/", "/pages", "/sources", "/devices", "/consent", "/undeclared", "/requests", "/subject", "/ledger",
          "/retention", "/settings", "/staff", "/account")  # fmt: skip


@dataclass(frozen=True)
class Seat:
    """A dashboard that is served, with an account for every role."""

    dashboard: Dashboard
    address: str
    consent_id: str

    def sign_in(self, somebody: ChromiumVisitor, role: str) -> Page:
        """A page of somebody who has signed in: not by the form, which takes a while."""
        store = open_store(self.dashboard.office.store_url, readonly=True)
        session = begin_session(self.dashboard.office.store_url, find_staff(store, role), NOW)
        store.close()
        assert session
        cookie: Any = {"name": "cookiegate-staff", "value": session.token, "url": self.address}
        somebody.context.add_cookies([cookie])
        return somebody.page

    def open_case(self, page: Page, who: str = "") -> None:
        page.goto(f"{self.address}/subject")
        page.fill("[name=who]", who or self.consent_id)
        page.fill("[name=why]", "answer to a request")
        page.click("main button")
        page.wait_for_url("**/subject/*")


def open_dashboard(folder: Path, filling: Callable[[str, Path, Path, float], str]) -> Iterator[Seat]:
    url = f"sqlite:///{folder}/site.db"
    site = make_site(url, folder)
    consent_id = filling(url, site.key_file, folder / "checkpoint", NOW)
    for role in ROLES:
        let_in(site, role, role)
    dashboard = Dashboard(
        Office(url, load_policy(COMPANY), site.key_file, folder / "checkpoint", version="1.0", clock=lambda: NOW)
    )
    port = find_port()
    with serve((dashboard, port)):
        yield Seat(dashboard, f"http://127.0.0.1:{port}", consent_id)


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """Two months of a company."""
    yield from open_dashboard(tmp_path_factory.mktemp("company"), fill)


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """Where visitors have written markup into everything that is kept of them."""
    yield from open_dashboard(tmp_path_factory.mktemp("trap"), fill_with_markup)


def list_places(page: Page, seat: Seat, role: str) -> Iterator[str]:
    """Every page that this role has, opened one after the other."""
    yield from (f"{seat.address}{place}" for place in PLACES)
    if role in ("officer", "auditor"):
        seat.open_case(page)
        yield page.url
        page.goto(f"{seat.address}/requests")
        yield str(page.evaluate("document.querySelector('tbody a').href"))


@pytest.mark.parametrize(
    ("role", "scheme", "language", "width"),
    [("admin", "light", "fi", 1280), ("admin", "dark", "sv", 390), ("officer", "dark", "en", 1280),
     ("officer", "light", "sv", 390), ("auditor", "light", "en", 390)],
)  # fmt: skip
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitor: Come, seat: Seat, role: str, scheme: str, language: str, width: int
) -> None:
    page = seat.sign_in(visitor(seat.address, color_scheme=scheme, width=width), role)
    page.goto(f"{seat.address}/account")
    page.select_option("#language", language)
    page.locator("section", has=page.locator("#language")).locator("button").click()
    page.wait_for_url("**/account")
    for place in list_places(page, seat, role):
        page.goto(place)
        assert page.evaluate("document.documentElement.lang") == language
        assert find_violations(page) == [], place
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), place


def test_the_login_page_and_its_error_are_for_everybody(visitor: Come, seat: Seat) -> None:
    page = visitor(seat.address, width=320).page
    page.goto(f"{seat.address}/login")
    assert find_violations(page) == []
    page.fill("#name", "nobody")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    assert find_violations(page) == []
    assert page.input_value("#name") == "nobody"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_no_page_has_a_script_or_an_error_or_asks_elsewhere(visitor: Come, seat: Seat) -> None:
    somebody = visitor(seat.address)
    asked: list[str] = []
    somebody.page.on("request", lambda request: asked.append(request.url))
    page = seat.sign_in(somebody, "auditor")
    for place in list_places(page, seat, "auditor"):
        page.goto(place)
        assert page.evaluate("document.scripts.length") == 0
    assert [each for each in somebody.errors if "403" not in each] == []
    assert [each for each in asked if not each.startswith(seat.address)] == []


def test_the_keyboard_gets_everywhere_and_one_sees_where_it_is(visitor: Come, seat: Seat) -> None:
    page = seat.sign_in(visitor(seat.address), "officer")
    page.goto(f"{seat.address}/requests")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if page.evaluate("document.activeElement !== document.body"):
            assert outline != "none", name
        seen.add(name)
    assert {"kind", "received", "channel", "identity", "notes"} <= seen


def test_on_paper_there_are_figures_and_no_controls(visitor: Come, seat: Seat) -> None:
    page = seat.sign_in(visitor(seat.address), "auditor")
    page.goto(f"{seat.address}/pages")
    page.emulate_media(media="print")
    assert page.locator("table").first.is_visible()
    for control in ("nav", "header form", "form.period", ".files"):
        assert not page.locator(control).first.is_visible(), control


def test_an_officer_does_a_day_s_work(visitor: Come, seat: Seat) -> None:
    """With the forms, in the browser: what the page sends is what the server takes."""
    somebody = visitor(seat.address)
    page = somebody.page
    page.goto(f"{seat.address}/requests")
    page.fill("#name", "officer")
    page.fill("#password", "viisi hevosta ladossa")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests")
    page.select_option("[name=kind]", "access")
    page.fill("[name=channel]", "kirje")
    page.fill("[name=identity]", "kuitti")
    page.click("section.card button")
    page.wait_for_url("**/requests/*")
    request = page.url.rpartition("/")[2]
    page.goto(f"{seat.address}/subject")
    page.fill("[name=who]", seat.consent_id)
    page.fill("[name=why]", "vastaus pyyntöön")
    page.select_option("[name=request]", request)
    page.click("main button")
    page.wait_for_url("**/subject/*")
    with page.expect_download() as download:
        page.locator("section", has=page.locator("#export")).locator("button").click()
    assert seat.consent_id in download.value.path().read_text("utf-8")
    page.goto(f"{seat.address}/requests/{request}")
    page.locator("section", has=page.locator("#close")).locator("button").click()
    page.wait_for_url("**/requests/*")
    page.click("header form button")
    page.wait_for_url("**/login")
    page.goto(f"{seat.address}/requests")
    assert page.url.endswith("/login?next=/requests")


@pytest.mark.parametrize("bypass", [False, True])
def test_nothing_that_visitors_wrote_runs(visitor: Come, trap: Seat, bypass: bool) -> None:
    """With the Content-Security-Policy, and with the escaping alone."""
    somebody = visitor(trap.address, bypass_csp=bypass)
    page = somebody.page
    for role in ("admin", "officer", "auditor"):
        trap.sign_in(somebody, role)
        for place in list_places(page, trap, role):
            page.goto(place)
            assert page.evaluate(EXECUTED) is None, place
            assert page.evaluate(ELEMENTS) == [], place
    for payload in PAYLOADS:
        page.context.clear_cookies()
        page.goto(f"{trap.address}/login?next=/{payload[:100]}")
        page.fill("#name", payload[:60])
        page.fill("#password", payload)
        page.keyboard.press("Enter")
        page.locator("[role=alert]").wait_for()
        assert page.evaluate(EXECUTED) is None
        assert page.evaluate(ELEMENTS) == []


def test_what_they_wrote_would_run_on_a_page_that_is_not_careful(visitor: Come, trap: Seat) -> None:
    """Or the test before could not fail."""
    page = visitor(trap.address, bypass_csp=True).page
    for payload in PAYLOADS:
        page.goto(f"{trap.address}/login")
        page.evaluate("delete window.executed")
        page.set_content(f'<p title="{payload}">{payload}</p><textarea>{payload}</textarea>')
        page.wait_for_timeout(100)
        assert page.evaluate(EXECUTED) or page.evaluate(ELEMENTS), payload

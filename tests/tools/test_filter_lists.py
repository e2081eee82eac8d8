"""Whoever blocks our script or style has refused: nothing comes that was not agreed to, and the page can be used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.internet import Internet

from .adblocker import Adblocker
from .refused import check_refused
from .site import LOOKS, NECESSARY, PATIENCE, Website

Come = Callable[[], BrowserContext]

# As EasyList Cookie writes its rules.
FILTERS = """
###cookiegate
||{host}/_cookiegate/
"""
COVERS = """() => {
  const covering = document.querySelector("section#cookiegate");
  const at = n => [innerWidth * (n % 10 + .5) / 10, innerHeight * (Math.floor(n / 10) + .5) / 10];
  return [...Array(100).keys()].some(n => covering.contains(document.elementFromPoint(...at(n))));
}"""
NO_GAP = """() => {
  const end = document.querySelector("#end").getBoundingClientRect().bottom;
  return document.documentElement.scrollHeight - scrollY - end < 40;
}"""


def wait_until(page: Page, expression: str) -> None:
    """Asked from outside: a site's policy may forbid what Playwright's own waiting does in the page."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(30)


@pytest.fixture(params=LOOKS)
def website(request: pytest.FixtureRequest, websites: dict[str, Website]) -> Website:
    return websites[request.param]


@pytest.fixture
def blocker(website: Website, packages: Path) -> Iterator[Adblocker]:
    blocker = Adblocker(packages, FILTERS.format(host=website.host))
    yield blocker
    blocker.close()


def block_our_parts(route: Route) -> None:
    """As filter lists do: whatever a page asks for, but not the pages that a visitor goes to."""
    if route.request.is_navigation_request():
        return route.continue_()
    return route.abort("blockedbyclient")


def block_inline_scripts(route: Route, website: Website) -> None:
    """As blockers do by a Content-Security-Policy that they add."""
    if not route.request.is_navigation_request() or route.request.method != "GET":
        return route.continue_()
    # Playwright asks for itself, and does not know where the browser was told that the host is.
    near = route.request.url.replace(website.host, f"127.0.0.1:{website.port}")
    answer = route.fetch(url=near, headers=route.request.all_headers() | {"host": website.host})
    added = {"content-security-policy": f"{answer.headers['content-security-policy']}, script-src *"}
    return route.fulfill(response=answer, headers=answer.headers | added)


def watch(page: Page) -> list[str]:
    """Errors that nobody caught in the page's scripts."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def use(page: Page, language: str) -> None:
    """Read the page to its end, and follow a link."""
    assert page.evaluate("window.own") == "ran"
    page.keyboard.press("End")
    wait_until(page, "scrollY > 0")
    page.locator("#end a").click()
    page.wait_for_url(f"**/{language}/toinen")


@pytest.mark.parametrize(
    ("place", "pattern"),
    [("fi", "**/_cookiegate/**"), ("linked/fi", "**/banner.*"), ("fi", "**/fi")],
    ids=["what it asks for", "script and style", "inline scripts"],
)
def test_who_blocks_our_parts_is_tracked_by_nobody_and_can_use_the_page_and_refuse(
    website: Website, come: Come, internet: Internet, place: str, pattern: str
) -> None:
    context = come()
    before = website.count_decisions()
    page = context.new_page()
    errors = watch(page)
    inline = pattern == "**/fi"
    page.route(pattern, partial(block_inline_scripts, website=website) if inline else block_our_parts)
    page.goto(website.address(place), wait_until="networkidle")
    assert page.evaluate("window.may") is (False if pattern == "**/_cookiegate/**" else None)
    use(page, "fi")
    assert website.read_choice(context.cookies()) is None
    page.goto(website.address(place))
    page.locator("section#cookiegate [data-cookiegate=refuse]").click()
    page.locator("section#cookiegate .cookiegate-control").wait_for()
    assert page.url == website.address(place), "back on the page"
    assert errors == []
    if inline:  # the guard is such a script
        context.clear_cookies(name="_own")
    check_refused(website, context, internet, before)


def test_where_the_guard_alone_is_blocked_own_scripts_may_write_and_nothing_else_is_lost(
    website: Website, come: Come, internet: Internet
) -> None:
    """A guard that is not inline: under a policy that forbids inline scripts."""
    context = come()
    page = context.new_page()
    page.route("**/guard.js", block_our_parts)
    website.cookies_seen.clear()
    for _ in range(2):
        page.goto(website.address("linked/fi"), wait_until="networkidle")
        assert {each["name"] for each in context.cookies()} == {NECESSARY, "_own"}
    assert website.cookies_seen == {NECESSARY}, "what is not declared is kept from the site"
    page.unroute("**/guard.js")
    page.goto(website.address("linked/fi"), wait_until="networkidle")
    assert {each["name"] for each in context.cookies()} == {NECESSARY}, "and taken back as soon as the guard is there"
    assert page.evaluate("localStorage.length") == 0
    assert internet.reached - {website.host} == set()


def test_a_real_blocker_that_hides_the_banner_leaves_a_usable_page_without_a_gap(
    website: Website, come: Come, internet: Internet, blocker: Adblocker
) -> None:
    context = come()
    page = context.new_page()
    errors = watch(page)
    blocker.work_in(page)
    page.goto(website.address("fi"), wait_until="networkidle")
    assert page.evaluate(COVERS), "it stands there until it is hidden"
    blocker.hide(page)
    expect(page.locator("section#cookiegate")).to_be_hidden()
    assert not page.evaluate(COVERS)
    page.keyboard.press("End")
    wait_until(page, "scrollY > 0")
    wait_until(page, NO_GAP)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollPaddingBottom") == "64px"
    page.evaluate("fetch('/_cookiegate/health').catch(() => {})")
    use(page, "fi")
    assert website.address("_cookiegate/health") in blocker.blocked
    assert internet.reached - {website.host} == set()
    assert {each["name"] for each in context.cookies()} == {NECESSARY}
    assert errors == []
    page.unroute_all(behavior="wait")

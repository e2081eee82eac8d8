"""Sites with a strict Content-Security-Policy of their own: whatever it forbids, visitors can choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import pages
from .chromium import ChromiumVisitor

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
IN_PLACE = ("self", "nonce", "style-self", "strict-dynamic", "trusted-types")
BY_PAGE = ("no-connect", "no-connect-no-forms", "nothing", "no-forms")
assert {*IN_PLACE, *BY_PAGE} == set(pages.POLICIES)


@pytest.mark.parametrize("name", IN_PLACE)
def test_everything_happens_in_place_and_the_browser_complains_of_nothing(visitor: Come, name: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(f"/policy/{name}")
    assert somebody.page.evaluate("cookiegate.decided") is False
    somebody.page.evaluate("window.same = true")
    somebody.press("refuse")
    expect(somebody.control().locator("[role=status]")).not_to_be_empty()
    somebody.open_settings()
    box = somebody.page.locator("input[name=service][value=filmi]")
    expect(box).to_be_visible()
    padding = "element => getComputedStyle(element.closest('form')).paddingTop"
    assert somebody.control().locator("button[value=save]").evaluate(padding) == "12px", "the style is there"
    assert somebody.page.evaluate("window.same"), "the page was not loaded again"
    box.check()
    somebody.press("save")
    assert somebody.page.evaluate("cookiegate.services") == ["filmi"]
    assert somebody.page.url.endswith(name)
    if name != "self":  # which lets no frame of others in, whoever agrees to it
        complaints = [said for said in somebody.errors if "filmi.example" not in said]
        # a placeholder's style has no nonce: it is the same on every page
        assert [said for said in complaints if name != "nonce" or "page.css" not in said] == []


@pytest.mark.parametrize("name", BY_PAGE)
def test_where_the_script_may_do_nothing_forms_and_pages_do_it(visitor: Come, name: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(f"/policy/{name}")
    somebody.press("refuse")
    assert somebody.page.url.endswith(f"/policy/{name}")
    somebody.open_settings()
    expect(somebody.page).to_have_url(f"https://{pages.HOST}/_cookiegate/settings?language=fi&return_to=/policy/{name}")
    somebody.page.locator("input[name=service][value=filmi]").check()
    somebody.page.locator("button[value=save]").click()
    expect(somebody.page).to_have_url(f"https://{pages.HOST}/policy/{name}")
    expect(somebody.control().locator("button[value=withdraw]")).to_be_visible()
    somebody.press("withdraw")
    expect(somebody.control().locator("button[value=withdraw]")).to_have_count(0)


@pytest.mark.parametrize("name", pages.POLICIES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_placeholder_can_be_pressed(visitor: Come, name: str, scripts: bool) -> None:
    somebody = visitor(pages.HOST, scripts=scripts)
    somebody.visit(f"/policy/{name}")
    somebody.page.frame_locator("iframe").locator("button[value=once]").click()
    somebody.page.wait_for_load_state("networkidle")
    assert somebody.page.url.endswith(f"/policy/{name}")
    expect(somebody.page.locator("iframe[src='https://filmi.example/v/1']")).to_have_count(1)

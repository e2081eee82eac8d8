"""What stands in the place of disarmed content, and its two buttons: this once, and always."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import pages
from .visitor import Visitor

Come = Callable[..., Visitor]
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@with_and_without_scripts
@pytest.mark.parametrize("path", ["/video", "/video/no-referrer"])
def test_this_once_is_this_page_and_this_service_alone(visitor: Come, scripts: bool, path: str) -> None:
    somebody = visitor(pages.HOST, scripts=scripts)
    somebody.visit(path)
    frame = somebody.page.frame_locator("iframe")
    before = somebody.page.locator("iframe").bounding_box()
    frame.locator("button[value=once]").click()
    expect(somebody.page.frame_locator("iframe").locator("p")).to_have_text("filmi.example")
    somebody.page.wait_for_load_state("networkidle")
    assert somebody.page.url.endswith(path)
    assert somebody.strangers == {"filmi.example"}
    assert somebody.page.locator("iframe").bounding_box() == before, "nothing moves"
    assert before is not None
    assert (before["width"], before["height"]) == (484, 274)
    expect(somebody.control().locator("button[value=accept]")).to_be_visible()
    assert [cookie["name"] for cookie in somebody.context.cookies(f"https://{pages.HOST}")] == []
    somebody.internet.forget()
    somebody.page.reload(wait_until="networkidle")
    expect(frame.locator("button[value=once]")).to_be_visible()
    somebody.visit("/plain")
    somebody.page.go_back(wait_until="networkidle")
    expect(frame.locator("button[value=once]")).to_be_visible()
    assert somebody.strangers == set()


@with_and_without_scripts
def test_always_is_this_service_on_every_page(visitor: Come, scripts: bool) -> None:
    somebody = visitor(pages.HOST, scripts=scripts)
    somebody.visit("/video")
    somebody.page.frame_locator("iframe").locator("button[value=allow]").click()
    expect(somebody.control().locator("button[value=withdraw]")).to_be_visible()
    for path in ("/video", "/video/no-referrer"):
        somebody.visit(path)
        expect(somebody.page.frame_locator("iframe").locator("p")).to_have_text("filmi.example")
    assert somebody.strangers == {"filmi.example"}


def test_what_the_page_shown_once_says_of_itself_is_what_was_chosen(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/video")
    somebody.press("refuse")
    somebody.page.frame_locator("iframe").locator("button[value=once]").click()
    expect(somebody.page.frame_locator("iframe").locator("p")).to_have_text("filmi.example")
    assert somebody.page.evaluate("[cookiegate.decided, cookiegate.choice.services]") == [True, []]
    expect(somebody.control().locator("button[value=withdraw]")).to_have_count(0)

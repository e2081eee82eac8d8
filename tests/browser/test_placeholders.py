"""What stands in the place of disarmed content, and its two buttons: this once, and always."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, expect

from cookiegate.notices.banner import CAPTCHAS

from . import pages
from .chromium import ChromiumVisitor

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
SOURCE = (Path(__file__).resolve().parents[2] / "static" / "consent-banner" / "captcha.js").read_text("utf-8")
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
    # frames of a page that the browser kept are out of Playwright's sight
    expect(somebody.page.locator("iframe[srcdoc]:not([src])")).to_be_visible()
    assert somebody.strangers == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_words_stand_on_a_background_of_their_own(visitor: Come, scheme: str) -> None:
    """A frame is transparent otherwise: dark words on whatever the page has behind it."""
    somebody = visitor(pages.HOST, color_scheme=scheme)
    somebody.visit("/video")
    words = somebody.page.frame_locator("iframe").locator("body")
    colours = words.evaluate("body => (({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(body))")
    assert colours[0] == {"light": "rgb(0, 0, 0)", "dark": "rgb(255, 255, 255)"}[scheme]
    assert colours[1].startswith("rgb("), "opaque"


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


def test_a_captcha_says_at_its_place_why_it_is_not_there_and_is_loaded_from_there(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/captcha")
    assert somebody.strangers == set()
    frames = somebody.page.locator("form iframe")
    expect(frames).to_have_count(2)
    expect(somebody.page.frame_locator("div.g-recaptcha > iframe").locator("p").first).to_contain_text(
        "Lomaketta ei voi lähettää ilman sitä."
    )
    expect(somebody.page.locator("button.g-recaptcha > *")).to_have_count(0)
    somebody.page.frame_locator("div.g-recaptcha > iframe").locator("button[value=once]").click()
    expect(frames).to_have_count(0)
    somebody.page.wait_for_load_state("networkidle")
    assert somebody.strangers == {"www.google.com"}


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "goes"])
@pytest.mark.parametrize("place", ["iframe.film", "div.g-recaptcha > iframe"])
def test_who_has_written_something_is_asked_before_a_button_loads_the_page(
    visitor: Come, place: str, stays: bool
) -> None:
    somebody = visitor(pages.HOST)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if stays else dialog.accept()

    somebody.page.on("dialog", answer)
    somebody.visit("/captcha")
    somebody.page.locator("textarea").press_sequentially("Hei")
    somebody.page.frame_locator(place).locator("button[value=once]").click()
    if stays:
        somebody.page.wait_for_timeout(500)
        expect(somebody.page.locator("textarea")).to_have_value("Hei")
    else:
        expect(somebody.page.frame_locator(place).locator("button[value=once]")).to_have_count(0)
        expect(somebody.page.locator("textarea")).to_have_value("")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("service", CAPTCHAS)
def test_the_stand_in_knows_where_each_captcha_stands(service: str) -> None:
    assert f'"{service}": ".' in SOURCE or f'{service}: ".' in SOURCE

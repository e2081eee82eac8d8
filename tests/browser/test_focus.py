"""Where the keyboard's focus goes, that it can be seen there, and that nothing of ours lies over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .chromium import ChromiumVisitor
from .looks import HOSTS, LOOKS

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
every_look = pytest.mark.parametrize("look", LOOKS)

# What of ours has the focus, by what it does; "" where it is the page's or nobody's.
FOCUSED = """() => {
  const it = document.activeElement;
  return it.closest("#cookiegate") ? it.dataset.cookiegate || it.id || it.tagName : "";
}"""
# Whether something of ours lies over every point of the element that has the focus.
COVERED = """() => {
  const {left, top, width, height} = document.activeElement.getBoundingClientRect();
  const free = [.02, .5, .98].flatMap(x => [.02, .5, .98].map(y => [left + width * x, top + height * y]));
  return !free.some(([x, y]) => {
    const seen = document.elementFromPoint(x, y);
    return seen && !seen.closest("#cookiegate");
  });
}"""


@pytest.mark.wcag("2.1.1", "2.1.2", "2.4.3", "3.2.1")
@every_look
def test_the_keyboard_reaches_every_choice_first_and_is_nowhere_trapped(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    order = []
    for _ in range(12):
        somebody.page.keyboard.press("Tab")
        order.append(somebody.page.evaluate(FOCUSED))
    ours = [name for name in order if name]
    assert ours.index("refuse") + 1 == ours.index("accept")
    assert "settings" in ours
    assert order[: len(ours)] == ours, "ours come first, then the page, with no way back into ours"
    assert order[-1] == ""


@pytest.mark.wcag("2.1.1", "2.4.3", "3.2.2")
@pytest.mark.parametrize("key", ["Enter", "Space"])
@pytest.mark.parametrize("decision", ["refuse", "accept"])
@every_look
def test_after_a_choice_by_keyboard_the_focus_is_not_lost(visitor: Come, look: str, decision: str, key: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.page.fill("input[name=a]", "so that the page is not loaded anew")
    somebody.page.keyboard.press("Backspace")
    somebody.control().locator(f"button[value={decision}]").focus()
    somebody.page.keyboard.press(key)
    somebody.control().locator(".cookiegate-control").wait_for()
    assert somebody.page.evaluate("document.activeElement !== document.body")


@pytest.mark.wcag("2.1.1", "2.4.3")
@every_look
def test_the_settings_take_the_focus_and_give_it_back(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.control().locator("[data-cookiegate=settings]").focus()
    somebody.page.keyboard.press("Enter")
    expect(somebody.page.locator(".cookiegate-settings h2")).to_be_focused()
    somebody.page.keyboard.press("Escape")
    expect(somebody.control().locator("[data-cookiegate=settings]")).to_be_focused()
    expect(somebody.control().locator("button[value=accept]")).to_be_visible()


@pytest.mark.wcag("2.4.11")
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 568)])
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("decided", [False, True], ids=["undecided", "decided"])
@every_look
def test_what_has_the_focus_is_never_all_under_ours(
    visitor: Come, look: str, decided: bool, backwards: bool, width: int, height: int
) -> None:
    somebody = visitor(HOSTS[look], width=width, height=height)
    somebody.see("/fi")
    if decided:
        somebody.press("refuse")
    page = somebody.page
    page.locator("input[name=a]").focus() if backwards else page.locator("header a").focus()
    for _ in range(30):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate(FOCUSED) or page.evaluate("document.activeElement.tagName") not in ("A", "INPUT", "BUTTON"):
            continue
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")


@pytest.mark.wcag("2.4.7", "1.4.11")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@every_look
def test_where_the_focus_is_can_be_seen(visitor: Come, look: str, scheme: str) -> None:
    somebody = visitor(HOSTS[look], color_scheme=scheme)
    somebody.see("/fi")
    for _ in range(4):
        somebody.page.keyboard.press("Tab")
        style, width = somebody.page.evaluate(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, parseFloat(outlineWidth)])"
            "(getComputedStyle(document.activeElement))"
        )
        assert style == "solid"
        assert width >= 2


@pytest.mark.wcag("2.4.7", "1.4.11")
@every_look
def test_where_the_focus_is_can_be_seen_whatever_colour_the_page_beside_the_control_has(
    visitor: Come, look: str
) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.press("accept")
    for name in ("settings", "withdraw"):
        somebody.page.keyboard.press("Tab")
        assert somebody.page.evaluate(FOCUSED) in (name, "cookiegate-title")
        width, offset = somebody.page.evaluate(
            "(({outlineWidth, outlineOffset}) => [parseFloat(outlineWidth), parseFloat(outlineOffset)])"
            "(getComputedStyle(document.activeElement))"
        )
        assert width + offset <= 0, "it is drawn on our own background"

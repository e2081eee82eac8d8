"""Everybody can use it: the success criteria of WCAG 2.2, levels A and AA, in every look, layer, state and language.

`docs/accessibility.md` is written by a run of this chapter (see conformance.py).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .axe import find_violations
from .chromium import ChromiumVisitor
from .looks import HOSTS, LANGUAGES, LOOKS

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
LAYERS = ("undecided", "refused", "given", "settings in place", "settings page", "notice", "privacy", "receipt")
every_look = pytest.mark.parametrize("look", LOOKS)

MOVING = """() => [...document.querySelectorAll("#cookiegate, #cookiegate *")].filter(it => {
  const {transitionDuration, animationName} = getComputedStyle(it);
  return parseFloat(transitionDuration) > 0 || animationName !== "none";
}).length + document.getAnimations().length"""


def bring_to(somebody: ChromiumVisitor, layer: str, language: str) -> None:
    """The visitor before this layer or in this state."""
    somebody.see(f"/{language}")
    if layer in ("refused", "given"):
        somebody.press("refuse" if layer == "refused" else "accept")
    elif layer == "settings in place":
        somebody.open_settings()
    elif layer != "undecided":
        somebody.see(f"/_cookiegate/{layer.removesuffix(' page')}?language={language}")


@pytest.mark.wcag("1.1.1", "1.3.1", "1.4.3", "2.4.2", "2.4.4", "2.4.6", "3.1.1", "3.1.2", "3.3.2", "4.1.2")
@pytest.mark.parametrize(("scheme", "language"), [("light", "fi"), ("dark", "el")])
@pytest.mark.parametrize("layer", LAYERS)
@every_look
def test_axe_finds_nothing(visitor: Come, look: str, layer: str, scheme: str, language: str) -> None:
    somebody = visitor(HOSTS[look], color_scheme=scheme)
    bring_to(somebody, layer, language)
    assert find_violations(somebody.page) == []


@pytest.mark.torture
@pytest.mark.wcag("1.4.3", "3.1.2", "4.1.2")
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("language", LANGUAGES)
@every_look
def test_axe_finds_nothing_in_any_language(visitor: Come, look: str, language: str, layer: str) -> None:
    """One by one, at the width of a phone: takes long."""
    somebody = visitor(HOSTS[look], width=390)
    bring_to(somebody, layer, language)
    assert find_violations(somebody.page) == []


@pytest.mark.wcag("1.1.1", "1.4.3", "2.4.2", "4.1.2")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_placeholder(visitor: Come, scheme: str) -> None:
    somebody = visitor(HOSTS["bar"], color_scheme=scheme)
    somebody.see("/fi")
    frame = somebody.page.frames[1]
    frame.locator("button").first.wait_for()
    assert find_violations(frame) == []


@pytest.mark.wcag("1.4.11", "1.4.1")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@every_look
def test_in_forced_colours_buttons_have_edges_and_all_of_it_is_there(visitor: Come, look: str, scheme: str) -> None:
    somebody = visitor(HOSTS[look], forced_colors="active", color_scheme=scheme)
    somebody.see("/fi")
    for which in ("refuse", "accept"):
        button = somebody.control().locator(f"button[value={which}]")
        edge, ground, behind = button.evaluate(
            "it => [getComputedStyle(it).borderTopColor, getComputedStyle(it).backgroundColor, "
            "getComputedStyle(it.closest('form')).backgroundColor]"
        )
        assert edge != behind or ground != behind
        assert button.evaluate("it => parseFloat(getComputedStyle(it).borderTopWidth)") >= 1


@pytest.mark.wcag("2.2.2")
@every_look
def test_nothing_moves(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look], reduced_motion="reduce")
    somebody.see("/fi")
    assert somebody.page.evaluate(MOVING) == 0
    somebody.open_settings()
    assert somebody.page.evaluate(MOVING) == 0


@pytest.mark.wcag("4.1.3")
@every_look
def test_what_was_decided_is_announced_once(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver(() => {
            const said = document.querySelector("#cookiegate [role=status]")?.textContent;
            if (said && said !== heard.at(-1)) heard.push(said);
          }).observe(document.body, {childList: true, characterData: true, subtree: true});
        }"""
    )
    somebody.control().locator("button[value=refuse]").click()
    expect(somebody.control().get_by_role("status")).to_have_text("Valintasi on tallennettu.")
    assert somebody.page.evaluate("heard") == ["Valintasi on tallennettu."]


@pytest.mark.wcag("1.3.1", "2.4.6", "4.1.2")
@every_look
def test_a_screen_reader_hears_what_it_is(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    section = somebody.control()
    role = section.evaluate("it => it.getAttribute('role') || it.querySelector('[role=dialog]')?.getAttribute('role')")
    assert role in ("region", "dialog")
    assert somebody.page.get_by_role(role, name="Saammeko käyttää evästeitä?").count() == 1
    expect(section.get_by_role("button", name="Hylkää kaikki")).to_have_count(1)
    expect(section.get_by_role("button", name="Hyväksy kaikki")).to_have_count(1)
    expect(section.get_by_role("link", name="Valitse itse")).to_have_count(1)


@pytest.mark.wcag("1.4.4", "1.4.10", "1.3.4")
@pytest.mark.parametrize(("width", "height", "size"), [(320, 568, 200), (320, 256, 100), (568, 320, 100)])
@every_look
def test_enlarged_or_turned_it_can_all_be_reached(visitor: Come, look: str, width: int, height: int, size: int) -> None:
    """Text of twice the size, a zoom of 400 % (320 x 256 CSS pixels), a phone held sideways."""
    somebody = visitor(HOSTS[look], width=width, height=height)
    letters = 16 * size // 100  # as the browser's settings have them: ours go by those, not by the page's
    browser = somebody.context.new_cdp_session(somebody.page)
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": letters}})
    somebody.see("/fi")
    assert somebody.control().evaluate("it => getComputedStyle(it).fontSize") == f"{letters}px"
    assert somebody.control().locator("form").evaluate("it => it.scrollWidth - it.clientWidth") == 0
    for name in ("button[value=refuse]", "button[value=accept]", "[data-cookiegate=settings]"):
        control = somebody.control().locator(name)
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box is not None
        assert -1 <= box["x"] <= box["x"] + box["width"] <= width + 1
        control.click(trial=True)


@pytest.mark.wcag("3.2.3", "3.2.4", "2.4.5", "3.2.6")
@every_look
def test_order_and_names_are_the_same_everywhere(visitor: Come, look: str) -> None:
    """On any width, with and without scripts, and on the next page."""
    seen = set()
    for width, scripts in ((320, True), (768, True), (1280, True), (390, False)):
        somebody = visitor(HOSTS[look], width=width, scripts=scripts)
        for path in ("/fi", "/fi?2"):
            somebody.see(path)
            seen.add(tuple(somebody.control().locator("button, a").all_inner_texts()))
    assert len(seen) == 1


@pytest.mark.wcag("2.5.2")
@every_look
def test_a_finger_that_slides_off_a_button_decides_nothing(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.control().locator("button[value=accept]").hover()
    somebody.page.mouse.down()
    assert somebody.context.cookies() == []
    somebody.page.mouse.move(5, 5)
    somebody.page.mouse.up()
    somebody.see("/fi")
    assert somebody.context.cookies() == []
    expect(somebody.control().locator("button[value=accept]")).to_be_visible()


@pytest.mark.wcag("1.3.2", "1.3.3")
@pytest.mark.parametrize("width", [320, 1280])
@every_look
def test_it_reads_in_the_order_in_which_it_is_seen(visitor: Come, look: str, width: int) -> None:
    """And no word says where on the screen something is."""
    somebody = visitor(HOSTS[look], width=width)
    somebody.see("/fi")
    places = (
        somebody.control()
        .locator("h2, h2 + p, button")
        .evaluate_all(
            "all => all.map(it => [it.getBoundingClientRect().top, it.getBoundingClientRect().left].map(Math.round))"
        )
    )
    title, words, refuse, accept = places
    assert title <= words
    assert words < refuse or words[1] < refuse[1]
    assert refuse <= accept


@pytest.mark.wcag("3.3.4", "1.4.1")
@every_look
def test_what_was_given_can_be_taken_back_with_one_click(visitor: Come, look: str) -> None:
    somebody = visitor(HOSTS[look])
    somebody.see("/fi")
    somebody.press("accept")
    somebody.press("withdraw")
    assert somebody.control().get_attribute("data-services") == ""


@pytest.mark.wcag("2.5.3")
def test_what_controls_are_called_is_what_they_show(visitor: Come) -> None:
    somebody = visitor(HOSTS["bar"])
    somebody.see("/fi")
    for control in somebody.control().locator("button, a").all():
        assert control.get_attribute("aria-label") is None
        assert control.inner_text().strip()

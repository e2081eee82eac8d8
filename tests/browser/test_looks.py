"""What visitors see of the banner in each look: on small screens, enlarged, in their colours, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from . import pages
from .chromium import ChromiumVisitor
from .looks import ARABIC, LOOKS, in_languages, name_host

Come = Callable[..., ChromiumVisitor]
pytestmark = pytest.mark.chromium
every_look = pytest.mark.parametrize("look", LOOKS)
MOST = 0.4  # of a small screen
# Spacing that readers set for themselves, and that must not cost them anything (WCAG 2.2, 1.4.12).
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""

# What is wrong with what is shown now, as sentences; nothing when all is well.
FIND_FAULTS = """() => {
  const faults = [], form = document.querySelector("#cookiegate form"), root = document.documentElement;
  const box = form.getBoundingClientRect();
  if (root.scrollWidth > root.clientWidth) faults.push("the page can be scrolled sideways");
  if (form.scrollWidth > form.clientWidth) faults.push("the form can be scrolled sideways");
  for (const each of form.querySelectorAll("*")) {
    const own = each.getBoundingClientRect(), name = each.tagName + " " + each.textContent.slice(0, 20);
    if (!own.width) continue;
    if (own.left < box.left - .5 || own.right > box.right + .5) faults.push(name + " stands out of the form");
    if (each.matches("button, a, summary, label") && own.height < 24) faults.push(name + " is hard to hit");
    if (each.matches("button") && (each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight))
      faults.push(name + " does not hold its text");
  }
  return faults;
}"""
# The same of the two answers: they are in sight, nothing lies over them, and they differ in nothing but what they say.
FIND_UNEQUAL = """() => {
  const faults = [], buttons = ["refuse", "accept"].map(value => document.querySelector(`button[value=${value}]`));
  const boxes = buttons.map(button => button.getBoundingClientRect());
  for (const [n, box] of boxes.entries()) {
    if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) faults.push("out of sight");
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (hit !== buttons[n]) faults.push("something lies over it");
    if (box.height < 44) faults.push("too low");
  }
  const [one, other] = boxes, styles = buttons.map(button => getComputedStyle(button));
  if (Math.abs(one.width - other.width) > 1 || Math.abs(one.height - other.height) > 1) faults.push("not of one size");
  for (const name of styles[0]) {
    if (/^(inline-size|block-size|width|height|perspective-origin|transform-origin)$/.test(name)) continue;
    if (styles[0][name] !== styles[1][name]) faults.push(name);
  }
  return faults;
}"""
MEASURE_SHARE = """() => {
  const box = document.querySelector("#cookiegate form").getBoundingClientRect();
  return box.width * box.height / innerWidth / innerHeight;
}"""

# What has moved without being asked to. Of the visitor's own doing, only what is the page's: our form comes and goes,
# and by the time its shift is told it may be gone.
WATCH_SHIFTS = """window.shifts = [];
new PerformanceObserver(list => {
  for (const each of list.getEntries())
    for (const {node} of each.sources)
      if (!window.touched || node && !(node.closest ? node : node.parentElement).closest("#cookiegate"))
        shifts.push(node?.nodeName);
}).observe({type: "layout-shift", buffered: true});"""


def find_faults(somebody: ChromiumVisitor) -> list[str]:
    found: list[str] = somebody.page.evaluate(FIND_FAULTS)
    return found


def find_unequal(somebody: ChromiumVisitor) -> list[str]:
    found: list[str] = somebody.page.evaluate(FIND_UNEQUAL)
    return found


@every_look
@in_languages
def test_on_a_small_screen_it_leaves_the_page_in_sight(visitor: Come, look: str, languages: tuple[str, ...]) -> None:
    somebody = visitor(name_host(look), width=320, height=568)
    shares, faults = {}, {}
    for language in languages:
        somebody.see(f"/{language}")
        assert somebody.control().get_attribute("lang") == language
        shares[language] = somebody.page.evaluate(MEASURE_SHARE)
        faults[language] = find_faults(somebody) + find_unequal(somebody)
    assert {language: share for language, share in shares.items() if share > MOST} == {}
    assert {language: found for language, found in faults.items() if found} == {}


@every_look
@pytest.mark.parametrize("size", [(1280, 800), (1024, 600), (768, 1024), (390, 844), (568, 320)], ids=str)
def test_both_answers_are_in_sight_and_alike_on_every_screen(visitor: Come, look: str, size: tuple[int, int]) -> None:
    somebody = visitor(name_host(look), width=size[0], height=size[1])
    for language in ("fi", "el"):
        somebody.see(f"/{language}")
        assert find_faults(somebody) + find_unequal(somebody) == []


@every_look
@pytest.mark.parametrize(
    "prefers",
    [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"forced_colors": "active", "color_scheme": "dark"}],
    ids=str,
)
@pytest.mark.wcag("1.4.11")
def test_both_answers_are_alike_in_the_visitors_colours(visitor: Come, look: str, prefers: dict[str, Any]) -> None:
    somebody = visitor(name_host(look), **prefers)
    somebody.visit("/fi")
    assert find_unequal(somebody) == []
    edge = "getComputedStyle(document.querySelector('button[value=refuse]')).border"
    assert somebody.page.evaluate(edge).startswith("1px solid"), "a button has an edge where there are no fills"


@pytest.mark.wcag("1.4.10", "2.5.8")
@every_look
@in_languages
def test_enlarged_four_times_all_of_it_and_of_the_page_can_be_reached(
    visitor: Come, look: str, languages: tuple[str, ...]
) -> None:
    """1280 pixels wide at 400 % are 320."""
    somebody = visitor(name_host(look), width=320, height=256)
    for language in languages:
        somebody.see(f"/{language}")
        assert find_faults(somebody) == []
        for value in ("refuse", "accept"):
            somebody.control().locator(f"button[value={value}]").scroll_into_view_if_needed()
        assert find_unequal(somebody) == []
        link = somebody.page.locator("#p3")
        link.scroll_into_view_if_needed()
        link.click(trial=True)


@pytest.mark.wcag("1.4.12")
@every_look
@pytest.mark.parametrize("width", [320, 1280])
@in_languages
def test_wider_spacing_of_text_loses_nothing(visitor: Come, look: str, width: int, languages: tuple[str, ...]) -> None:
    somebody = visitor(name_host(look), width=width, height=568)
    for language in languages:
        somebody.see(f"/{language}")
        somebody.page.add_style_tag(content=SPACED)
        assert find_faults(somebody) + find_unequal(somebody) == [], language
    somebody.open_settings()
    somebody.page.wait_for_load_state("networkidle")
    assert find_faults(somebody) == []


@every_look
@pytest.mark.parametrize("width", [320, 1280])
def test_long_values_spill_nowhere(visitor: Come, look: str, width: int) -> None:
    somebody = visitor(name_host(look, long=True), width=width, height=568)
    somebody.visit("/fi")
    assert find_faults(somebody) + find_unequal(somebody) == []
    assert somebody.page.evaluate(MEASURE_SHARE) <= MOST
    assert f"\u2068{ARABIC}\u2069, " in somebody.control().inner_text(), "set apart from the Finnish around it"
    somebody.open_settings()
    somebody.page.wait_for_load_state("networkidle")
    for summary in somebody.page.locator("summary").all():
        summary.click()
    assert find_faults(somebody) == []
    for path in ("settings", "notice", "privacy"):
        somebody.visit(f"/_cookiegate/{path}")
        widths = "[document.documentElement.scrollWidth, innerWidth]"
        needed, given = somebody.page.evaluate(widths)
        assert needed <= given, path


@pytest.mark.wcag("2.4.11")
@every_look
@pytest.mark.parametrize("size", [(1280, 800), (320, 568)], ids=str)
def test_what_has_the_focus_is_never_hidden_by_it(visitor: Come, look: str, size: tuple[int, int]) -> None:
    somebody = visitor(name_host(look, long=size[0] > 320), width=size[0], height=size[1])
    somebody.visit("/fi")
    hidden = """() => {
      const focused = document.activeElement, form = document.querySelector("#cookiegate form");
      const own = focused.getBoundingClientRect(), box = form.getBoundingClientRect();
      const x = own.left + own.width / 2, y = own.top + own.height / 2;
      if (form.contains(focused)) return !focused.contains(document.elementFromPoint(x, y)) && focused.outerHTML;
      const within = own.top >= box.top && own.bottom <= box.bottom && own.left >= box.left && own.right <= box.right;
      return (within || own.bottom < 0 || own.top > innerHeight) && focused.outerHTML;
    }"""
    for _ in range(80):
        somebody.page.keyboard.press("Tab")
        assert somebody.page.evaluate(hidden) is False
        if somebody.page.evaluate("document.activeElement.id") == "p59":
            return
    pytest.fail("the end of the page is never reached")


@pytest.mark.parametrize(
    ("host", "path"),
    [*((name_host(look), "/fi") for look in LOOKS), (pages.HOST, "/no-inline"), (pages.HOST, "/nonce")],
)
def test_nothing_in_the_page_moves(visitor: Come, host: str, path: str) -> None:
    somebody = visitor(host)
    somebody.page.add_init_script(WATCH_SHIFTS)
    somebody.visit(path)
    somebody.page.wait_for_timeout(300)
    somebody.page.evaluate("touched = true")
    somebody.open_settings()
    somebody.page.wait_for_load_state("networkidle")
    somebody.page.keyboard.press("Escape")
    somebody.page.wait_for_timeout(300)
    assert somebody.page.evaluate("shifts") == []


@pytest.mark.parametrize("path", ["/plain", "/nonce", "/no-inline", "/latin1"])
def test_the_settings_bring_their_style_past_the_sites_own_policy(visitor: Come, path: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(path)
    assert not somebody.page.evaluate("performance.getEntries().some(each => each.name.endsWith('settings.css'))")
    somebody.open_settings()
    somebody.page.wait_for_load_state("networkidle")
    expect(somebody.page.locator("#cookiegate fieldset").first).to_have_css("border-top-width", "1px")
    expect(somebody.page.locator("#cookiegate label").first).to_have_css("min-height", "44px")
    assert somebody.errors == []


def test_where_no_style_of_the_settings_may_come_they_can_be_used_all_the_same(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/inline-only")
    somebody.open_settings()
    somebody.page.wait_for_load_state("networkidle")
    expect(somebody.page.locator("#cookiegate label").first).not_to_have_css("min-height", "44px")
    box = somebody.control().locator("form").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    somebody.page.locator("input[name=service]").first.check()
    somebody.press("save")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_dialog_leaves_the_page_in_use(visitor: Come, scripts: bool) -> None:
    somebody = visitor(name_host("dialog"), scripts=scripts)
    somebody.visit("/fi")
    expect(somebody.page.get_by_role("dialog", name="Saammeko käyttää evästeitä?")).to_be_visible()
    somebody.page.locator("#p2").click()
    expect(somebody.page).to_have_url(re.compile("#p2$"))
    somebody.press("refuse")
    expect(somebody.page.get_by_role("dialog")).to_have_count(0)


@every_look
def test_nothing_of_it_is_printed(visitor: Come, look: str) -> None:
    somebody = visitor(name_host(look))
    somebody.visit("/fi")
    somebody.page.emulate_media(media="print")
    expect(somebody.control()).to_be_hidden()
    expect(somebody.page.locator("html")).to_have_css("padding-bottom", "0px")


def test_each_look_stands_where_its_name_says(visitor: Come) -> None:
    boxes = {}
    for look in LOOKS:
        somebody = visitor(name_host(look))
        somebody.visit("/fi")
        boxes[look] = somebody.control().locator("form").bounding_box() or {}
    assert (boxes["bar"]["x"], boxes["bar"]["width"]) == (0, 1280)
    assert boxes["bar"]["y"] + boxes["bar"]["height"] == pytest.approx(800, abs=1)
    assert boxes["corner"]["x"] + boxes["corner"]["width"] == pytest.approx(1264, abs=1)
    assert boxes["corner"]["width"] < 450
    assert boxes["dialog"]["x"] * 2 + boxes["dialog"]["width"] == pytest.approx(1280, abs=1)
    assert boxes["dialog"]["y"] * 2 + boxes["dialog"]["height"] == pytest.approx(800, abs=1)


def test_the_corner_is_a_bar_on_a_phone(visitor: Come) -> None:
    boxes = []
    for look in ("bar", "corner"):
        somebody = visitor(name_host(look), width=390, height=844)
        somebody.visit("/fi")
        boxes.append(somebody.control().locator("form").bounding_box())
    assert boxes[0] == boxes[1]


def test_a_logo_and_links_have_their_place(visitor: Come) -> None:
    somebody = visitor(name_host("corner", long=True))
    somebody.visit("/fi")
    assert somebody.page.evaluate("document.querySelector('#cookiegate img').naturalWidth") == 900
    expect(somebody.control().locator("img")).to_be_visible()
    somebody.control().get_by_role("link", name="Tietosuojaseloste").click()
    expect(somebody.page).to_have_url(re.compile("/fi$"))


@pytest.mark.wcag("2.4.7", "1.4.11")
def test_the_focus_can_be_seen_on_a_button(visitor: Come) -> None:
    somebody = visitor(name_host("bar"))
    somebody.visit("/fi")
    somebody.page.keyboard.press("Tab")
    button = somebody.control().locator("button[value=refuse]")
    expect(button).to_be_focused()
    expect(button).to_have_css("outline-color", "rgb(27, 30, 35)")

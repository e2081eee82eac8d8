"""What the script tells the site and the visitor, and where it leaves the focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import pages
from .chromium import ChromiumVisitor

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
FOCUS = "document.activeElement.id || document.activeElement.dataset.cookiegate || document.activeElement.tagName"
HEARD = """window.heard = [];
window.unsubscribe = cookiegate.onChange(choice => heard.push(choice));
document.addEventListener("cookiegate:choice", e => window.event = e.detail);"""


def test_the_site_is_told_what_was_chosen_and_what_holds_in_the_page(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    ask = somebody.page.evaluate
    assert ask("[cookiegate.decided, cookiegate.services, cookiegate.purposes]") == [False, [], []]
    assert ask("cookiegate.allows('filmi') || cookiegate.allows('marketing')") is False
    ask(HEARD)
    somebody.press("refuse")
    nothing = {"services": [], "purposes": []}
    assert ask("[cookiegate.decided, cookiegate.choice, heard, event]") == [True, nothing, [nothing], nothing]
    somebody.open_settings()
    somebody.page.locator("input[name=purpose][value=statistics]").check()
    somebody.press("save")
    given = {"services": ["google-analytics"], "purposes": ["statistics"]}
    assert ask("[cookiegate.choice, cookiegate.services, cookiegate.purposes]") == [given, *given.values()]
    assert ask("cookiegate.allows('google-analytics') && cookiegate.allows('statistics')")
    assert ask("cookiegate.allows('marketing')") is False
    assert ask("Object.isFrozen(cookiegate)")


def test_who_cancels_the_event_is_not_loaded_again_and_what_was_given_waits(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.page.evaluate(
        "window.same = true; document.addEventListener('cookiegate:choice', e => e.preventDefault())"
    )
    somebody.page.evaluate(HEARD)
    somebody.press("accept")
    assert somebody.page.evaluate("[same, cookiegate.decided]") == [True, True]
    assert somebody.page.evaluate("cookiegate.choice.services") == ["filmi", "google-analytics", "pikseli", "recaptcha"]
    assert somebody.page.evaluate("cookiegate.services") == [], "this page still has the policy it was loaded with"
    somebody.page.evaluate("unsubscribe()")
    somebody.press("withdraw")
    assert somebody.page.evaluate("heard.length") == 1


def test_a_page_whose_filter_list_blocks_the_script_goes_on(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.page.route("**/banner.js", lambda route: route.abort())
    somebody.visit("/policy/self")
    assert somebody.page.evaluate("window.cookiegate?.allows?.('filmi') ?? false") is False
    somebody.press("refuse")
    expect(somebody.control().locator("button[value=accept]")).to_have_count(0)


def test_the_focus_goes_back_to_where_the_visitor_was(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.page.locator("textarea").evaluate("element => element.id = 'text'")
    somebody.page.locator("textarea").focus()
    somebody.control().locator("button[value=refuse]").focus()
    somebody.page.keyboard.press("Enter")
    somebody.control().locator(".cookiegate-control").wait_for()
    assert somebody.page.evaluate(FOCUS) == "text"


def test_the_focus_of_who_comes_from_nowhere_or_a_place_that_is_gone_goes_to_the_control(visitor: Come) -> None:
    for gone in (False, True):
        somebody = visitor(pages.HOST)
        somebody.visit("/form")
        if gone:
            somebody.page.locator("textarea").focus()
        somebody.control().locator("button[value=refuse]").focus()
        somebody.page.locator("textarea").evaluate("element => element.remove()")
        somebody.page.keyboard.press("Enter")
        somebody.control().locator(".cookiegate-control").wait_for()
        assert somebody.page.evaluate(FOCUS) == "cookiegate-title"
        expect(somebody.control().locator("a")).to_be_focused()


def test_closing_the_settings_decides_nothing_and_gives_the_focus_back(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.page.keyboard.press("Escape")
    expect(somebody.control().locator("button[value=accept]")).to_be_visible()
    for close in ("Escape", "a[data-cookiegate=back]"):
        somebody.control().locator("[data-cookiegate=settings]").focus()
        somebody.page.keyboard.press("Enter")
        expect(somebody.page.locator(".cookiegate-settings h2")).to_be_focused()
        somebody.page.keyboard.press(close) if close == "Escape" else somebody.page.locator(close).click()
        expect(somebody.control().locator("button[value=accept]")).to_be_visible()
        assert somebody.page.evaluate(FOCUS) == "settings"
    somebody.page.locator("#ours").focus()
    somebody.page.evaluate("cookiegate.open()")
    expect(somebody.page.locator(".cookiegate-settings h2")).to_be_focused()
    somebody.page.keyboard.press("Escape")
    assert somebody.page.evaluate(FOCUS) == "ours", "it was the site's own link that opened them"
    assert somebody.context.cookies() == []


def test_escape_in_a_dialog_of_the_site_is_the_sites_own(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.open_settings()
    somebody.page.locator("textarea").focus()
    somebody.page.keyboard.press("Escape")
    expect(somebody.page.locator(".cookiegate-settings")).to_be_visible()


def test_what_is_saved_is_said_once_in_a_place_that_was_there_before(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.page.evaluate("""() => {
        window.said = [];
        const place = document.querySelector("#cookiegate [role=status]");
        new MutationObserver(() => said.push(place.textContent)).observe(place, {childList: true, subtree: true});
    }""")
    somebody.press("refuse")
    expect(somebody.control().locator("[role=status]")).to_have_text("Valintasi on tallennettu.")
    somebody.page.keyboard.press("Tab")
    expect(somebody.control().locator("[role=status]")).to_be_empty()
    assert somebody.page.evaluate("said") == ["Valintasi on tallennettu.", ""]


def test_what_could_not_be_saved_is_said_in_place_and_can_be_pressed_again(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.page.route("**/_cookiegate/choice?*", lambda route: route.continue_(post_data="decision=nonsense"))
    somebody.control().locator("button[value=accept]").click()
    expect(somebody.control().locator("[role=status]")).to_contain_text("Mitään ei muutettu.")
    expect(somebody.control().locator("button[value=accept]")).to_be_focused()
    somebody.page.unroute("**/_cookiegate/choice?*")
    somebody.press("accept")
    assert somebody.strangers >= {"pikseli.example"}

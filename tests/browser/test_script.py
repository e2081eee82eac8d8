"""What the script does in a page beside posting forms: it tells the site, keeps the focus, and stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import pages
from .visitor import Visitor

Come = Callable[..., Visitor]
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
    somebody.page.route("**/_cookiegate/choice", lambda route: route.continue_(post_data="decision=nonsense"))
    somebody.control().locator("button[value=accept]").click()
    expect(somebody.control().locator("[role=status]")).to_contain_text("Mitään ei muutettu.")
    expect(somebody.control().locator("button[value=accept]")).to_be_focused()
    somebody.page.unroute("**/_cookiegate/choice")
    somebody.press("accept")
    assert somebody.strangers >= {"pikseli.example"}


CHANGES: dict[str, Callable[[Page], object]] = {
    "text": lambda page: page.locator("textarea").press_sequentially("Hei"),
    "tick": lambda page: page.locator("[name=tick]").check(),
    "pick": lambda page: page.locator("select").press("2"),
    "file": lambda page: page.locator("[name=file]").set_input_files(Path(__file__)),
    "rich": lambda page: page.locator("#rich").press_sequentially("Hei"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_that_was_touched_is_never_loaded_away(visitor: Come, change: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    other = somebody.open_tab()
    somebody.visit("/form", other)
    for page in (somebody.page, other):
        page.evaluate("window.same = true")
        CHANGES[change](page)
    somebody.press("accept")
    expect(somebody.control().locator("[role=status]")).to_contain_text("seuraava sivu")
    other.wait_for_function("cookiegate.choice.services.length == 4")
    for page in (somebody.page, other):
        assert page.evaluate("[same, cookiegate.services]") == [True, []]
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        page.wait_for_timeout(300)
        assert page.evaluate("same")


def test_our_own_form_is_none_to_be_kept(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.open_settings()
    somebody.page.locator("input[name=service][value=filmi]").check()
    somebody.page.evaluate("window.same = true")
    somebody.press("save")
    assert somebody.page.evaluate("window.same") is None


def test_a_choice_in_the_settings_page_reaches_the_other_tabs(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.press("accept")
    other = somebody.open_tab()
    other.goto(f"https://{pages.HOST}/_cookiegate/settings?return_to=/form", wait_until="networkidle")
    other.locator("button[value=withdraw]").click()
    expect(other).to_have_url(f"https://{pages.HOST}/form")
    expect(somebody.control().locator("button[value=withdraw]")).to_have_count(0)


SWAPS = {
    "removed": "document.querySelector('section#cookiegate').remove()",
    "body replaced": """const body = document.createElement("body");
        body.innerHTML = "<h1>Next</h1>";
        document.body.replaceWith(body);""",
    "body replaced twice": """for (const name of ["Next", "Last"]) {
        const body = document.createElement("body");
        body.innerHTML = "<h1>" + name + "</h1>";
        document.body.replaceWith(body); }""",
}


@pytest.mark.parametrize("swap", SWAPS)
def test_a_framework_that_takes_the_control_away_gets_it_back(visitor: Come, swap: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    for _ in range(2):
        somebody.page.evaluate(f"() => {{ {SWAPS[swap]} }}")
        expect(somebody.control().locator("button[value=accept]")).to_be_visible()
    somebody.page.evaluate("window.same = true; history.pushState({}, '', '/form?step=2')")
    somebody.press("refuse")
    assert somebody.page.evaluate("[same, cookiegate.decided]") == [True, True]
    field = somebody.control().locator("[name=return_to]")
    expect(field).to_have_value("/form?step=2")
    somebody.page.evaluate(f"() => {{ {SWAPS[swap]} }}")
    expect(somebody.control().locator(".cookiegate-control")).to_be_visible()


def test_a_body_that_brings_its_own_control_is_left_alone(visitor: Come) -> None:
    """As frameworks do that fetch the next page and put it in place, its scripts included."""
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.page.evaluate("""async () => {
        const next = new DOMParser().parseFromString(await (await fetch("/form")).text(), "text/html");
        const body = document.adoptNode(next.body);
        for (const script of body.querySelectorAll("script")) {
            const copy = document.createElement("script");
            copy.textContent = script.textContent;
            script.replaceWith(copy);
        }
        document.body.replaceWith(body);
        window.same = true;
    }""")
    somebody.page.wait_for_timeout(500)
    expect(somebody.control()).to_have_count(1)
    asked: list[str] = []
    somebody.page.on("request", lambda request: asked.append(request.url))
    somebody.press("refuse")
    assert somebody.page.evaluate("same")
    assert [url for url in asked if url.endswith("/choice")] == [f"https://{pages.HOST}/_cookiegate/choice"]


def test_a_busy_page_is_not_watched_for_every_change(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.page.add_init_script("""window.woken = 0;
        const Native = MutationObserver;
        window.MutationObserver = class extends Native {
            constructor(done) { super(records => { window.woken += 1; done(records); }); }
        };""")
    somebody.visit("/plain")
    woken = somebody.page.evaluate("""async () => {
        const before = woken, place = document.createElement("div");
        document.querySelector("h1").append(place);
        for (let n = 0; n < 50; n++) {
            place.append(document.createElement("p"));
            await new Promise(requestAnimationFrame);
        }
        return woken - before;
    }""")
    assert woken == 0


def test_a_filter_list_that_takes_the_control_away_does_not_keep_the_browser_busy(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    removed = somebody.page.evaluate("""async () => {
        let removed = 0;
        const remove = () => {
            const place = document.querySelector("section#cookiegate");
            place?.remove();
            removed += !!place;
        };
        new MutationObserver(remove).observe(document.body, {childList: true});
        remove();
        await new Promise(done => setTimeout(done, 2000));
        return removed;
    }""")
    assert 2 <= removed <= 8


def test_a_page_that_was_fetched_ahead_is_not_shown_after_a_withdrawal(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.press("accept")
    with somebody.page.expect_request("**/plain"):
        somebody.visit("/ahead")
    somebody.page.wait_for_load_state("networkidle")
    somebody.page.locator("textarea").press_sequentially("so that this page, and what it fetched, stays")
    somebody.press("withdraw")
    somebody.internet.forget()
    somebody.page.locator("#next").click()
    expect(somebody.page).to_have_url(f"https://{pages.HOST}/plain")
    somebody.page.wait_for_load_state("networkidle")
    expect(somebody.control().locator("button[value=withdraw]")).to_have_count(0)
    assert somebody.strangers == set()


def test_a_page_of_the_back_forward_cache_is_loaded_again(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.page.evaluate("window.same = true")
    somebody.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    somebody.page.wait_for_timeout(300)
    assert somebody.page.evaluate("window.same")
    with somebody.page.expect_navigation():
        somebody.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert somebody.page.evaluate("window.same") is None

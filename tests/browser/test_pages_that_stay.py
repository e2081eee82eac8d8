"""What was written stays, what was chosen reaches other tabs and pages kept ready, and the control stays in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from . import pages
from .chromium import ChromiumVisitor

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
CHANGES: dict[str, Callable[[Page], object]] = {
    "text": lambda page: page.locator("textarea").press_sequentially("Hei"),
    "tick": lambda page: page.locator("[name=tick]").check(),
    "pick": lambda page: page.locator("select").press("2"),
    "file": lambda page: page.locator("[name=file]").set_input_files(Path(__file__)),
    "rich": lambda page: page.locator("#rich").press_sequentially("Hei"),
}


def press_in_place(somebody: ChromiumVisitor, decision: str) -> None:
    """In a page whose frames are emptied, which Playwright takes for one that never comes to rest."""
    somebody.control().locator(f"button[value={decision}]").click()
    somebody.await_drawn("#cookiegate button[value=withdraw]", int(decision == "accept"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_that_was_touched_is_never_loaded_away(visitor: Come, change: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    tab = somebody.open_tab()
    tab.visit("/form")
    other = tab.page
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


def test_an_editor_that_is_a_frame_is_never_loaded_away(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/editor")
    text = somebody.page.frame_locator("#editor").locator("body")
    text.click()
    somebody.page.keyboard.type("A long comment")
    somebody.press("accept")
    expect(text).to_contain_text("A long comment")


@pytest.mark.parametrize("decision", ["accept", "refuse"])
def test_what_was_sent_is_not_sent_once_more(visitor: Come, decision: str) -> None:
    somebody = visitor(pages.HOST)
    posted: list[str] = []
    somebody.page.on("request", lambda sent: posted.append(sent.url) if sent.method == "POST" else None)
    somebody.visit("/order")
    somebody.page.locator("#order").click()
    somebody.page.wait_for_url("**/form")
    somebody.press(decision)
    assert [url.rpartition("/")[2] for url in posted] == ["form", "choice?v=" + posted[-1][-8:]]
    somebody.visit("/plain")
    assert somebody.strangers == ({"pikseli.example"} if decision == "accept" else set())


def test_a_withdrawal_reaches_the_frames_of_a_page_that_stays(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.press("accept")
    other = somebody.open_tab()
    other.visit("/form")
    for each in (somebody, other):
        each.page.locator("textarea").press_sequentially("Hei")
        each.page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), {src: '/writes'}))")
        each.page.frames[-1].wait_for_load_state()
        each.page.frames[-1].evaluate("window.same = true")
    press_in_place(somebody, "withdraw")
    for each in (somebody, other):
        each.page.wait_for_function("!cookiegate.services.length")
        each.page.wait_for_timeout(500)
        assert [frame.url for frame in each.page.frames if "filmi" in frame.url] == []
        [own] = [frame for frame in each.page.frames if frame.url.endswith("/writes")]
        assert own.evaluate("window.same"), "what the choice is not about stays"
        expect(each.page.locator("textarea")).to_have_value("Hei")


def test_what_was_taken_back_in_a_page_that_stays_is_not_back_before_the_next(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/form")
    somebody.press("accept")
    somebody.page.locator("textarea").press_sequentially("Hei")
    press_in_place(somebody, "withdraw")
    somebody.open_settings()
    press_in_place(somebody, "accept")
    assert somebody.page.evaluate("[cookiegate.choice.services.length, cookiegate.services]") == [4, []]


@pytest.mark.parametrize("failing", ["outdated", "gone", "settings gone"])
def test_who_has_written_something_is_asked_before_a_press_loads_the_page(visitor: Come, failing: str) -> None:
    somebody = visitor(pages.HOST)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    somebody.page.on("dialog", stay)
    somebody.visit("/form")
    somebody.page.locator("textarea").press_sequentially("Hei")
    if failing == "outdated":
        somebody.page.evaluate("document.querySelector('#cookiegate form').action = '/_cookiegate/choice?v=older'")
    else:
        somebody.page.route("**/_cookiegate/**", lambda route: route.abort())
    press = "a[data-cookiegate=settings]" if failing == "settings gone" else "button[value=accept]"
    somebody.control().locator(press).click()
    somebody.page.wait_for_timeout(500)
    expect(somebody.page.locator("textarea")).to_have_value("Hei")
    assert asked == ["beforeunload"]


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
    other = somebody.open_tab().page
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
    assert len([url for url in asked if "/_cookiegate/choice?" in url]) == 1


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
    press_in_place(somebody, "withdraw")
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

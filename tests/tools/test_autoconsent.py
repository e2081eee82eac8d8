"""DuckDuckGo's autoconsent refuses for its user: by the rule that we offer it, and by its own judgement without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.internet import Internet

from .autoconsent import CURRENT, Autoconsent, read_rule
from .refused import check_refused
from .site import LANGUAGES, LOOKS, Website

Come = Callable[[], BrowserContext]

# Languages whose words its lists know, for the popup and for refusing (lib/heuristic-patterns.ts).
KNOWN = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
EVERY_DAY = ("el", "fi", "fr")
RULE = read_rule("autoconsent-cookiegate.json")


def every_day(chosen: tuple[str, ...], others: list[str]) -> list[object]:
    """A sample for every day, and the rest for the long run."""
    return [*chosen, *(pytest.param(each, marks=pytest.mark.torture) for each in others if each not in chosen)]


@pytest.mark.parametrize("language", every_day(EVERY_DAY, LANGUAGES))
@pytest.mark.parametrize("look", LOOKS)
def test_with_our_rule_it_refuses_in_any_language(
    websites: dict[str, Website], come: Come, packages: Path, internet: Internet, look: str, language: str
) -> None:
    website, context = websites[look], come()
    before = website.count_decisions()
    page = context.new_page()
    autoconsent = Autoconsent(page, packages / CURRENT, {"autoconsent": [RULE]})
    page.goto(website.address(language))
    autoconsent.wait_for(type="autoconsentDone", cmp="cookiegate")
    assert autoconsent.wait_for(type="selfTestResult")["result"] is True
    assert autoconsent.found == {"cookiegate"}
    check_refused(website, context, internet, before)


@pytest.mark.parametrize("look", LOOKS)
def test_with_our_rule_it_accepts_for_those_who_want_that(
    websites: dict[str, Website], come: Come, packages: Path, look: str
) -> None:
    website, context = websites[look], come()
    before = website.count_decisions()
    page = context.new_page()
    autoconsent = Autoconsent(page, packages / CURRENT, {"autoconsent": [RULE]}, autoAction="optIn")
    page.goto(website.address("en"))
    autoconsent.wait_for(type="optInResult", cmp="cookiegate", result=True)
    assert website.wait_for_decision(before) == {"given": 1}
    page.locator("[data-cookiegate=withdraw]").wait_for()
    page.wait_for_load_state("networkidle")


@pytest.mark.torture  # it looks for a popup for five seconds
@pytest.mark.parametrize("decision", ["refuse", "accept"])
@pytest.mark.parametrize("look", LOOKS)
def test_with_our_rule_it_leaves_the_decided_alone(
    websites: dict[str, Website], come: Come, packages: Path, look: str, decision: str
) -> None:
    website, context = websites[look], come()
    page = context.new_page()
    page.goto(website.address("en"))
    page.locator(f"[data-cookiegate={decision}]").click()
    page.locator(".cookiegate-control").wait_for()
    chosen = website.read_choice(context.cookies())
    later = context.new_page()
    autoconsent = Autoconsent(later, packages / CURRENT, {"autoconsent": [RULE]}, logs={"lifecycle": True})
    with later.expect_console_message(lambda line: "no popup found" in line.text):
        later.goto(website.address("en"))
    autoconsent.wait_for(type="cmpDetected", cmp="cookiegate")
    assert autoconsent.found == set()
    assert website.read_choice(context.cookies()) == chosen


@pytest.mark.parametrize("language", every_day(("en", "it"), list(KNOWN)))
@pytest.mark.parametrize("look", LOOKS)
def test_without_our_rule_it_finds_the_banner_and_refuses(
    websites: dict[str, Website], come: Come, packages: Path, internet: Internet, look: str, language: str
) -> None:
    website, context = websites[look], come()
    before = website.count_decisions()
    page = context.new_page()
    autoconsent = Autoconsent(page, packages / CURRENT, {"autoconsent": []}, heuristicMode="tier2")
    page.goto(website.address(language))
    autoconsent.wait_for(type="autoconsentDone", cmp="HEURISTIC-REJECT")
    assert autoconsent.wait_for(type="selfTestResult")["result"] is True
    check_refused(website, context, internet, before)


@pytest.mark.parametrize("language", every_day(("fi",), [each for each in LANGUAGES if each not in KNOWN]))
def test_in_a_language_that_it_does_not_know_it_leaves_the_banner_alone(
    websites: dict[str, Website], come: Come, packages: Path, language: str
) -> None:
    """In its most daring mode, in which it accepts where it sees no other way."""
    website, context = websites[LOOKS[0]], come()
    page = context.new_page()
    autoconsent = Autoconsent(page, packages / CURRENT, {"autoconsent": []}, heuristicMode="tier2", detectRetries=1)
    page.goto(website.address(language))
    autoconsent.wait_until_it_gives_up()
    assert autoconsent.found == set()
    assert website.read_choice(context.cookies()) is None
    expect(page.locator("section#cookiegate [data-cookiegate=refuse]")).to_be_visible()


@pytest.mark.parametrize("language", every_day(("fr",), list(KNOWN)))
def test_without_our_rule_it_does_not_take_the_control_of_the_decided_for_a_popup(
    websites: dict[str, Website], come: Come, packages: Path, language: str
) -> None:
    website, context = websites[LOOKS[0]], come()
    page = context.new_page()
    page.goto(website.address(language))
    page.locator("[data-cookiegate=accept]").click()
    page.locator("[data-cookiegate=withdraw]").wait_for()
    later = context.new_page()
    autoconsent = Autoconsent(later, packages / CURRENT, {"autoconsent": []}, heuristicMode="tier2", detectRetries=1)
    later.goto(website.address(language))
    autoconsent.wait_until_it_gives_up()
    assert autoconsent.found == set()
    expect(later.locator("[data-cookiegate=withdraw]")).to_be_visible()

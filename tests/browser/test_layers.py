"""The two layers of the question: how far it is to each answer, and that what is stored is what was ticked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from .chromium import ChromiumVisitor
from .looks import HOSTS, LOOKS, in_languages

pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]
Clicks = tuple[str, ...]
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
DEEPEST = 3  # clicks
# Of the sites' policy, as tests/stories/site.py has it: statistics has one service, marketing two.
SERVICES = ("google-analytics", "filmi", "pikseli")
BOX = {
    "google-analytics": "input[value=statistics]",
    "filmi": "input[value=filmi]",
    "pikseli": "input[value=pikseli]",
}
STATE = """() => {
  const section = document.querySelector("section#cookiegate");
  const undecided = document.querySelector("#cookiegate :is(button[value=refuse], button[value=save])");
  return [section?.dataset.services ?? "", undecided ? "asked" : "decided"];
}"""


@with_and_without_scripts
@pytest.mark.parametrize("look", LOOKS)
def test_from_every_layer_refusing_takes_no_more_clicks_than_accepting(visitor: Come, look: str, scripts: bool) -> None:
    """Whatever can be pressed is pressed, breadth first, by a new visitor each time."""
    first: dict[Clicks, dict[str, int]] = {}
    for way in walk(lambda: visitor(HOSTS[look], scripts=scripts)):
        for length in range(len(way.clicks)):
            known = first.setdefault(way.clicks[:length], {})
            known[way.outcome] = min(known.get(way.outcome, 99), len(way.clicks) - length)
    layers = {clicks: found for clicks, found in first.items() if "refused" in found or "accepted" in found}
    assert () in layers
    assert ("settings",) in layers
    for clicks, found in layers.items():
        assert found["refused"] <= found["accepted"], clicks
    assert layers[()]["refused"] == layers[()]["accepted"] == 1


class Way:
    """What was pressed, and where that led."""

    def __init__(self, clicks: Clicks, outcome: str, further: list[str]) -> None:
        self.clicks = clicks
        self.outcome = outcome
        self.further = further  # what else can be pressed there


def walk(come: Callable[[], ChromiumVisitor]) -> Iterator[Way]:
    ways: list[Clicks] = [()]
    while ways:
        clicks = ways.pop(0)
        somebody = come()
        somebody.visit("/fi")
        for name in clicks:
            somebody.page.locator(f"#cookiegate [data-cookiegate={name}]").click()
            somebody.page.locator(".cookiegate-settings" if name == "settings" else ".cookiegate-control").wait_for()
            somebody.page.wait_for_load_state("networkidle")
        services, asked = somebody.page.evaluate(STATE)
        on_own_page = "/_cookiegate/" in somebody.page.url
        outcome = "asked" if asked == "asked" or on_own_page else "accepted" if services else "refused"
        found = somebody.page.locator("#cookiegate [data-cookiegate]").evaluate_all(
            "all => all.map(it => it.dataset.cookiegate)"
        )
        somebody.leave()
        if clicks:
            yield Way(clicks, outcome, found)
        if outcome == "asked" and len(clicks) < DEEPEST:
            # "back" leads to where one was
            ways += [(*clicks, name) for name in dict.fromkeys(found) if name != "back"]


@with_and_without_scripts
def test_what_is_ticked_is_what_is_stored_and_what_is_shown_again(visitor: Come, scripts: bool) -> None:
    for given in itertools.chain.from_iterable(itertools.combinations(SERVICES, n) for n in range(len(SERVICES) + 1)):
        somebody = visitor(HOSTS["bar"], scripts=scripts)
        somebody.visit("/fi")
        somebody.open_settings()
        for service in given:
            somebody.page.locator(BOX[service]).check()
        somebody.page.locator("[data-cookiegate=save]").click()
        somebody.control().locator(".cookiegate-control").wait_for()
        somebody.page.wait_for_load_state("networkidle")
        stored = somebody.control().get_attribute("data-services")
        assert stored is not None
        assert set(stored.split()) == set(given)
        somebody.open_settings()
        assert ticked(somebody.page) == set(given)
        somebody.leave()


@with_and_without_scripts
@in_languages
def test_nothing_is_ticked_in_advance(visitor: Come, scripts: bool, languages: tuple[str, ...]) -> None:
    somebody = visitor(HOSTS["bar"], scripts=scripts)
    for language in languages:
        somebody.page.goto(f"https://{somebody.host}/{language}")
        somebody.open_settings()
        assert somebody.page.locator("[type=checkbox]").count() == 4
        assert ticked(somebody.page) == set()
        assert somebody.page.locator("[type=checkbox]:checked").count() == 0


@pytest.mark.parametrize("comes", [True, False])
def test_the_settings_are_shown_once_their_style_is_there_or_cannot_be_had(visitor: Come, comes: bool) -> None:
    somebody = visitor(HOSTS["bar"])
    somebody.visit("/fi")
    waiting: list[Route] = []
    somebody.page.route("**/settings.css", lambda route: waiting.append(route))
    somebody.page.locator("#cookiegate a[data-cookiegate=settings]").click()
    while not waiting:
        somebody.page.wait_for_timeout(20)
    expect(somebody.page.locator(".cookiegate-settings")).to_have_count(0)
    expect(somebody.page.locator("#cookiegate button[value=refuse]")).to_be_visible()
    waiting[0].continue_() if comes else waiting[0].abort()
    expect(somebody.page.locator(".cookiegate-settings h2")).to_be_focused()
    border = somebody.page.locator("#cookiegate fieldset").first.evaluate("it => getComputedStyle(it).borderTopStyle")
    assert border == ("solid" if comes else "groove")


def ticked(page: Page) -> set[str]:
    return {service for service, box in BOX.items() if page.locator(box).is_checked()}

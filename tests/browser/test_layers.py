"""The two layers of the question: how far it is to each answer, and that what is stored is what was ticked."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

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
OWN_PAGES = tuple(f"/_cookiegate/{page}" for page in ("settings", "notice", "privacy", "receipt"))
PRESSABLE = "#cookiegate :is(button, a[href])"
# A button by what it decides, a link by where it leads; whoever leaves the site decides nothing.
CONTROLS = f"""[...document.querySelectorAll("{PRESSABLE}")].map(it =>
  it.checkVisibility() && (it.value || it.origin === location.origin && it.pathname) || "")"""
OUTCOME = """(({services}) => services === undefined ? "asked" : services ? "accepted" : "refused")(
  document.querySelector("section#cookiegate").dataset)"""


# A minute each, and the layers are the same in all looks: one everyday.
everyday_with_scripts = pytest.mark.parametrize(
    "scripts", [True, pytest.param(False, marks=pytest.mark.torture)], ids=["scripts", "no-scripts"]
)


@everyday_with_scripts
@pytest.mark.parametrize("look", [LOOKS[0], *(pytest.param(look, marks=pytest.mark.torture) for look in LOOKS[1:])])
def test_from_every_layer_refusing_takes_no_more_clicks_than_accepting(visitor: Come, look: str, scripts: bool) -> None:
    """Whatever of ours can be pressed is pressed, breadth first, by a new visitor each time: buttons and links, in the
    first layer, in the settings in place and as a page, and on every page of ours that a link leads to."""
    ways = explore(lambda: visitor(HOSTS[look], scripts=scripts))
    first, places = next(iter(ways)), Counter(layer.place for layer in ways)
    assert places.keys() >= {"/fi", *OWN_PAGES}
    assert places["/fi"] == (2 if scripts else 1), "with scripts the settings stand in the page too"
    for layer in ways:
        if layer.controls:
            refusing, accepting = (count_clicks(ways, layer, outcome) for outcome in ("refused", "accepted"))
            assert refusing <= accepting <= DEEPEST, layer
    assert count_clicks(ways, first, "refused") == count_clicks(ways, first, "accepted") == 1


class Layer(NamedTuple):
    """Where somebody is who has not answered yet, and what of ours can be pressed there."""

    place: str
    controls: tuple[str, ...]


def explore(come: Callable[[], ChromiumVisitor]) -> dict[Layer, set[Layer | str]]:
    """What a press leads to from each layer: another layer, or "refused" or "accepted". The first layer comes first."""
    somebody = arrive(come)
    first = look_around(somebody)
    somebody.leave()
    presses: dict[Layer, Clicks] = {first: ()}  # by which one gets there
    ways: dict[Layer, set[Layer | str]] = {}
    while unseen := [layer for layer in presses if layer not in ways]:
        layer = unseen[0]
        ways[layer] = set()
        for control in layer.controls:
            if known := [each for each in presses if control == each.place in OWN_PAGES and layer.place in OWN_PAGES]:
                ways[layer].add(known[0])  # a link between pages, which the browser follows by itself
                continue
            somebody = arrive(come)
            for each in (*presses[layer], control):
                press(somebody, each)
            outcome = judge(somebody)
            found = look_around(somebody) if outcome == "asked" else outcome
            ways[layer].add(found)
            if isinstance(found, Layer):
                presses.setdefault(found, (*presses[layer], control))
            somebody.leave()
    return ways


def arrive(come: Callable[[], ChromiumVisitor]) -> ChromiumVisitor:
    somebody = come()
    somebody.see("/fi")
    return somebody


def look_around(somebody: ChromiumVisitor) -> Layer:
    place = urlsplit(somebody.page.url).path
    return Layer(place, tuple(dict.fromkeys(filter(None, somebody.evaluate(CONTROLS)))))


def press(somebody: ChromiumVisitor, control: str) -> None:
    somebody.page.locator(PRESSABLE).nth(somebody.evaluate(CONTROLS).index(control)).click()
    somebody.settle()


def judge(somebody: ChromiumVisitor) -> str:
    """As the site's next page has it."""
    other = somebody.open_tab()
    other.see("/fi")
    outcome: str = other.evaluate(OUTCOME)
    other.page.close()
    return outcome


def count_clicks(ways: dict[Layer, set[Layer | str]], start: Layer, outcome: str) -> int:
    reached: set[Layer | str] = {start}
    for clicks in range(1, len(ways) + 1):
        reached |= {found for layer in reached if isinstance(layer, Layer) for found in ways[layer]}
        if outcome in reached:
            return clicks
    raise AssertionError(f"{outcome} cannot be reached from {start}")


@everyday_with_scripts
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

"""Services are told what was agreed to, each in its own words, before their code runs; the gate stands as ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cookiegate.policy import HOOKS

from . import tagged
from .said import (
    ADS,
    ALL,
    CANCEL,
    CONFIG,
    DEFAULT,
    DENIED,
    GIVEN_AGAIN,
    GRANTED,
    HEARD,
    MARKETING,
    NO_SIGNALS,
    OURS,
    PURPOSES,
    STATISTICS,
    UET_DEFAULT,
    UET_UPDATE,
    WITHDRAWN,
    choose,
    say_clarity,
    say_hubspot,
    update_google,
)
from .tags import TAGS
from .visitor import Visitor

pytestmark = pytest.mark.usefixtures("stand_ins")
Come = Callable[..., Visitor]


def test_every_service_with_a_hook_is_in_these_stories() -> None:
    assert set(TAGS) == set(HOOKS) == set(ALL)


@pytest.mark.parametrize(
    "decisions", [(), ("refuse",), ("accept", "withdraw")], ids=["undecided", "refused", "withdrawn"]
)
def test_nobody_hears_anything_where_nothing_is_given(visitor: Come, decisions: tuple[str, ...]) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/plain")
    for decision in decisions:
        somebody.press(decision)
    somebody.internet.forget()
    somebody.visit("/")
    assert (somebody.strangers, somebody.count(OURS), somebody.evaluate(HEARD)) == (set(), 0, {})
    assert somebody.evaluate("typeof uetq + typeof fbq + typeof _hsp") == "undefined" * 3


def test_only_statistics(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/")
    choose(somebody, "statistics")
    assert somebody.evaluate(HEARD) == STATISTICS
    assert "/g/collect/G101" in {each.path for each in somebody.internet.asked}
    assert somebody.evaluate("document.querySelector('script[data-run]').dataset.run") == (
        "google matomo microsoft-clarity"
    )


def test_only_marketing(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/plain")
    choose(somebody, "marketing")
    somebody.visit("/")
    assert somebody.evaluate(HEARD) == MARKETING, "Google Analytics is not loaded"
    update = update_google(*ADS)
    assert somebody.evaluate("dataLayer.map(each => [...each])")[: len(DEFAULT) + 1] == [*DEFAULT, *update]


def test_everything(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/")
    somebody.press("accept")
    assert somebody.evaluate(HEARD) == ALL
    assert "/g/collect/G111" in {each.path for each in somebody.internet.asked}


def test_a_choice_in_a_page_that_stays_is_told_once(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/")
    somebody.press("accept")
    somebody.evaluate(CANCEL)
    somebody.internet.forget()
    somebody.evaluate("heard = {}")
    somebody.press("withdraw")
    assert somebody.evaluate(HEARD) == WITHDRAWN
    assert somebody.evaluate("intercomSettings.disabled") is True
    assert {each.host for each in somebody.internet.asked} <= {tagged.HOST}
    somebody.evaluate("heard = {}")
    choose(somebody, *PURPOSES)
    assert somebody.evaluate(HEARD) == GIVEN_AGAIN
    somebody.evaluate("heard = {}")
    choose(somebody, "statistics", "functional")
    assert somebody.evaluate(HEARD) == {
        **{name: WITHDRAWN[name] for name in MARKETING},
        "google": update_google("analytics_storage"),
        "microsoft-clarity": [say_clarity(DENIED, GRANTED)],
    }, "who hears nothing new is not told again"


def test_a_choice_in_another_tab_is_told_where_something_was_written(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/")
    somebody.press("accept")
    other = somebody.open_tab()
    other.visit("/plain")
    somebody.evaluate(CANCEL)
    somebody.evaluate("heard = {}")
    other.press("withdraw")
    somebody.await_true("Object.keys(heard).length === 11")
    assert somebody.evaluate(HEARD) == WITHDRAWN


def test_a_page_that_is_loaded_again_tells_only_the_next_one(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/")
    somebody.press("accept")
    somebody.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('_hjTLDTest', JSON.stringify(heard)))")
    somebody.evaluate("heard = {}")
    choose(somebody, "statistics")
    assert somebody.evaluate("sessionStorage.getItem('_hjTLDTest')") == "{}"
    assert somebody.evaluate(HEARD) == STATISTICS


def test_a_list_that_the_site_begins_anew_begins_with_the_default(visitor: Come) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit("/begun-anew")
    choose(somebody, "statistics")
    first, *_ = somebody.evaluate("dataLayer.map(each => [...(each.length ? each : [each])])")
    assert first == DEFAULT[0]
    assert somebody.evaluate(HEARD)["google"] == STATISTICS["google"]
    assert {"shop": "kello"} in somebody.evaluate("dataLayer.map(each => each.shop ? each : [...each])")


@pytest.mark.parametrize("path", ["/nonce", "/trusted-types", "/no-inline"])
def test_a_strict_policy_of_the_site_is_heeded(visitor: Come, path: str) -> None:
    somebody = visitor(tagged.HOST)
    somebody.visit(path)
    choose(somebody, "statistics")
    google = [call for call in somebody.evaluate(HEARD)["google"] if call not in CONFIG]
    assert google == [*DEFAULT, *update_google("analytics_storage")]
    assert bool(somebody.evaluate("document.querySelector('script[data-run]').src")) == (path == "/no-inline")
    somebody.evaluate(CANCEL)
    somebody.evaluate("heard = {}")
    somebody.press("withdraw")
    assert somebody.evaluate(HEARD)["google"] == update_google()
    assert [said for said in somebody.errors if "/_cookiegate/" in said or "inline" in said] == []


def test_a_gate_that_only_reports_still_tells_what_was_not_agreed_to(visitor: Come) -> None:
    somebody = visitor(tagged.REPORTED)
    somebody.visit("/")
    heard = somebody.evaluate(HEARD)
    assert heard["google"] == [*DEFAULT, *NO_SIGNALS, *CONFIG], "no update before a decision"
    assert heard["microsoft-uet"] == [UET_DEFAULT, ["pageLoad"]]
    assert heard["meta-pixel"][0] == ["consent", "revoke"]
    assert heard["tiktok-pixel"] == [["holdConsent"], ["page"]]
    assert heard["hubspot"] == [["banner", False], say_hubspot(False)[0]], "no cookie before a decision"
    assert "setConsentGiven" not in str(heard["matomo"])
    somebody.evaluate("heard = {}")
    somebody.press("refuse")
    assert somebody.evaluate(HEARD)["google"] == update_google(), "one update for the decision"


def test_what_a_tag_manager_loads_is_policed(visitor: Come) -> None:
    somebody = visitor(tagged.MANAGED)
    somebody.visit("/managed")
    assert (somebody.strangers, somebody.count(OURS)) == (set(), 0)
    somebody.press("refuse")
    assert somebody.strangers == set()
    choose(somebody, "statistics")
    heard = somebody.evaluate(HEARD)
    assert heard["google"] == [*DEFAULT, *update_google("analytics_storage")]
    assert heard["container"][0][0][0] == "consent", "before the container's own start"
    assert heard["hotjar"] == [["loaded"]]
    assert "connect.facebook.net" not in somebody.strangers
    assert {"www.googletagmanager.com", "static.hotjar.com"} <= somebody.strangers


def test_in_pages_with_a_tag_manager_refused_services_are_told_so_too(visitor: Come) -> None:
    somebody = visitor(tagged.MANAGED)
    somebody.visit("/plain")
    choose(somebody, "statistics")
    somebody.visit("/plain")
    assert somebody.evaluate("[uetq, ttq, _hsp, _hsq, _paq]") == [
        [*UET_DEFAULT, *UET_UPDATE[False]],
        [["holdConsent"], ["revokeConsent"]],
        [say_hubspot(False)[0][1:]],
        [say_hubspot(False)[1][1:]],
        [["requireConsent"], ["setConsentGiven"]],
    ]
    for name in ("meta-pixel", "pinterest-tag", "intercom"):
        somebody.evaluate(f"(() => {TAGS[name].snippet.removeprefix('<script>').removesuffix('</script>')})()")
    somebody.settle()
    assert somebody.evaluate("[...fbq.queue].map(each => [...each])")[:2] == [["consent", "revoke"], ["init", "1"]]
    assert somebody.evaluate("pintrk.queue")[0] == ["setconsent", False]
    assert somebody.evaluate("intercomSettings.disabled") is True
    assert not somebody.strangers & {"connect.facebook.net", "s.pinimg.com", "widget.intercom.io"}

"""What may be asked before a choice, where somebody signed for it: one tag and its collector, without cookies."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.gate import Allowance, Rules
from cookiegate.policy import load_policy

POLICIES = Path(__file__).parents[1] / "policies" / "good"
RULES = Rules(load_policy(POLICIES / "advanced.toml"))
ASKED = {
    "https://www.googletagmanager.com/gtag/js?id=G-KELLO": True,
    "https://region1.google-analytics.com/g/collect?v=2&tid=G-KELLO": True,
    "https://www.google-analytics.com/g/collect": True,
    "https://region1.analytics.google.com/g/collect?v=2": True,
    "https://www.google-analytics.com/analytics.js": False,
    "https://www.googletagmanager.com/gtag/js?id=AW-1": False,
    "https://www.googletagmanager.com/gtm.js?id=GTM-KELLO": False,
    "https://www.googletagmanager.com/ns.html?id=GTM-KELLO": False,
    "https://stats.g.doubleclick.net/g/collect?v=2": False,
    "https://www.google.com/ads/ga-audiences?v=1": False,
    "https://connect.facebook.net/en_US/fbevents.js": False,
    "/gtag/js?id=G-KELLO": False,  # under the site's own address nobody could tell it from the site
}


def ask(allowance: Allowance) -> dict[str, bool]:
    return {url: allowance.judge_url(url.encode()).allowed for url in ASKED}


def list_sources(allowance: Allowance) -> set[str]:
    return set(allowance.csp.decode().partition(";")[0].split())


def test_before_a_choice_the_tag_and_its_collector_are_asked_and_nothing_else() -> None:
    for order in itertools.islice(itertools.permutations(ASKED), 0, 5000, 97):
        allowance = Rules(RULES.policy).allowance(UNDECIDED, "/")
        assert {url: allowance.judge_url(url.encode()).allowed for url in order} == ASKED, "in whatever order"
    google = {source for source in list_sources(RULES.allowance(UNDECIDED, "/")) if "google" in source}
    assert google == {
        "www.googletagmanager.com/gtag/js",
        "*.google-analytics.com/g/",
        "analytics.google.com/g/",
        "*.analytics.google.com/g/",
    }


def test_it_keeps_nothing_in_the_browser() -> None:
    allowance = RULES.allowance(UNDECIDED, "/")
    assert allowance.given == frozenset()
    assert not any(map(allowance.keeps, ("_ga", "_ga_KELLO", "FPID", "_gid")))
    assert allowance.names == Rules(load_policy(POLICIES / "minimal.toml")).allowance(UNDECIDED, "/").names


@pytest.mark.parametrize(
    "consent",
    [
        Consent(True),
        Consent(False, unanswered=frozenset(("google-analytics",))),  # who said something about others
        Consent(False, signalled=frozenset(("statistics",))),
        Consent(True, signalled=frozenset(("statistics",))),
    ],
    ids=["refused", "asked-anew", "signalled", "all-signalled"],
)
def test_whoever_said_anything_is_not_asked_ahead(consent: Consent) -> None:
    assert not any(ask(RULES.allowance(consent, "/")).values())


def test_who_refuses_gets_another_page_and_a_narrower_policy() -> None:
    undecided, refused = RULES.allowance(UNDECIDED, "/"), RULES.allowance(Consent(True), "/")
    assert undecided.key != refused.key
    assert "google" not in RULES.narrow(Consent(True))


def test_without_a_signature_nothing_is_asked_ahead() -> None:
    for name in ("full", "overriding", "minimal"):
        rules = Rules(load_policy(POLICIES / f"{name}.toml"))
        assert rules.allowance(UNDECIDED, "/").ahead == frozenset()

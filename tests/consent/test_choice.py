"""What a browser's signal does to a choice: it counts as a refusal where nothing was said on the site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent import UNDECIDED, Consent, decide, describe, heed, list_asked_anew

from .changing import DAY, PURPOSES, SERVICES, make_policy, questions, save, send, untimed

ASKED = {"chat": ("functional", 0, 0, 0, 0, 0), "filmi": ("marketing", 0, 0, 0, 0, 0)}
POLICY = make_policy(ASKED)
GPC = frozenset(("marketing",))


def test_without_a_choice_the_banner_asks_and_says_what_is_refused() -> None:
    consent = heed(POLICY, UNDECIDED, GPC)
    assert consent == Consent(signalled=GPC)


def test_where_all_that_is_asked_is_refused_by_the_browser_nobody_is_asked() -> None:
    policy = make_policy({"filmi": ASKED["filmi"]})
    assert heed(policy, UNDECIDED, GPC) == Consent(decided=True, signalled=GPC)


@pytest.mark.parametrize("services", [(), ("chat",), ("filmi",), ("chat", "filmi")])
def test_a_choice_on_the_site_comes_before_the_signal(services: tuple[str, ...]) -> None:
    consent = save(POLICY, *services)
    assert heed(POLICY, consent, GPC) is consent


def test_what_is_new_and_refused_by_the_browser_is_not_asked_and_stays_unanswered() -> None:
    policy = make_policy(ASKED | {"pikseli": ("marketing", 0, 0, 0, 0, 0), "kartta": ("functional", 0, 0, 0, 0, 0)})
    consent = heed(policy, send(save(POLICY, *SERVICES), POLICY, policy), GPC)
    assert list_asked_anew(policy, consent) == {"kartta"}
    after = decide(policy, consent, "accept-new", (), SERVICES, DAY)
    assert after.services == {"chat", "filmi", "kartta"}
    assert after.decided
    again = send(after, policy, policy)
    assert again.unanswered == {"pikseli"}, "once the browser sends no signal any more it is asked for"
    assert heed(policy, again, GPC).decided


def test_accepting_all_under_a_signal_is_an_explicit_choice_and_recorded_as_one() -> None:
    before = heed(POLICY, UNDECIDED, GPC)
    after = decide(POLICY, before, "accept", (), (), DAY)
    assert after.services == {"chat", "filmi"}
    made = describe(POLICY, before, after, time=0, method="banner:accept", language="fi", banner="", gpc=True)
    assert (made.event, made.gpc, made.states["marketing"]) == ("given", True, "given")


def test_the_record_states_what_the_browser_refused() -> None:
    policy = make_policy(ASKED | {"pikseli": ("kampanjat", 0, 0, 0, 0, 0), "kartta": ("functional", 0, 0, 0, 0, 0)})
    before = heed(policy, send(save(POLICY, "chat"), POLICY, policy), frozenset(("kampanjat",)))
    after = decide(policy, before, "accept-new", (), ("kartta",), DAY)
    made = describe(policy, before, after, time=0, method="banner:accept-new", language="fi", banner="", gpc=True)
    assert made.states == {"functional": "given", "marketing": "refused", "kampanjat": "refused"}


@untimed
@given(questions, st.sets(st.sampled_from(SERVICES)), st.sets(st.sampled_from((*PURPOSES, "visit-log", "other"))))
def test_a_signal_never_gives_and_never_takes_back(
    asked: dict[str, object], chosen: set[str], refused: set[str]
) -> None:
    policy = make_policy(asked)
    for consent in (UNDECIDED, save(policy, *chosen)):
        after = heed(policy, consent, frozenset(refused))
        assert (after.services, after.purposes, after.id) == (consent.services, consent.purposes, consent.id)
        assert after.signalled <= refused & {purpose.id for purpose in policy.purposes}

"""A policy changes: what was answered and is asked unchanged holds, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent import UNDECIDED, Consent, Token, decide, describe, list_asked_anew
from cookiegate.policy import Policy

from .changing import DAY, SECRET, SERVICES, changes, make_policy, questions, save, send, untimed

chosen = st.sets(st.sampled_from(SERVICES))
FIRST = {"chat": ("functional", 0, 0, 0, 0, 0), "laskuri": ("statistics", 0, 0, 0, 0, 1)}
THEN = FIRST | {"pikseli": ("marketing", 1, 1, 1, 1, 1)}
OLD, NEW = make_policy(FIRST), make_policy(THEN)


def answer(policy: Policy, before: Consent, decision: str, day: int = DAY) -> Consent:
    """What the banner's buttons post: the services that it names."""
    return decide(policy, before, decision, (), list_asked_anew(policy, before), day)


@untimed
@given(changes(), chosen)
def test_a_service_is_given_only_if_the_same_question_was_answered_so_and_asked_anew_only_if_it_was_not(
    change: tuple[dict[str, Any], dict[str, Any]], chosen: set[str]
) -> None:
    before, after = change
    old, new = make_policy(before), make_policy(after)
    consent = send(save(old, *chosen), old, new)
    same = {id for id in after if before.get(id) == after[id]}
    assert consent.services == same & chosen
    assert consent.unanswered == after.keys() - same == list_asked_anew(new, consent)
    assert consent.decided == (not consent.unanswered)
    for id in SERVICES:
        assert consent.allows(id) == (id in same & chosen)
    for purpose in new.purposes:
        ids = {service.id for service in purpose.services}
        assert consent.allows(purpose.id) == (bool(ids) and ids <= consent.services)


@untimed
@given(changes(), chosen)
def test_accepting_the_new_adds_them_and_refusing_them_leaves_the_rest(
    change: tuple[dict[str, Any], dict[str, Any]], chosen: set[str]
) -> None:
    old, new = (make_policy(asked) for asked in change)
    before = send(save(old, *chosen), old, new)
    yes, no = (answer(new, before, decision) for decision in ("accept-new", "refuse-new"))
    assert yes.services == before.services | before.unanswered
    assert no.services == before.services
    for after in (yes, no):
        assert after.decided
        assert send(after, new, new) == after
        assert bool(after.id) == bool(after.services or after.given_elsewhere)
        assert not before.id or after.id in (before.id, "")


@untimed
@given(changes(), chosen, st.sampled_from(["accept-new", "refuse-new"]), st.sampled_from(["accept-new", "refuse-new"]))
def test_two_gateways_with_different_policies_come_to_rest_and_lose_no_answer(
    change: tuple[dict[str, Any], dict[str, Any]], chosen: set[str], at_new: str, at_old: str
) -> None:
    old, new = (make_policy(asked) for asked in change)
    first = save(old, *chosen)
    second = answer(new, send(first, old, new), at_new)  # the newer gateway asks for what it has
    back = send(second, new, old)
    assert back.services == first.services, "what the older gateway knows is as it was"
    assert back.decided, "and it asks nobody again"
    assert send(answer(old, back, at_old), old, new).services == second.services
    # the other way round: who answered at the newer gateway first, then at the older, then goes to and fro
    here = save(new, *chosen)
    there = answer(old, send(here, new, old), at_old)
    for _ in range(3):
        again = send(there, old, new)
        assert (again.services, again.decided) == (here.services, True)
        there = send(again, new, old)
        assert there.decided


@untimed
@given(changes(), chosen, st.sampled_from(["refuse", "withdraw", "save"]))
def test_everyone_who_refuses_everything_on_a_day_carries_the_same_bytes_whatever_was_before(
    change: tuple[dict[str, Any], dict[str, Any]], chosen: set[str], decision: str
) -> None:
    old, new = (make_policy(asked) for asked in change)
    before = send(save(old, *chosen, day=DAY - 100), old, new)
    token = Token(new, [SECRET])
    refusals = {token.seal(decide(new, was, decision, (), (), DAY)) for was in (before, UNDECIDED, save(new))}
    assert len(refusals) == 1
    assert token.open(refusals.pop().encode(), DAY).services == set()


@untimed
@given(questions, chosen)
def test_another_company_asks_everything(asked: dict[str, Any], chosen: set[str]) -> None:
    policy = make_policy(asked)
    other = make_policy(asked, controller={"name": "Kuulokki Oy", "email": "tietosuoja@kuulokki.example"})
    assert send(save(policy, *chosen), policy, other) == UNDECIDED


@untimed
@given(questions, chosen)
def test_another_look_text_or_retention_asks_nothing(asked: dict[str, Any], chosen: set[str]) -> None:
    policy = make_policy(asked)
    more = {"retention": {"observations": "10 days"}, "visits": {"retention": "5 days"}, "gate": {"unknown": "report"},
            "site": {"name": "Muu", "hosts": ["www.lumikello.example"], "languages": ["et"]}}  # fmt: skip
    consent = save(policy, *chosen)
    assert send(consent, policy, make_policy(asked, **more)) == consent


@untimed
@given(changes(), chosen)
def test_a_service_that_is_gone_is_denied_and_asks_nobody(
    change: tuple[dict[str, Any], dict[str, Any]], chosen: set[str]
) -> None:
    before = change[0]
    fewer = {id: asked for id, asked in before.items() if id in change[1]}
    consent = send(save(make_policy(before), *chosen), make_policy(before), make_policy(fewer))
    assert consent.decided
    assert consent.services == chosen & fewer.keys()


def test_accepting_the_new_does_not_prolong_what_was_given() -> None:
    before = send(save(OLD, "chat", day=DAY), OLD, NEW, DAY + 100)
    after = answer(NEW, before, "accept-new", DAY + 100)
    last = DAY + NEW.consent.validity_days - 1
    assert after.day == DAY
    assert send(after, NEW, NEW, last).services == {"chat", "pikseli"}
    assert send(after, NEW, NEW, last + 1) == UNDECIDED
    assert answer(NEW, before, "refuse-new", DAY + 100).day == DAY


def test_who_gave_nothing_is_not_asked_again_before_the_full_time_is_over() -> None:
    after = answer(NEW, send(save(OLD), OLD, NEW, DAY + 100), "refuse-new", DAY + 100)
    assert after == decide(NEW, UNDECIDED, "refuse", (), (), DAY + 100)


def test_what_the_banner_did_not_name_is_not_answered() -> None:
    before = send(save(OLD, "chat"), OLD, make_policy(THEN | {"filmi": ("marketing", 0, 0, 0, 0, 0)}))
    policy = make_policy(THEN | {"filmi": ("marketing", 0, 0, 0, 0, 0)})
    after = decide(policy, before, "accept-new", (), ("pikseli", "laskuri", "unknown"), DAY)
    assert after.services == {"chat", "pikseli"}
    assert list_asked_anew(policy, after) == after.unanswered == {"filmi"}
    assert not after.decided
    assert send(after, policy, policy) == after


@pytest.mark.parametrize("decision", ["accept-new", "refuse-new"])
@pytest.mark.parametrize("before", [UNDECIDED, save(NEW), save(NEW, "chat")], ids=["nobody", "refused", "given"])
def test_where_nothing_is_asked_anew_nothing_comes_of_it(decision: str, before: Consent) -> None:
    assert decide(NEW, before, decision, ("marketing",), SERVICES, DAY) is before


@pytest.mark.parametrize("decision", ["accept", "allow", "accept-new", "save"])
def test_a_page_that_showed_another_policys_question_gives_nothing(decision: str) -> None:
    for before in (UNDECIDED, save(NEW), send(save(OLD), OLD, NEW), send(save(OLD, *SERVICES), OLD, NEW)):
        after = decide(NEW, before, decision, ("functional", "marketing"), SERVICES, DAY, outdated=True)
        if decision == "save" and "laskuri" in before.services:
            continue
        assert after is before


def test_a_page_that_showed_another_policys_question_takes_back() -> None:
    before = send(save(OLD, *SERVICES), OLD, NEW)
    narrower = decide(NEW, before, "save", ("functional", "marketing"), (), DAY, outdated=True)
    assert narrower.services == {"chat"}
    assert narrower.unanswered == {"pikseli"}, "it was not shown"
    for decision in ("refuse", "withdraw"):
        assert decide(NEW, before, decision, (), (), DAY, outdated=True).services == set()


@pytest.mark.parametrize("kept", [{"chat"}, set()], ids=["some", "nothing"])
def test_what_is_unticked_on_another_policys_page_is_not_given_there_any_more(kept: set[str]) -> None:
    """Shown by a gateway with the older policy, posted to one with the newer: only the older knows what went."""
    given = {"pikseli", *kept}
    older = make_policy(FIRST | {"pikseli": ("marketing", 0, 1, 1, 1, 1)})
    before = send(save(older, *given), older, NEW)
    assert (before.services, before.unanswered) == (kept, {"pikseli"})
    after = decide(NEW, before, "save", (), kept, DAY, outdated=True)
    assert after is not before
    assert send(after, NEW, NEW).services == kept
    assert send(after, NEW, older).services == kept


def test_one_service_allowed_while_others_are_asked_anew_leaves_them_asked() -> None:
    policy = make_policy(THEN | {"filmi": ("marketing", 0, 0, 0, 0, 0)})
    before = send(save(OLD, "chat"), OLD, policy)
    after = decide(policy, before, "allow", (), ("filmi",), DAY)
    assert (after.services, after.unanswered, after.decided) == ({"chat", "filmi"}, {"pikseli"}, False)
    record = describe(policy, before, after, time=0, method="placeholder:filmi", language="fi", banner="", gpc=False)
    assert record.states == {"functional": "given", "statistics": "refused", "marketing": "partly-given"}


def test_the_record_of_a_renewed_decision_states_every_purpose() -> None:
    before = send(save(OLD, "chat"), OLD, NEW)
    states = {"functional": "given", "statistics": "refused"}
    for decision, marketing, event in (
        ("accept-new", "given", "partly-given"),
        ("refuse-new", "refused", "partly-given"),
        ("withdraw", "refused", "withdrawn"),
    ):
        after = answer(NEW, before, decision)
        made = describe(NEW, before, after, time=0, method=f"banner:{decision}", language="fi", banner="", gpc=False)
        changed = {"functional": "withdrawn"} if decision == "withdraw" else {}
        assert made.states == states | {"marketing": marketing} | changed
        assert (made.event, made.policy_version, made.consent_id) == (event, NEW.version, before.id)


def test_refusing_what_is_new_is_no_withdrawal_of_what_was_given_and_is_not_asked_here() -> None:
    older = make_policy(FIRST | {"pikseli": ("marketing", 0, 1, 1, 1, 1)})
    before = send(save(older, "pikseli"), older, NEW)
    after = answer(NEW, before, "refuse-new")
    assert send(after, NEW, older).services == {"pikseli"}, "it holds where it is asked"
    for last, event in ((after, "refused"), (answer(NEW, before, "withdraw"), "withdrawn")):
        made = describe(NEW, before, last, time=0, method="", language="fi", banner="", gpc=False)
        assert (made.event, made.consent_id) == (event, before.id)


def test_of_a_purpose_of_which_nothing_was_said_the_record_says_nothing() -> None:
    policy = make_policy(THEN | {"filmi": ("kampanjat", 0, 0, 0, 0, 0)})
    before = send(save(OLD, "chat"), OLD, policy)
    after = decide(policy, before, "accept-new", (), ("filmi",), DAY)
    record = describe(policy, before, after, time=0, method="banner:accept-new", language="fi", banner="", gpc=False)
    assert record.states == {"functional": "given", "statistics": "refused", "kampanjat": "given"}

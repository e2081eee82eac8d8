"""From what was pressed to what was chosen, and to the record that proves it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from cookiegate.consent import UNDECIDED, Consent, ConsentRecord, decide, describe
from cookiegate.policy import Policy, compile_policy

DAY = 20_780


def make_policy() -> Policy:
    said: dict[str, Any] = {
        "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"]},
        "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
        "purposes": {
            "functional": {"services": ["chat"]},
            "statistics": {"services": ["laskuri", "mittari"]},
            "marketing": {"services": ["pikseli", "filmi"]},
            "later": {"services": []},
        },
        "services": {
            id: {"provider": "P Oy", "hosts": [f"{id}.example.net"]}
            for id in ("chat", "laskuri", "mittari", "pikseli", "filmi")
        },
    }
    return compile_policy(said)


POLICY = make_policy()
SERVICES = sorted(POLICY.services)
SUBSETS = [frozenset(some) for n in range(len(SERVICES) + 1) for some in itertools.combinations(SERVICES, n)]
PURPOSES = [
    frozenset(some) for n in range(4) for some in itertools.combinations(sorted({*POLICY.purpose_of.values()}), n)
]


def save(*services: str, before: Consent = UNDECIDED, purposes: tuple[str, ...] = ()) -> Consent:
    return decide(POLICY, before, "save", purposes, services, DAY)


def record(before: Consent, after: Consent) -> ConsentRecord:
    return describe(
        POLICY,
        before,
        after,
        time=1_795_000_000_123,
        method="settings:save",
        language="fi",
        banner="ab" * 32,
        gpc=False,
    )


@pytest.mark.parametrize("ticked", SUBSETS, ids=lambda ticked: "+".join(sorted(ticked)) or "none")
def test_saving_gives_exactly_what_is_ticked(ticked: frozenset[str]) -> None:
    for purposes in PURPOSES:
        whole = {id for id, purpose in POLICY.purpose_of.items() if purpose in purposes}
        for before in (UNDECIDED, save(*SERVICES), save("chat")):
            consent = save(*ticked, before=before, purposes=tuple(purposes))
            assert consent.decided
            assert consent.day == DAY
            assert consent.services == ticked | whole
            for id in SERVICES:
                assert consent.allows(id) == (id in ticked or POLICY.purpose_of[id] in purposes)
            for purpose in POLICY.purposes:
                ids = {service.id for service in purpose.services}
                assert consent.allows(purpose.id) == (bool(ids) and ids <= consent.services)


def test_accepting_gives_every_service_that_was_asked_about() -> None:
    consent = decide(POLICY, UNDECIDED, "accept", (), (), DAY)
    assert consent.services == set(SERVICES)
    assert consent.purposes == {"functional", "statistics", "marketing"}


@pytest.mark.parametrize("decision", ["refuse", "withdraw", "nonsense", ""])
@pytest.mark.parametrize("before", [UNDECIDED, save("chat"), save(*SERVICES)], ids=["none", "one", "all"])
def test_refusing_and_withdrawing_leave_nothing_whatever_is_ticked(decision: str, before: Consent) -> None:
    consent = decide(POLICY, before, decision, ("statistics",), tuple(SERVICES), DAY)
    assert consent == Consent(decided=True, day=DAY)


def test_a_placeholders_button_adds_to_what_was_given() -> None:
    before = save("chat", "laskuri")
    consent = decide(POLICY, before, "allow", ("marketing",), ("filmi", "unknown"), DAY + 3)
    assert consent.services == {"chat", "laskuri", "filmi"}
    assert consent.id == before.id
    assert consent.day == DAY, "what was given before is not prolonged"
    assert decide(POLICY, save(), "allow", (), ("filmi",), DAY + 3).day == DAY + 3
    assert decide(POLICY, UNDECIDED, "allow", (), ("filmi",), DAY).services == {"filmi"}


def test_unknown_services_and_purposes_give_nothing() -> None:
    assert save("google-analytics", "unknown", "", purposes=("necessary", "unknown", "later")) == save()
    assert decide(POLICY, UNDECIDED, "allow", (), ("unknown",), DAY).services == set()


def test_an_id_is_kept_while_something_is_given_and_made_only_then() -> None:
    first = save("chat")
    assert len(first.id) == 22
    assert save("laskuri", before=first).id == first.id
    assert save(before=first).id == ""
    assert decide(POLICY, first, "refuse", (), (), DAY).id == ""


def test_without_a_decision_nothing_is_allowed() -> None:
    assert not any(UNDECIDED.allows(each) for each in (*SERVICES, "functional", "statistics", "marketing", ""))


def test_every_purpose_stands_in_the_record_with_its_state() -> None:
    before = save("chat", "pikseli", "laskuri")
    after = save("chat", "mittari", before=before)
    assert record(before, after).states == {
        "functional": "given",
        "statistics": "partly-given",
        "marketing": "withdrawn",
    }
    assert record(UNDECIDED, after).states["marketing"] == "refused"


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ((), SERVICES, "given"),
        ((), ("chat",), "partly-given"),
        ((), (), "refused"),
        (("chat",), (), "withdrawn"),
        (("chat",), SERVICES, "given"),
        (SERVICES, ("chat",), "partly-given"),
    ],
)
def test_the_event_says_what_became_of_the_whole(before: Any, after: Any, event: str) -> None:
    was = save(*before) if before else UNDECIDED
    assert record(was, save(*after, before=was)).event == event


def test_a_withdrawal_is_proven_under_the_id_of_what_was_given() -> None:
    before = save("chat")
    assert record(before, save(before=before)).consent_id == before.id
    assert record(UNDECIDED, save()).consent_id == ""


def test_the_record_says_under_which_policy_and_for_how_long() -> None:
    made = record(UNDECIDED, save("mittari", "chat"))
    assert made.policy_version == POLICY.version
    assert made.validity_days == POLICY.consent.validity_days
    assert made.services == ("chat", "mittari")
    assert (made.method, made.language, made.time) == ("settings:save", "fi", 1_795_000_000_123)

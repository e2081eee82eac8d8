"""The record's two parts: what was decided, and whose decision it was; the first stands without the second."""

from __future__ import annotations

import base64
import dataclasses
import json
import os

import pytest

from cookiegate.consent import ConsentRecord, canonical, commit

TIME = 1_795_000_000_123
RECORD = ConsentRecord(
    time=TIME,
    event="partly-given",
    states={"statistics": "given", "marketing": "refused"},
    services=("laskuri",),
    method="settings:save",
    language="fi",
    policy_version="0123456789ab",
    banner="ab" * 32,
    validity_days=183,
    consent_id='Äx"\\\u2028',
)
REFUSAL = dataclasses.replace(RECORD, event="refused", states={"statistics": "refused"}, services=(), consent_id="")
RANDOM = bytes(range(64))


def test_the_payload_is_canonical_json_that_commits_to_the_person() -> None:
    sealed = RECORD.seal(RANDOM)
    assert sealed.person_salt == RANDOM[32:]
    assert sealed.person is not None
    code = base64.b64encode(commit(RANDOM[32:], sealed.person)).decode()
    assert sealed.payload.decode() == (
        '{"banner":"' + "ab" * 32 + '","event":"partly-given","gpc":false,"language":"fi","method":"settings:save",'
        '"person":"' + code + '","policy_version":"0123456789ab","schema":1,"services":["laskuri"],'
        '"states":{"marketing":"refused","statistics":"given"},"validity_days":183}'
    )


def test_the_leaf_commits_to_the_payload_under_the_first_half_of_the_randomness() -> None:
    sealed = RECORD.seal(RANDOM)
    assert sealed.salt == RANDOM[:32]
    assert sealed.commitment == commit(RANDOM[:32], sealed.payload)
    assert sealed.hour == TIME // 3_600_000


@pytest.mark.parametrize("record", [RECORD, REFUSAL])
def test_both_parts_are_canonical(record: ConsentRecord) -> None:
    sealed = record.seal(os.urandom(64))
    for part in filter(None, (sealed.payload, sealed.person)):
        assert canonical(json.loads(part)) == part


def test_whose_decision_it_was_and_just_when_is_in_the_second_part_alone() -> None:
    sealed = RECORD.seal(RANDOM)
    assert sealed.person is not None
    assert json.loads(sealed.person) == {"consent_id": RECORD.consent_id, "time": TIME}
    said = json.loads(sealed.payload)
    assert "time" not in said
    assert RECORD.consent_id not in said.values()


def test_two_decisions_of_one_person_have_nothing_in_common_that_is_theirs() -> None:
    first, second = (json.loads(RECORD.seal(os.urandom(64)).payload) for _ in range(2))
    assert {key for key in first if first[key] != second[key]} == {"person"}


def test_who_has_no_id_has_no_second_part_and_a_time_to_the_minute() -> None:
    sealed = REFUSAL.seal(RANDOM)
    assert (sealed.person, sealed.person_salt) == (None, None)
    said = json.loads(sealed.payload)
    assert "person" not in said
    assert said["time"] == TIME - TIME % 60_000


@pytest.mark.parametrize(
    ("event", "kind"),
    [("given", "decision"), ("partly-given", "decision"), ("refused", "decision"), ("withdrawn", "withdraw")],
)
def test_a_withdrawal_has_its_own_kind_of_leaf(event: str, kind: str) -> None:
    sealed = dataclasses.replace(RECORD, event=event).seal(RANDOM)
    assert (sealed.kind, sealed.event) == (kind, event)


def test_the_order_in_which_states_were_noted_does_not_show() -> None:
    other = dataclasses.replace(RECORD, states=dict(reversed(RECORD.states.items())))
    assert list(other.states) != list(RECORD.states)
    assert other.seal(RANDOM) == RECORD.seal(RANDOM)


def test_nothing_in_it_would_join_it_to_the_visit_log() -> None:
    names = {field.name for field in dataclasses.fields(ConsentRecord)}
    assert names.isdisjoint({"address", "ip", "page", "path", "referrer", "user_agent", "agent", "visitor"})


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(ConsentRecord)])
def test_a_change_of_any_field_changes_what_is_committed_to(field: str) -> None:
    value = getattr(RECORD, field)
    other = {**value, "x": "given"} if field == "states" else not value if field == "gpc" else value * 2
    assert dataclasses.replace(RECORD, **{field: other}).seal(RANDOM).commitment != RECORD.seal(RANDOM).commitment

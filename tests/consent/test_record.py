"""The record's bytes: the same for the same decision, and chained so that a change shows."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from cookiegate.consent import FIRST_DIGEST, ConsentRecord, chain_digest

RECORD = ConsentRecord(
    time=1_795_000_000_123,
    event="partly-given",
    states={"statistics": "given", "marketing": "refused"},
    services=("laskuri",),
    method="settings:save",
    language="fi",
    policy_version="0123456789ab",
    banner="ab" * 32,
    validity_days=183,
    consent_id="Äx",
)


def test_the_payload_is_canonical_json() -> None:
    assert RECORD.payload().decode() == (
        '{"banner":"' + "ab" * 32 + '","consent_id":"Äx","event":"partly-given","gpc":false,"language":"fi",'
        '"method":"settings:save","policy_version":"0123456789ab","services":["laskuri"],'
        '"states":{"marketing":"refused","statistics":"given"},"time":1795000000123,"validity_days":183}'
    )


def test_the_order_in_which_states_were_noted_does_not_show() -> None:
    other = dataclasses.replace(RECORD, states=dict(reversed(RECORD.states.items())))
    assert list(other.states) != list(RECORD.states)
    assert other.payload() == RECORD.payload()


def test_reading_and_writing_a_payload_again_gives_the_same_bytes() -> None:
    said = json.loads(RECORD.payload())
    assert ConsentRecord(**{**said, "services": tuple(said["services"])}).payload() == RECORD.payload()


def test_nothing_in_it_would_join_it_to_the_visit_log() -> None:
    names = {field.name for field in dataclasses.fields(ConsentRecord)}
    assert names.isdisjoint({"address", "ip", "page", "path", "referrer", "user_agent", "agent", "visitor"})


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(ConsentRecord)])
def test_a_change_of_any_field_changes_the_payload(field: str) -> None:
    value = getattr(RECORD, field)
    other = {**value, "x": "given"} if field == "states" else not value if field == "gpc" else value * 2
    assert dataclasses.replace(RECORD, **{field: other}).payload() != RECORD.payload()


def test_a_digest_covers_the_row_before_and_the_payload() -> None:
    first = chain_digest(FIRST_DIGEST, RECORD.payload())
    assert first == hashlib.sha256(bytes(32) + RECORD.payload()).digest()
    assert chain_digest(first, RECORD.payload()) != first
    assert chain_digest(FIRST_DIGEST, RECORD.payload() + b" ") != first

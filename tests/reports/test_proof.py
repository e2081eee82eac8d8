"""A proof holds for whoever has the key, says nothing of others, and fails when anything in it is changed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from cookiegate import consent
from cookiegate.errors import LedgerError
from cookiegate.reports import Proof, prove, read_proof
from tests.reports.ledger import ERASED, RESTRICTED, SIZE, UNLINKED, Ledger, Shelf, make_record


def find(proof: Proof, ledger: Ledger) -> list[str]:
    return list(proof.find_faults(ledger.keys))


@pytest.mark.parametrize("seq", [0, 1, 9, 24, *ERASED, *UNLINKED, 120, 255, 256, SIZE - 1])
def test_a_proof_holds_after_being_written_and_read(ledger: Ledger, seq: int) -> None:
    proof = prove(ledger.url, seq, ledger.keys)
    assert read_proof(proof.write()) == proof
    assert find(proof, ledger) == []
    assert (proof.record is None) == (seq in (1, *ERASED, 120))
    assert len(proof.inclusion) <= 9


def test_it_shows_nobody_else(ledger: Ledger) -> None:
    text = prove(ledger.url, 24, ledger.keys).write()
    assert "id24" in text
    assert text.count("consent_id") == 1
    assert set(json.loads(text)) == {"checkpoint", "inclusion", "index", "leaf", "record"}


def test_a_restricted_record_is_in_it_only_when_asked_for(ledger: Ledger) -> None:
    assert prove(ledger.url, RESTRICTED, ledger.keys).record is None
    record = prove(ledger.url, RESTRICTED, ledger.keys, restricted=True).record
    assert record is not None
    assert record.seq == RESTRICTED


def change(said: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    if key in said:
        return said | {key: value}
    return said | {"record": said["record"] | {key: value}}


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("index", 23, "leaf 23: altered"),
        ("leaf", "{}", "leaf 24: altered"),
        ("inclusion", [], "leaf 24: is not in the tree of 300 leaves"),
        ("inclusion", ["00" * 32] * 9, "leaf 24: is not in the tree of 300 leaves"),
        ("inclusion", ["00"], "leaf 24: is not in the tree of 300 leaves"),
        ("payload", "{}", "record 24: altered"),
        ("salt", "00" * 32, "record 24: altered"),
        ("person", "{}", "record 24: personal part altered"),
        ("person_salt", "00" * 32, "record 24: personal part altered"),
        ("checkpoint", "x", "the checkpoint is not a text"),
    ],
)
def test_whatever_is_changed_in_it_is_named(ledger: Ledger, key: str, value: object, fault: str) -> None:
    said = change(json.loads(prove(ledger.url, 24, ledger.keys).write()), key, value)
    if key == "index":
        said["record"]["seq"] = value
    findings = find(read_proof(json.dumps(said)), ledger)
    assert any(finding.startswith(fault) for finding in findings), findings


def test_another_key_does_not_trust_it(ledger: Ledger) -> None:
    proof = prove(ledger.url, 24, ledger.keys)
    other = consent.SigningKey.generate("www.saha.example").verifier
    assert list(proof.find_faults([other])) == ["the checkpoint is signed by none of the known keys"]
    assert find(dataclasses.replace(proof, checkpoint=ledger.old.decode()), ledger) != []


@pytest.mark.parametrize(
    "text",
    ["", "{}", "null", "[1]", "[" * 100_000,
     '{"leaf":1,"index":0,"checkpoint":"","inclusion":[]}',
     '{"leaf":"","index":true,"checkpoint":"","inclusion":[]}',
     '{"leaf":"","index":0,"checkpoint":"","inclusion":["x"]}',
     '{"leaf":"\\ud800","index":0,"checkpoint":"","inclusion":[]}',
     '{"leaf":"","index":0,"checkpoint":"","inclusion":0}',
     '{"leaf":"","index":0,"checkpoint":"","inclusion":[],"record":{}}',
     '{"leaf":"","index":0,"checkpoint":"","inclusion":[],"record":{"seq":1,"payload":"","salt":""}}',
     '{"leaf":"","index":0,"checkpoint":"","inclusion":[],"record":{"seq":0,"payload":1,"salt":""}}'],
    ids=lambda text: text[:70],
)  # fmt: skip
def test_what_is_no_proof_is_said_to_be_none(text: str) -> None:
    with pytest.raises(LedgerError, match="this is no proof"):
        read_proof(text)


def test_what_cannot_be_proved_is_said_in_words(shelf: Shelf) -> None:
    shelf.declare()
    with pytest.raises(LedgerError, match="nothing was signed yet"):
        prove(shelf.url, 0, shelf.key.verifiers)
    shelf.sign()
    shelf.keep(make_record(1))
    with pytest.raises(LedgerError, match="leaf 1 is not signed yet"):
        prove(shelf.url, 1, shelf.key.verifiers)
    with pytest.raises(LedgerError, match="no leaf 2"):
        prove(shelf.url, 2, shelf.key.verifiers)


def test_nothing_is_proved_from_a_ledger_that_was_altered(ledger: Ledger) -> None:
    ledger.change("UPDATE ledger_records SET payload = x'7b7d' WHERE seq = 24")
    with pytest.raises(LedgerError, match="record 24: altered"):
        prove(ledger.url, 24, ledger.keys)
    ledger.change("UPDATE ledger_leaves SET leaf = x'7b7d' WHERE seq = 25")
    with pytest.raises(LedgerError, match="leaf 24: is not in the tree"):
        prove(ledger.url, 24, ledger.keys)

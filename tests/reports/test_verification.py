"""Verifying a ledger in its store: whatever is done to it is found and named, and by the export's verifier likewise."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiegate import consent
from cookiegate.consent import canonical
from cookiegate.errors import LedgerError, StoreError
from cookiegate.register import rectify_record
from cookiegate.register.growth import Removed, keep_statement
from cookiegate.reports import Verification, export, prove, verifier, write_bundle
from cookiegate.reports.verification import split_notes
from cookiegate.store import Change
from tests.reports.ledger import (
    AUDIT,
    ERASED,
    HOUR,
    NOW,
    OLD,
    SIZE,
    UNLINKED,
    Ledger,
    Shelf,
    fill,
    find,
    find_in_export,
    make_record,
)


def test_an_untouched_ledger_has_no_findings(ledger: Ledger) -> None:
    verification = Verification(ledger.url, ledger.keys, checkpoint=ledger.checkpoint, since=[ledger.old])
    assert list(verification.find()) == []
    assert verification.summary == (SIZE, 5, 4, 0)
    assert find_in_export(ledger) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE ledger_tiles SET root = zeroblob(32)", "tile 1/0: not what leaf 0 to 255 make"),
        ("DELETE FROM ledger_tiles", "tile 1/0: missing"),
        ("INSERT INTO ledger_tiles VALUES (1, 1, zeroblob(32))", "tile 1/1: has no leaves"),
        ("UPDATE ledger_head SET frontier = zeroblob(length(frontier))", "head: it is not what the 300 leaves make"),
        ("UPDATE ledger_head SET size = 299", "head: it says 299 leaves, and there are 300"),
        ("UPDATE ledger_records SET hour = hour - 1 WHERE seq = 9", "record 9: its row says another hour or event"),
        ("UPDATE ledger_records SET event = 'policy' WHERE seq = 9", "record 9: its row says another hour or event"),
        ("UPDATE ledger_records SET event = 'given' WHERE seq = 0", "record 0: its row says another hour or event"),
        ("UPDATE ledger_records SET event = 'given' WHERE seq = 30", "record 30: its row says another hour or event"),
        ("UPDATE ledger_records SET subject = x'00' WHERE seq = 20", "record 20: is still found by its person"),
        ("UPDATE ledger_records SET subject = x'00' WHERE seq = 24", "record 24: is found under another person"),
        ("UPDATE ledger_records SET subject = NULL WHERE seq = 24", "record 24: is found under another person"),
        ("UPDATE ledger_records SET subject = (SELECT subject FROM ledger_records WHERE seq = 26) WHERE seq = 24",
         "record 24: is found under another person"),
        ("UPDATE ledger_records SET subject = x'00' WHERE seq = 25", "record 25: is found under a person"),
        ("UPDATE ledger_records SET subject = x'00' WHERE seq = 0", "record 0: is found under a person"),
        ("INSERT INTO ledger_records SELECT -7, hour, event, salt, payload, NULL, NULL, NULL, 0 "
         "FROM ledger_records WHERE seq = 299", "record -7: has no leaf"),
        ("INSERT INTO ledger_leaves SELECT -1, leaf FROM ledger_leaves WHERE seq = 9", "leaf -1: stands before the"),
        ("DELETE FROM ledger_head", "head: missing"),
        ("UPDATE ledger_leaves SET seq = seq + 900 WHERE seq = 299", "leaf 299: stands in row 1199"),
        ("UPDATE checkpoints SET size = 99 WHERE size = 100", "checkpoint '99.txt': it is of 100 leaves"),
        ("UPDATE checkpoints SET note = CAST(replace(note, x'0a313030', x'0a313031') AS BLOB) WHERE size = 100",
         "checkpoint '100.txt'"),
        ("UPDATE shown SET body = CAST(body || '!' AS BLOB) WHERE kind = 'banner'", "altered: its SHA-256 is not its"),
        ("DELETE FROM shown WHERE kind = 'banner'", "missing: record 0 says that it was shown"),
        ("DELETE FROM shown WHERE kind = 'policy'", "missing: record 0 says that it was shown"),
        ("INSERT INTO ledger_records SELECT 300, hour, event, salt, payload, NULL, NULL, NULL, 0 "
         "FROM ledger_records WHERE seq = 299", "record 300: has no leaf"),
        ("INSERT INTO ledger_records SELECT 120, hour, event, salt, payload, NULL, NULL, NULL, 0 "
         "FROM ledger_records WHERE seq = 299", "record 120: altered"),
    ],
)  # fmt: skip
def test_what_only_the_store_has_is_checked_too(ledger: Ledger, sql: str, said: str) -> None:
    ledger.change(sql)
    findings = find(ledger)
    assert any(said in finding for finding in findings), findings
    assert len(findings) <= 2


def test_who_has_what_was_taken_away_cannot_put_it_back_unseen(ledger: Ledger) -> None:
    salt, person = bytes(32), canonical({"consent_id": "id20", "time": 1})
    ledger.change("UPDATE ledger_records SET person_salt = ?, person = ? WHERE seq = 20", salt, person)
    both = "record 20: personal part present, though a later leaf unlinks it"
    assert find(ledger) == find_in_export(ledger) == [both]
    ledger.change("UPDATE ledger_records SET person = NULL WHERE seq = 20")
    assert find(ledger) == find_in_export(ledger) == [both]  # half of it is part of it


def test_a_personal_part_is_where_it_was_promised_and_nowhere_else(ledger: Ledger) -> None:
    ledger.change("UPDATE ledger_records SET person_salt = NULL, person = NULL, subject = NULL WHERE seq = 24")
    missing = "record 24: personal part missing: no later leaf unlinks it"
    assert find(ledger) == find_in_export(ledger) == [missing]
    for seq in (25, AUDIT, 0):  # a refusal, an act of the staff, a policy
        ledger.change("UPDATE ledger_records SET person_salt = zeroblob(32), person = x'7b7d' WHERE seq = ?", seq)
    added = [f"record {seq}: a personal part that its payload does not commit to" for seq in (0, 25, AUDIT)]
    assert sorted(find(ledger)) == sorted(find_in_export(ledger)) == sorted([missing, *added])


def test_pruning_covers_decisions_only_and_only_where_it_says_decisions(shelf: Shelf) -> None:
    shelf.declare()
    shelf.keep(*map(make_record, range(1, 10)))
    shelf.add(Removed("decisions", HOUR, upto=5, before=HOUR + 1), Removed("visits", HOUR, upto=9, before=HOUR + 1))
    shelf.sign()
    with closing(sqlite3.connect(shelf.file)) as connection:
        connection.execute("DELETE FROM ledger_records WHERE seq IN (0, 3, 5, 8)")
        connection.commit()
    findings = verification_of(shelf)
    assert [finding.partition(":")[0] for finding in findings] == ["record 0", "record 8"]


@pytest.mark.parametrize("cuts", [[(4, 3)], [(4, 3), (4, 0)], [(4, 0), (4, 3)], [(2, 9), (4, 1)], [(4, 1), (2, 9)]])
def test_a_pruning_excuses_nothing_that_is_of_its_cut_off_or_younger(shelf: Shelf, cuts: list[tuple[int, int]]) -> None:
    shelf.declare()
    shelf.keep(*(make_record(at, time=(NOW + at * 3600) * 1000) for at in range(1, 5)))
    prunes = [Removed("decisions", HOUR + 9, upto=upto, before=HOUR + before) for upto, before in cuts]
    shelf.add(*prunes)
    shelf.sign()
    with closing(sqlite3.connect(shelf.file)) as connection:
        connection.execute("DELETE FROM ledger_records WHERE seq > 0")
        connection.commit()
    findings = verification_of(shelf)
    assert [finding.partition(":")[0] for finding in findings] == ["record 3", "record 4"]
    write_bundle(shelf.url, shelf.file.with_name("out"), shelf.key.verifiers)
    assert list(verifier.Bundle(shelf.file.with_name("out")).check()) == findings


def test_a_correction_is_found_by_its_person_and_that_is_no_finding(ledger: Ledger) -> None:
    subject = ledger.ask("SELECT subject FROM ledger_records WHERE seq = 24")
    assert rectify_record(ledger.url, subject, 24, "I was asked in Swedish.", NOW)
    assert find(ledger) == []


def test_who_has_not_the_index_key_is_told_nothing_of_persons(ledger: Ledger) -> None:
    ledger.change("UPDATE ledger_records SET subject = x'00' WHERE seq = 24")
    assert list(Verification(ledger.url, ledger.keys).find()) == []


def test_without_its_head_a_ledger_that_grew_since_it_was_signed_is_not_said_to_be_longer(shelf: Shelf) -> None:
    shelf.declare()
    shelf.sign()
    shelf.keep(*map(make_record, range(1, 5)))
    with closing(sqlite3.connect(shelf.file)) as connection:
        connection.execute("DELETE FROM ledger_head")
        connection.commit()
    assert verification_of(shelf) == ["head: missing"]


def test_a_ledger_cut_back_as_a_whole_shows_against_what_others_kept(ledger: Ledger, tmp_path: Path) -> None:
    new = ledger.checkpoint.read_bytes()
    leaves = [ledger.ask("SELECT leaf FROM ledger_leaves WHERE seq = ?", seq) for seq in range(OLD)]
    frontier = consent.Frontier()
    frontier.extend(map(consent.hash_leaf, leaves))
    for table in ("ledger_leaves", "ledger_records"):
        ledger.change(f"DELETE FROM {table} WHERE seq >= ?", OLD)
    ledger.change("UPDATE ledger_head SET size = ?, frontier = ?", OLD, frontier.dump())
    ledger.change("DELETE FROM checkpoints WHERE size > ?", OLD)
    ledger.change("DELETE FROM ledger_tiles")
    ledger.checkpoint.write_bytes(ledger.old)
    gone = {f"record {seq}" for seq in (1, 2, 3, *ERASED)} | {f"record {seq}" for seq in UNLINKED}
    assert {finding.partition(":")[0] for finding in find(ledger)} == gone  # what no leaf speaks of any more
    assert f"leaf {OLD} to {SIZE - 1}: cut off at the end" in find(ledger, (new,))
    witness = tmp_path / "kept.txt"
    witness.write_bytes(ledger.old + b"\n" + new)
    assert f"leaf {OLD} to {SIZE - 1}: cut off at the end" in find(ledger, (), witness)


def test_the_file_beside_the_store_is_one_of_the_witnesses(ledger: Ledger) -> None:
    ledger.change("DELETE FROM ledger_leaves WHERE seq >= 200")
    ledger.change("DELETE FROM ledger_records WHERE seq >= 200")
    ledger.change("DELETE FROM checkpoints")
    ledger.change("UPDATE ledger_head SET size = (SELECT count(*) FROM ledger_leaves)")
    assert any("cut off at the end" in finding for finding in find(ledger))


def test_it_is_all_the_same_on_either_engine(url: str, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files", url)
    old = fill(shelf)
    verification = Verification(url, shelf.key.verifiers, checkpoint=shelf.checkpoint, since=[old])
    assert list(verification.find()) == []
    assert verification.summary == (SIZE, 5, 4, 0)
    assert write_bundle(url, tmp_path / "out", shelf.key.verifiers) == SIZE
    assert list(verifier.Bundle(tmp_path / "out").check()) == []
    assert list(prove(url, 24, shelf.key.verifiers).find_faults(shelf.key.verifiers)) == []
    assert [export(url, form, io.StringIO()) for form in ("jsonl", "csv", "jsonld")] == [291, 289, 289]
    shelf.add(changes=[Change("erase_record", [(24,)])])
    assert [finding.partition(":")[0] for finding in verification_of(shelf)] == ["record 24"]


def verification_of(shelf: Shelf) -> list[str]:
    return list(Verification(shelf.url, shelf.key.verifiers).find())


def test_what_is_not_signed_yet_is_no_finding(shelf: Shelf) -> None:
    shelf.declare()
    shelf.sign()
    shelf.keep(*map(make_record, range(1, 5)))
    verification = Verification(shelf.url, shelf.key.verifiers)
    assert list(verification.find()) == []
    assert verification.summary.unsigned == 4


def test_what_a_leaf_commits_to_may_be_anything_and_stops_nothing(shelf: Shelf) -> None:
    """Whoever has the store can put it there, and the register signs it."""
    said: list[Any] = ["x", 5, None, {"person": 5}, {"shown": [1]}, {"shown": {"a": [1]}}, {"banner": [1]}]
    shelf.add(*(keep_statement(kind, "policy", each, HOUR) for kind in ("policy", "audit") for each in said))
    shelf.sign()
    findings = verification_of(shelf)
    numbers = list(range(len(said)))
    assert [finding.partition(":")[0] for finding in findings] == [f"record {seq}" for seq in numbers]
    write_bundle(shelf.url, shelf.file.with_name("out"), shelf.key.verifiers)
    assert list(verifier.Bundle(shelf.file.with_name("out")).check()) == findings


def test_an_empty_ledger_has_no_findings(shelf: Shelf) -> None:
    shelf.add()
    shelf.sign()
    assert verification_of(shelf) == []
    shelf.declare()
    shelf.keep(*map(make_record, range(1, 5)))
    shelf.sign()
    assert len(shelf.checkpoint.read_text().splitlines()) == 5
    assert Verification(shelf.url, shelf.key.verifiers).summary.leaves == 0  # nothing was looked at yet
    assert verification_of(shelf) == []


def test_another_key_knows_none_of_the_checkpoints(ledger: Ledger) -> None:
    other = ledger._replace(keys=[consent.SigningKey.generate("www.saha.example").verifier])
    assert [finding.partition(":")[0] for finding in find(other)] == [
        "checkpoint 'site.db.checkpoint'", "checkpoint '100.txt'", "checkpoint '300.txt'",
    ]  # fmt: skip


def test_what_cannot_be_read_is_said_in_words(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"nowhere\.txt cannot be read"):
        find(ledger, (), tmp_path / "nowhere.txt")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(LedgerError, match=r"empty\.txt holds no checkpoint"):
        find(ledger, (), tmp_path / "empty.txt")
    with pytest.raises(StoreError, match="no such file"):
        find(ledger._replace(url=f"sqlite:///{tmp_path}/none.db"))


def test_progress_ends_where_the_ledger_does(ledger: Ledger) -> None:
    seen: list[tuple[int, int]] = []
    list(Verification(ledger.url, ledger.keys, progress=lambda done, of: seen.append((done, of))).find())
    assert seen[-1] == (SIZE, SIZE)
    assert seen == sorted(seen)


def test_notes_that_stand_one_after_the_other_are_told_apart(ledger: Ledger) -> None:
    old, new = ledger.old, ledger.checkpoint.read_bytes()
    cosigned = old + "— witness.example AAAA\n".encode()
    for notes in ([], [old], [old, new], [cosigned, new, old]):
        assert split_notes(b"".join(notes)) == notes
        assert split_notes(b"\n" + b"\n\n".join(notes)) == notes

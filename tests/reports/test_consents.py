"""The ledger handed over, and the ledger checked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from pathlib import Path

import pytest

from cookiegate.consent import FIRST_DIGEST, ConsentRecord, chain_digest
from cookiegate.errors import StoreError
from cookiegate.reports import export, verify_chain
from cookiegate.store import Batch, Decision, open_store

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1")


def record(number: int, **other: object) -> ConsentRecord:
    values = {
        "time": 1_772_323_200_000 + number,
        "event": "given",
        "states": {"statistics": "given", "marketing": "refused"},
        "services": ("hotjar", "matomo"),
        "method": "banner:accept",
        "language": "fi",
        "policy_version": "8d969eef6ecad3c2",
        "banner": "ab" * 32,
        "validity_days": 183,
        "consent_id": f"id{number}",
    } | other
    return ConsentRecord(**values)  # type: ignore[arg-type]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/site.db"


def fill(url: str, *records: ConsentRecord) -> None:
    store = open_store(url)
    decisions = [Decision(each.time, each.event, each.payload()) for each in records]
    store.write(Batch(decisions), lambda previous, payload: chain_digest(previous or FIRST_DIGEST, payload))
    store.close()


def tamper(tmp_path: Path, sql: str) -> None:
    connection = sqlite3.connect(tmp_path / "site.db")
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_untouched_ledger_is_intact(url: str) -> None:
    fill(url, *(record(number) for number in range(2500)))
    found = verify_chain(url)
    assert found.intact
    assert found.rows == 2500


def test_an_empty_ledger_is_intact(url: str) -> None:
    fill(url)
    assert verify_chain(url).rows == 0
    assert verify_chain(url).intact


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("UPDATE ledger SET payload = CAST(replace(payload, 'matomo', 'other') AS BLOB) WHERE seq = 7", 7),
        ("UPDATE ledger SET payload = x'00' WHERE seq = 7", 7),
        ("UPDATE ledger SET digest = zeroblob(32) WHERE seq = 7", 7),
        ("UPDATE ledger SET time = time - 1 WHERE seq = 7", 7),
        ("UPDATE ledger SET event = 'refused' WHERE seq = 7", 7),
        ("DELETE FROM ledger WHERE seq = 7", 7),
        ("DELETE FROM ledger WHERE seq <= 3", 1),
        ("INSERT INTO ledger SELECT 0, time, event, payload, digest FROM ledger WHERE seq = 7", 1),
        ("INSERT INTO ledger SELECT 21, time, event, payload, digest FROM ledger WHERE seq = 20", 21),
        (
            "UPDATE ledger SET payload = (SELECT payload FROM ledger AS other WHERE other.seq = 15 - ledger.seq) "
            "WHERE seq IN (7, 8)",
            7,
        ),
    ],
)
def test_the_first_row_that_was_tampered_with_is_named(tmp_path: Path, url: str, sql: str, bad: int) -> None:
    fill(url, *(record(number) for number in range(20)))
    tamper(tmp_path, sql)
    found = verify_chain(url)
    assert not found.intact
    assert found.bad == bad
    assert found.rows == bad - 1
    assert found.reason


def test_jsonl_can_be_verified_by_anybody(url: str) -> None:
    fill(url, *(record(number, language="sv-ÅÄÖ") for number in range(1500)))
    out = io.StringIO(newline="")
    assert export(url, "jsonl", out) == 1500
    digest = bytes(32)
    for number, line in enumerate(out.getvalue().splitlines(), 1):
        row = json.loads(line)
        payload = json.dumps(row["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        digest = hashlib.sha256(digest + payload).digest()
        assert row["seq"] == number
        assert row["digest"] == digest.hex()


def test_csv_holds_every_field_in_words(url: str) -> None:
    fill(url, record(0, gpc=True))
    out = io.StringIO(newline="")
    assert export(url, "csv", out) == 1
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert row["time"] == "2026-03-01T00:00:00.000Z"
    assert row["states"] == "marketing: refused; statistics: given"
    assert row["services"] == "hotjar; matomo"
    assert row["gpc"] == "True"
    assert row["consent_id"] == "id0"
    assert set(row) == {"seq", "digest", *json.loads(record(0).payload())}


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(url: str, formula: str) -> None:
    fill(url, record(0, language=formula, states={formula: "given"}, services=(formula,), consent_id=formula))
    out = io.StringIO(newline="")
    export(url, "csv", out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert row["language"] == f"'{formula}"
    assert not [cell for cell in row.values() if cell.startswith(FORMULAS) or cell[:1] in "=+-@\t\r\n＝＋－＠"]


def test_jsonl_leaves_formulas_as_they_are(url: str) -> None:
    fill(url, record(0, language="=1+1"))
    out = io.StringIO(newline="")
    export(url, "jsonl", out)
    assert json.loads(out.getvalue())["record"]["language"] == "=1+1"


def test_an_altered_record_cannot_be_exported_as_if_nothing_had_happened(tmp_path: Path, url: str) -> None:
    fill(url, record(0))
    tamper(tmp_path, "UPDATE ledger SET payload = x'00'")
    with pytest.raises(StoreError, match="row 1 of the ledger"):
        export(url, "csv", io.StringIO())


def test_another_format_is_refused(url: str) -> None:
    fill(url)
    with pytest.raises(ValueError, match="jsonl or csv"):
        export(url, "xlsx", io.StringIO())  # type: ignore[arg-type]

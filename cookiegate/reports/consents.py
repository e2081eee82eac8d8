"""The consent ledger, to be handed over and to be checked (GDPR art. 5(2), 7(1))."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Literal

from cookiegate.consent import FIRST_DIGEST, chain_digest
from cookiegate.errors import StoreError
from cookiegate.store import LedgerRow, open_store

_COLUMNS = ("seq", "time", "event", "states", "services", "method", "language", "policy_version", "banner",
            "validity_days", "gpc", "consent_id", "digest")  # fmt: skip
# What a spreadsheet takes for a formula (OWASP, CSV injection), also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Verification:
    rows: int  # that were in order
    bad: int | None = None  # number of the first row that is not
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.bad is None


def export(store_url: str, format: Literal["jsonl", "csv"], out: IO[str]) -> int:
    """Write the whole ledger to a text file opened with newline=""; the number of rows.

    "jsonl" gives each row as an object {seq, digest, record}: `record` in sorted keys without spaces is what the digest
    covers. "csv" begins with a heading; a cell that a spreadsheet would calculate begins with an apostrophe.
    Raises StoreError where the store cannot be read or a row is no record, ValueError for another format.
    """
    if format not in ("jsonl", "csv"):
        raise ValueError(f"{format!r} is not jsonl or csv")
    with closing(open_store(store_url, readonly=True)) as store:
        return (_write_jsonl if format == "jsonl" else _write_csv)(store.ledger(), out)


def verify_chain(store_url: str) -> Verification:
    """Recompute every digest from the first row on. A tail that was cut off does not show here.

    Raises StoreError where the store cannot be read.
    """
    digest, count = FIRST_DIGEST, 0
    with closing(open_store(store_url, readonly=True)) as store:
        for row in store.ledger(after=-1):
            if row.seq != count + 1:
                return Verification(count, count + 1, f"row {count + 1} is missing: row {row.seq} follows row {count}")
            digest = chain_digest(digest, row.payload)
            if row.digest != digest:
                return Verification(count, row.seq, "the digest does not follow from the row before it and the record")
            if not _agrees(row):
                return Verification(count, row.seq, "time or event is not that of the record")
            count += 1
    return Verification(count)


def _agrees(row: LedgerRow) -> bool:
    try:
        record = json.loads(row.payload)
        return bool(record["time"] == row.time and record["event"] == row.event)
    except (ValueError, KeyError, TypeError):
        return False


def _write_jsonl(rows: Iterator[LedgerRow], out: IO[str]) -> int:
    count = 0
    for row in rows:
        count += 1
        line = {"seq": row.seq, "digest": row.digest.hex(), "record": _read(row)}
        out.write(json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    return count


def _write_csv(rows: Iterator[LedgerRow], out: IO[str]) -> int:
    count = 0
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for row in rows:
        count += 1
        record = _read(row)
        cells = record | {
            "seq": row.seq,
            "time": datetime.fromtimestamp(row.time / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "states": "; ".join(f"{purpose}: {state}" for purpose, state in sorted(record["states"].items())),
            "services": "; ".join(record["services"]),
            "digest": row.digest.hex(),
        }
        table.writerow([_cell(cells[column]) for column in _COLUMNS])
    return count


def _read(row: LedgerRow) -> dict[str, Any]:
    try:
        record = json.loads(row.payload)
    except ValueError as error:
        raise StoreError(f"row {row.seq} of the ledger is no record: it was altered") from error
    return dict(record)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

"""The decisions on the consent ledger, to be handed over or read by other programs (GDPR art. 5(2), 7(1), 15, 20)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import IO, Any, Literal, NamedTuple

from cookiegate.consent import canonical
from cookiegate.errors import LedgerError
from cookiegate.store import Store, open_store

from .cells import write_cell
from .recordld import Earlier, write_jsonld
from .verification import DECISIONS

_HOUR = 3_600_000  # milliseconds
_COLUMNS = ("seq", "time", "event", "states", "services", "method", "language", "policy_version", "banner",
            "validity_days", "gpc", "consent_id", "restricted")  # fmt: skip
_DECISION = {*_COLUMNS} - {"seq", "time", "consent_id", "restricted"}  # what the payload of one has at least


class Entry(NamedTuple):
    """A record, read."""

    seq: int
    time: int  # milliseconds since 1970-01-01 UTC, as precise as it is known
    precision: str  # milliseconds; minutes where it is nobody's; hours where it was unlinked
    event: str  # given, partly-given, refused, withdrawn; policy, audit and others
    record: Any  # the payload
    person: dict[str, Any] | None  # consent_id and time
    salts: tuple[str, str | None]  # in hex: of the payload, of the personal part
    restricted: bool


def export(store_url: str, form: Literal["jsonl", "csv", "jsonld"], out: IO[str], *, restricted: bool = False) -> int:
    """Write the records, oldest first, to a text file opened with newline=""; how many they are.

    "jsonl" gives every record as an object: `record` and `person` in sorted keys without spaces are what the leaf and
    the record commit to, with `salt` and `person_salt`. "csv" gives the decisions under a heading; a cell that a
    spreadsheet would calculate begins with an apostrophe. "jsonld" gives them in the words of the W3C Data Privacy
    Vocabulary. Restricted records (GDPR art. 18) are left out unless asked for, and marked.
    Raises StoreError where the store cannot be read, LedgerError for a record that cannot be.
    """
    with closing(open_store(store_url, readonly=True)) as store, store.snapshot():
        entries = _read_entries(store, restricted)
        if form == "jsonl":
            return _write_jsonl(entries, out)
        if form == "csv":
            return _write_csv((each for each in entries if each.event in DECISIONS), out)

        def find_shown(hash: str) -> dict[str, Any]:
            rows: Iterable[tuple[Any, ...]] = store.query("shown", hash=hash)
            return next((dict(json.loads(body)) for kind, _, body in rows if kind == "policy"), {})

        return write_jsonld(entries, find_shown, _EarlierDecisions(store).find, out)


class _EarlierDecisions:
    """What a person had decided before, found by the keyed hash that their records have in common."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subjects: Iterator[tuple[Any, ...]] = store.stream("subjects")
        self._next: tuple[Any, ...] = (-1, None)

    def find(self, seq: int) -> Earlier | None:
        """Before the record of this number. Asked for ascending ones."""
        while self._next[0] < seq:
            self._next = next(self._subjects, (1 << 63, None))
        if self._next[0] != seq:
            return None
        rows: Iterable[tuple[Any, ...]] = self._store.query("decision_before", subject=self._next[1], seq=seq)
        for earlier, payload in rows:
            return Earlier(earlier, frozenset(json.loads(payload)["services"]))
        return None


def show_time(milliseconds: int, precision: str = "milliseconds") -> str:
    """A time in ISO 8601, in UTC: 2026-03-01T12:00:00.000Z, 2026-03-01T12:00Z or 2026-03-01T12Z."""
    time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return time.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def _read_entries(store: Store, restricted: bool) -> Iterator[Entry]:
    rows: Iterable[tuple[Any, ...]] = store.stream("records")
    for seq, hour, event, salt, payload, person_salt, person, limited in rows:
        if limited and not restricted:
            continue
        try:
            said = json.loads(payload)
            whose = dict(json.loads(person)) if person else None
            if canonical(said) != payload or (whose and canonical(whose) != person):
                raise ValueError("not as it was written")
            if event in DECISIONS and not (said.keys() >= _DECISION):
                raise ValueError("parts of it are not there")
            time, precision = _find_time(said, whose, hour)
            show_time(time)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise LedgerError(
                f"record {seq} cannot be read: it was altered; see `cookiegate consents verify`"
            ) from error
        salts = salt.hex(), person_salt.hex() if person_salt else None
        yield Entry(seq, time, precision, event, said, whose, salts, bool(limited))


def _find_time(said: Any, whose: dict[str, Any] | None, hour: int) -> tuple[int, str]:
    if whose:
        return int(whose["time"]), "milliseconds"
    if "validity_days" in said and "time" in said:  # a decision of nobody's
        return int(said["time"]), "minutes"
    return hour * _HOUR, "hours"


def _write_jsonl(entries: Iterator[Entry], out: IO[str]) -> int:
    count = 0
    for entry in entries:
        count += 1
        said: dict[str, object] = {
            "event": entry.event,
            "record": entry.record,
            "salt": entry.salts[0],
            "seq": entry.seq,
        }
        if entry.person:
            said |= {"person": entry.person, "person_salt": entry.salts[1]}
        if entry.restricted:
            said["restricted"] = True
        out.write(canonical(said).decode() + "\n")
    return count


def _write_csv(entries: Iterator[Entry], out: IO[str]) -> int:
    count = 0
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for entry in entries:
        count += 1
        said = entry.record
        cells = said | {
            "seq": entry.seq,
            "time": show_time(entry.time, entry.precision),
            "states": "; ".join(f"{purpose}: {state}" for purpose, state in sorted(said["states"].items())),
            "services": "; ".join(said["services"]),
            "consent_id": entry.person["consent_id"] if entry.person else "",
            "restricted": "restricted" if entry.restricted else "",
        }
        table.writerow([write_cell(cells[column]) for column in _COLUMNS])
    return count

"""What is kept about one person, for that person: on a screen, in a browser, and for other programs.

A copy in a common form (GDPR art. 15(3)), structured and machine-readable (art. 20(1)). Found by the keyed hash of the
consent id and by nothing else, so nobody else's data can be in it (art. 15(4), 20(4)).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from cookiegate.consent import RECTIFIED
from cookiegate.store import Row, open_store

from .cells import write_cell

FORMAT = "cookiegate-subject/1"
_COLUMNS = ("number", "time", "event", "purposes", "services", "method", "language", "policy version", "banner",
            "valid for days", "GPC signal", "restricted", "correction", "told")  # fmt: skip
_WIDTHS = (8, 18, 13, 30, 24, 18, 9, 14)
_STYLE = "body{font:1em sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid;padding:.3em}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the person: a decision, or what they said is wrong with one."""

    seq: int  # its number in the ledger
    event: str  # given, partly-given, refused, withdrawn; rectified
    payload: Mapping[str, Any]  # what was decided
    person: Mapping[str, Any]  # {"consent_id", "time"}, or {}
    restricted: bool
    evidence: Mapping[str, str]  # as the ledger commits to it: texts, and salts in hex

    @property
    def time(self) -> str:
        """To the second, UTC; a correction's own time."""
        seconds = self.payload["time"] if self.event == RECTIFIED else self.person["time"] // 1000
        return _moment(seconds)

    def is_of(self, consent_id: str) -> bool:
        """Whether it says so itself; a correction names nobody."""
        return self.event == RECTIFIED or self.person.get("consent_id") == consent_id


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is kept under one person's keyed hash."""

    entries: tuple[Entry, ...]  # oldest first
    events: tuple[Mapping[str, Any], ...] = ()  # that services are yet to be told of
    visits: tuple[Mapping[str, Any], ...] = ()  # the latest one that a service was told of

    @property
    def decisions(self) -> tuple[Entry, ...]:
        """Those of the records that are decisions."""
        return tuple(entry for entry in self.entries if entry.event != RECTIFIED)

    def agrees_with(self, receipt: Mapping[str, Any]) -> bool:
        """Whether one of the decisions is the one that a receipt tells of, in all that both of them say."""
        for entry in self.decisions:
            known = {**entry.payload, **entry.person, "seq": entry.seq, "evidence": dict(entry.evidence)}
            if all(known[name] == receipt[name] for name in known.keys() & receipt):
                return True
        return False


def read_dossier(store_url: str, subject: bytes, consent_id: str) -> Dossier:
    """All records of the person, restricted ones too. Raises StoreError where the store cannot be read.

    `subject` only finds them. A decision that says to be of another consent id, or of none, is left out: the column
    may have been altered, and nobody is handed what is another's (GDPR art. 15(4)).
    """
    store = open_store(store_url, readonly=True)
    try:
        entries = [_read(row) for row in store.query("records_of", subject=subject)]
        own = tuple(each for each in entries if each.is_of(consent_id))
        if not own:
            return Dossier(())
        events = [
            {"service": service, "time": _moment(int(str(time)) // 1000), "said": json.loads(str(said)), "tries": tries}
            for service, time, said, tries in store.query("outbox_of", subject=subject)
        ]
        visits = [
            {"service": service, "began": _moment(int(str(began))), "latest": _moment(int(str(latest)))}
            for service, began, latest in store.query("outbox_visitors_of", subject=subject)
        ]
        return Dossier(own, tuple(events), tuple(visits))
    finally:
        store.close()


def render_dossier(dossier: Dossier) -> str:
    """A table for a terminal."""
    lines = ["".join(name.ljust(width) for name, width in zip(_COLUMNS, _WIDTHS, strict=False)).rstrip()]
    lines.append("-" * sum(_WIDTHS))
    for entry in dossier.entries:
        cells = [_printable(cell) for cell in _cells(entry)]
        if entry.event == RECTIFIED:
            lines.append(f"{cells[0].ljust(_WIDTHS[0])}{cells[1][:16].replace('T', ' ').ljust(_WIDTHS[1])}{cells[-2]}")
            continue
        cells[1] = cells[1][:16].replace("T", " ")
        line = "".join(f"{cell} ".ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)).rstrip()
        lines.append(f"{line}  [restricted]" if entry.restricted else line)
    for _, time, what, _, service, *_, told in _list_told(dossier):
        lines.append(_printable(f"{time[:16].replace('T', ' ')}  {what} {service}: {told}"))
    return "\n".join(lines) + "\n"


def write_json(dossier: Dossier, made: datetime) -> str:
    """By table of the store; a record both in words and just as the ledger commits to it."""
    said = {"format": FORMAT, "made": made.isoformat(timespec="seconds"),
            "tables": {"ledger_records": [_spell_out(entry) for entry in dossier.entries],
                       "outbox": dossier.events, "outbox_visitors": dossier.visits}}  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def write_csv(dossier: Dossier) -> str:
    """A line for each record, and for what services are told. No cell is taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for cells in _list_all(dossier):
        writer.writerow(map(write_cell, cells))
    return out.getvalue()


def write_html(dossier: Dossier, made: datetime) -> str:
    """A page that needs nothing else."""
    return "\n".join(_write_page(dossier, made)) + "\n"


def _write_page(dossier: Dossier, made: datetime) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Your choices about cookies</title>'
    yield f"<style>{_STYLE}</style>\n<h1>Your choices about cookies</h1>"
    yield f"<p>Everything that is kept under your consent id, as of {made:%Y-%m-%d %H:%M} UTC.</p>\n<table>"
    yield "<tr>" + "".join(f'<th scope="col">{escape(name)}</th>' for name in _COLUMNS) + "</tr>"
    for cells in _list_all(dossier):
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>\n</html>"


def _read(row: Row) -> Entry:
    seq, _, event, salt, payload, person_salt, person, restricted = row
    assert isinstance(seq, int)
    assert isinstance(salt, bytes)
    assert isinstance(payload, bytes)
    evidence = {"salt": salt.hex(), "payload": payload.decode()}
    if isinstance(person, bytes) and isinstance(person_salt, bytes):
        evidence |= {"person_salt": person_salt.hex(), "person": person.decode()}
    whose = json.loads(evidence.get("person", "{}"))
    return Entry(seq, str(event), json.loads(payload), whose, restricted == 1, evidence)


def _list_all(dossier: Dossier) -> Iterator[list[str]]:
    """The cells of all rows, by _COLUMNS."""
    yield from map(_cells, dossier.entries)
    yield from _list_told(dossier)


def _list_told(dossier: Dossier) -> Iterator[list[str]]:
    empty = [""] * (len(_COLUMNS) - 6)
    for each in dossier.events:
        said = json.dumps(each["said"], ensure_ascii=False)
        yield ["", each["time"], "to be told to", "", each["service"], *empty, said]
    for each in dossier.visits:
        said = f"a visit that began at {each['began']}"
        yield ["", each["latest"], "last told to", "", each["service"], *empty, said]


def _cells(entry: Entry) -> list[str]:
    said, restricted = entry.payload, "yes" if entry.restricted else ""
    if entry.event == RECTIFIED:
        correction = f"of number {said['of']}: {said['said']}"
        return [str(entry.seq), entry.time, entry.event, *[""] * 8, restricted, correction, ""]
    purposes = ", ".join(f"{purpose}: {state}" for purpose, state in said["states"].items())
    return [str(entry.seq), entry.time, entry.event, purposes, ", ".join(said["services"]), said["method"],
            said["language"], said["policy_version"], said["banner"], str(said["validity_days"]),
            "yes" if said["gpc"] else "", restricted, "", ""]  # fmt: skip


def _spell_out(entry: Entry) -> dict[str, Any]:
    said = {name: value for name, value in {**entry.person, **entry.payload}.items() if name not in ("person", "time")}
    return {"seq": entry.seq, "event": entry.event, "time": entry.time, **said,
            "restricted": entry.restricted, "evidence": dict(entry.evidence)}  # fmt: skip


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)

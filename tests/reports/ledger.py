"""A small ledger in a SQLite store that has everything a ledger can have, made by what makes them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from cookiegate.consent import ConsentRecord, VerifierKey
from cookiegate.register.declaration import declare
from cookiegate.register.growth import Entry, Kept, Removed, find_subject, grow_by, keep_statement
from cookiegate.register.ledgerkey import load_ledger_key, make_ledger_key
from cookiegate.register.signer import Signer
from cookiegate.reports import Verification, verifier, write_bundle
from cookiegate.store import Batch, Change, open_store

NOW = 1_772_323_200  # 2026-03-01T00:00:00Z
HOUR = NOW // 3600
VERSION = "8d969eef6ecad3c2"
BANNER = "<p>Saako käyttää evästeitä?</p>".encode()
SERVICE = {"transfer_basis": "", "policy_url": "", "hosts": [], "cookies": []}
POLICY = json.dumps(
    {
        "version": VERSION,
        "site": {"name": "Saha", "hosts": ["www.saha.example"]},
        "addresses": {
            each: f"https://www.saha.example/_cookiegate/{path}"
            for each, path in (("notice", "notice"), ("rights", "receipt"), ("withdrawal", "settings"))
        },
        "controller": {"name": "Saha Oy", "email": "tieto@saha.example", "address": "Sahatie 1", "country": "FI"},
        "validity_days": 183,
        "purposes": [
            {
                "id": "statistics",
                "services": [
                    SERVICE
                    | {"id": "matomo", "name": "Matomo", "provider": "Matomo Oy", "country": "FI"}
                    | {"cookies": [{"name": "_pk_id", "lifetime": "P13M", "third_party": False}]}
                    | {"hosts": ["matomo.example"]},
                    SERVICE | {"id": "laskuri", "name": "Laskuri", "provider": "Laskuri Oy", "country": ""},
                ],
            }
        ],
    }
).encode()
SIZE, ERASE, UNLINK, PRUNE, AUDIT, OLD = 300, 120, 121, 122, 123, 100
ERASED, UNLINKED, PRUNED_UPTO = (15, 40), (20, 23), 3
RESTRICTED = 50
ABSENT = {1, 2, 3, *ERASED}
PRESENT = [seq for seq in range(SIZE) if seq not in ABSENT | {ERASE, UNLINK, PRUNE}]


def make_record(number: int, **other: object) -> ConsentRecord:
    """Every third is a refusal, which is nobody's; every tenth a withdrawal."""
    refused = number % 3 == 1
    event = "refused" if refused else "withdrawn" if number % 10 == 0 else "given"
    values: dict[str, Any] = {
        "time": NOW * 1000 + 123 + number,
        "event": event,
        "states": {"statistics": event},
        "services": ("laskuri", "matomo") if event == "given" else (),
        "method": "banner:accept",
        "language": "fi",
        "policy_version": VERSION,
        "banner": hashlib.sha256(BANNER).hexdigest(),
        "validity_days": 183,
        "consent_id": "" if refused else f"id{number}",
    }
    return ConsentRecord(**(values | other))


def has_person(seq: int) -> bool:
    return seq in PRESENT and seq not in (0, AUDIT, *UNLINKED) and seq % 3 != 1


class Ledger(NamedTuple):
    url: str
    file: Path
    keys: Sequence[VerifierKey]
    checkpoint: Path
    old: bytes  # a note of OLD leaves

    def change(self, sql: str, *values: object) -> None:
        """As somebody would who has the database."""
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(sql, values)
            connection.commit()

    def ask(self, sql: str, *values: object) -> Any:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql, values).fetchone()[0]


class Shelf:
    """A store in which a ledger grows."""

    def __init__(self, file: Path, url: str = "") -> None:
        self.url = url or f"sqlite:///{file}"
        self.file = file
        self.key = make_ledger_key(file.with_name(file.name + ".ledgerkey"), "www.saha.example")
        self.checkpoint = file.with_name(file.name + ".checkpoint")

    def keep(self, *records: ConsentRecord) -> None:
        self.add(
            *(
                Kept(
                    each.seal(os.urandom(64)),
                    find_subject(self.key.index, each.consent_id) if each.consent_id else None,
                )
                for each in records
            )
        )

    def add(self, *entries: Entry, changes: Sequence[Change] = ()) -> None:
        with closing(open_store(self.url)) as store:
            store.write(Batch(grow_by(entries), changes))

    def declare(self) -> None:
        with closing(open_store(self.url)) as store:
            declare(store, VERSION, {("banner", "fi"): BANNER, ("policy", ""): POLICY}, NOW)

    def sign(self, now: int = NOW) -> bytes:
        with closing(open_store(self.url)) as store:
            Signer(self.key, self.checkpoint).sign(store, now)
        return self.checkpoint.read_bytes()


def fill(shelf: Shelf) -> bytes:
    shelf.declare()
    shelf.keep(*map(make_record, range(1, OLD)))
    old = shelf.sign()
    shelf.keep(*map(make_record, range(OLD, ERASE)))
    shelf.add(Removed("erase", HOUR + 1, of=ERASED), changes=[Change("erase_record", [(seq,) for seq in ERASED])])
    shelf.add(Removed("unlink", HOUR + 1, of=UNLINKED), changes=[Change("unlink_record", [(seq,) for seq in UNLINKED])])
    pruned = Change("erase_record", [(seq,) for seq in range(1, PRUNED_UPTO + 1)])
    shelf.add(Removed("decisions", HOUR + 2, upto=PRUNED_UPTO, before=HOUR + 1), changes=[pruned])
    shelf.add(keep_statement("audit", "audit", ["an act", {"person": 1}], HOUR + 2))
    shelf.keep(*map(make_record, range(AUDIT + 1, SIZE)))
    shelf.add(changes=[Change("restrict_record", [(1, RESTRICTED)])])
    shelf.sign(NOW + 86_400)
    return old


def find(ledger: Ledger, since: tuple[bytes, ...] = (), *witnesses: Path) -> list[str]:
    """With the key under which persons are found, as whoever runs the site has it."""
    index = load_ledger_key(ledger.file.with_name(ledger.file.name + ".ledgerkey")).index
    verification = Verification(
        ledger.url, ledger.keys, index_key=index, checkpoint=ledger.checkpoint, since=since, witnesses=witnesses
    )
    return list(verification.find())


def find_in_export(ledger: Ledger) -> list[str]:
    folder = ledger.file.with_name("export")
    shutil.rmtree(folder, ignore_errors=True)
    write_bundle(ledger.url, folder, ledger.keys)
    return list(verifier.Bundle(folder).check())

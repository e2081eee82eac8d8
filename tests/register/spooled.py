"""What the tests of the spool share: an outage, decisions that wait, and the files they wait in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.register.ledger import Inheritance, Ticket
from cookiegate.store import Store, companion, open_store


class Outage:
    """A store that is down until it is not, for this process alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.down = True
        monkeypatch.setattr("cookiegate.register.writer.open_store", self._open)

    def _open(self, url: str) -> Store:
        if self.down:
            raise StoreError("the store is down")
        return open_store(url)


def make_ticket(record: ConsentRecord) -> Ticket:
    return Ticket(record.seal(os.urandom(64)), record.consent_id)


def list_files(url: str) -> list[Path]:
    return sorted(Path().absolute().glob(companion(url, ".spool").name + ".*"))


def read_all(files: list[Path]) -> bytes:
    return b"".join(file.read_bytes() for file in files)


def ids(inheritance: Inheritance) -> list[str]:
    return [ticket.consent_id for ticket in inheritance.tickets]

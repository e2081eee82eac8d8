"""A site with people who decided something, on either engine, for the tests of what they have a right to."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cookiegate.consent import ConsentRecord
from cookiegate.register import Recipient, Register, find_subject, make_ledger_key
from cookiegate.store import open_store
from tests.register.conftest import make_policy

NOON = 1_772_366_400  # 2026-03-01 12:00 UTC
DAY = 86_400
AINO, OTSO = "Ai" * 11, "Ot" * 11
RECIPIENTS = (
    Recipient("matomo", "Matomo", "Matomo Oy", "https://matomo.example/privacy"),
    Recipient("pikseli", "Pikseli", "Pikseli Oy", ""),
    Recipient("muu", "Muu", "Muu Oy", "https://muu.example/"),
)


def make_decision(consent_id: str, number: int = 0, *services: str, event: str = "given") -> ConsentRecord:
    state = "withdrawn" if event == "withdrawn" else "refused" if event == "refused" else "given"
    return ConsentRecord(
        time=(NOON - DAY) * 1000 + 60_000 * number + 123,
        event=event,
        states={"statistics": state},
        services=services or (("matomo",) if state == "given" else ()),
        method="banner:accept",
        language="fi",
        policy_version="8d969eef6ecad3c2",
        banner="ab" * 32,
        validity_days=183,
        consent_id=consent_id,
    )


@dataclass(frozen=True)
class Site:
    url: str
    key_file: Path
    index: bytes

    def record(self, *records: ConsentRecord) -> None:
        register = Register(self.url, make_policy(), ledger_key=str(self.key_file), clock=lambda: NOON - DAY)

        async def send() -> None:
            for each in records:
                await register.record(each)

        try:
            asyncio.run(send())
        finally:
            register.close()

    def subject(self, consent_id: str) -> bytes:
        return find_subject(self.index, consent_id)

    def rows(self, consent_id: str) -> list[tuple[Any, ...]]:
        return self.query("records_of", subject=self.subject(consent_id))

    def query(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        store = open_store(self.url, readonly=True)
        try:
            return store.query(name, **parameters)
        finally:
            store.close()

    def acts(self) -> list[dict[str, Any]]:
        """What the ledger says was done, in its order."""
        return [json.loads(row[4]) for row in self.query("records", after=-1, most=1000) if row[2] == "audit"]


def make_site(url: str, folder: Path) -> Site:
    key_file = folder / "ledger.key"
    return Site(url, key_file, make_ledger_key(key_file, "www.koivurannansaha.example").index)

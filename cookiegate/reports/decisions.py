"""How many decisions stand on the ledger, day by day: what people answered, not who they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cookiegate.store import Store, reading

_FIRST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Of one day, UTC. Who decides twice is counted twice."""

    day: date
    given: int = 0
    partly: int = 0
    refused: int = 0
    withdrawn: int = 0

    @property
    def answered(self) -> int:
        """All but withdrawals, which answer no question."""
        return self.given + self.partly + self.refused


def count_decisions(source: str | Store, first_day: date, last_day: date) -> tuple[Decisions, ...]:
    """Every day of the span, both ends counted, those without a decision too. Restricted records do not count
    (GDPR art. 18). Of the store at a URL, or an open one. Raises StoreError where it cannot be read."""
    begin, end = (first_day - _FIRST).days, (last_day - _FIRST).days + 1
    with reading(source) as store:
        rows: Iterable[tuple[Any, ...]] = store.query("decisions", hour=24 * begin, until=24 * end)
    found = {(day, event): times for day, event, times in rows}
    events = ("given", "partly-given", "refused", "withdrawn")
    return tuple(
        Decisions(_FIRST + timedelta(day), *(found.get((day, event), 0) for event in events))
        for day in range(begin, end)
    )

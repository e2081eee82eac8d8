"""Visits of made-up days, counted and read as the register does it."""

from __future__ import annotations

from datetime import date

from cookiegate.register.rollup import Rollup
from cookiegate.reports import visit_statistics
from cookiegate.store import Batch, Change, Store, VisitRow

NOON = 1_772_366_400  # 2026-03-01 12:00 UTC, a Sunday
HOUR, DAY = 3600, 86_400
MIDNIGHT = NOON + 12 * HOUR


def rows(moment: int, number: int = 3, path: str = "/") -> list[VisitRow]:
    day = date.fromordinal(719_163 + moment // DAY).isoformat()
    return [
        VisitRow(moment + each, day, "", path, "", 0, "Firefox 131", "Linux", "desktop", 200, 0, b"visitor1", "fi")
        for each in range(number)
    ]


def write(store: Store, *visits: list[VisitRow]) -> None:
    store.write(Batch(changes=[Change("add_visit", each) for each in visits]))


def views(url: str, first: date = date(2026, 1, 1), last: date = date(2026, 12, 31)) -> int:
    return visit_statistics(url, first, last).views


def finish(rollup: Rollup, store: Store, now: float) -> None:
    """All that there is to do, as the writer's thread does it."""
    while rollup.step(store, now) or rollup.look_at is not None:
        rollup.wait()

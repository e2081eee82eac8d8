"""When visits go whose time is over: once their day is counted, and then its figures stay as they are."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.figures import DayFigures, count_day
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.retention import FIGURE_DAYS, Retention, run_out
from cookiegate.register.rollup import Rollup, roll_up
from cookiegate.register.visits import day_of
from cookiegate.reports import visit_statistics
from cookiegate.store import Batch, Change, Store, open_store
from tests.register.counted import DAY, NOON, finish, rows, views, write

Records = Callable[..., ConsentRecord]
Select = Callable[[str], list[tuple[Any, ...]]]

DAYS = "SELECT DISTINCT day FROM visits ORDER BY day"


def shorten(policy: Policy, days: int) -> Policy:
    return dataclasses.replace(policy, visits=dataclasses.replace(policy.visits, retention_days=days))


def purge(store: Store, policy: Policy, now: int) -> None:
    retention = Retention(policy)
    while retention.purge(store, now):
        pass


def test_no_visit_goes_before_its_day_is_counted(store: Store, url: str, policy: Policy, select: Select) -> None:
    short, days = shorten(policy, 14), DAYS
    write(store, rows(NOON - 16 * DAY), rows(NOON - 15 * DAY), rows(NOON))
    purge(store, short, NOON)
    assert len(select(days)) == 3
    roll_up(store, 1, NOON - 15 * DAY)
    purge(store, short, NOON)
    assert select(days) == [("2026-02-14",), ("2026-03-01",)]
    roll_up(store, 1, NOON)
    purge(store, short, NOON)
    assert select(days) == [("2026-03-01",)]
    assert views(url) == 9
    write(store, rows(NOON - 15 * DAY))  # of a day whose visits are gone: its figures stay
    roll_up(store, 1, NOON)
    assert views(url) == 9
    purge(store, short, NOON)
    assert select(days) == [("2026-03-01",)]


def test_a_week_late_visits_go_whether_they_were_counted_or_not(
    store: Store, url: str, policy: Policy, select: Select
) -> None:
    write(store, rows(NOON - 22 * DAY), rows(NOON - 21 * DAY))
    purge(store, shorten(policy, 14), NOON)
    assert select(DAYS) == [("2026-02-08",)]
    found = visit_statistics(url, date(2026, 2, 7), date(2026, 2, 7))
    assert (found.lost, found.uncounted) == (3, 0)


def bring_in(store: Store, moment: int, number: int, now: int) -> None:
    """As an import does it."""
    add = Change("add_visit", rows(moment, number)), Change("note_import", [(day_of(moment), day_of(now))])
    store.write(Batch(changes=add))


def test_a_week_is_given_to_visits_that_are_old_when_they_come(store: Store, policy: Policy, select: Select) -> None:
    short = shorten(policy, 14)
    bring_in(store, NOON - 300 * DAY, 3, NOON)  # and counting fails
    for day, left in ((0, 1), (2, 1), (7, 1), (8, 0)):
        purge(store, short, NOON + day * DAY)
        assert len(select(DAYS)) == left


def test_a_day_that_is_imported_in_two_parts_is_counted_whole(
    store: Store, url: str, policy: Policy, select: Select
) -> None:
    short = shorten(policy, 14)
    for number in (3, 4):
        bring_in(store, NOON - 300 * DAY, number, NOON)
        roll_up(store, 1, NOON)
        purge(store, short, NOON)  # a gateway is at work meanwhile
    purge(store, short, NOON + DAY)  # the import may have gone over midnight
    assert len(select(DAYS)) == 1
    purge(store, short, NOON + 2 * DAY)
    assert select(DAYS) == []
    assert views(url, date(2025, 1, 1)) == 7


def test_what_waits_to_be_counted_keeps_nothing_else(store: Store, policy: Policy, select: Select) -> None:
    short = shorten(policy, 14)
    write(store, rows(NOON - 15 * DAY))
    roll_up(store, 1, NOON)
    bring_in(store, NOON - 300 * DAY, 3, NOON)
    purge(store, short, NOON)
    assert select(DAYS) == [("2025-05-05",)]


def test_figures_of_a_day_whose_visits_are_gone_cannot_be_replaced(
    store: Store, url: str, policy: Policy, select: Select
) -> None:
    write(store, rows(NOON))
    stale = Rollup(url, 1)
    assert not stale.step(store, NOON + DAY)
    stale.wait()  # counted by a gateway that then is slow to store it
    write(store, rows(NOON + 60))
    run_out(url, shorten(policy, 14), NOON + 20 * DAY)
    assert views(url) == 6
    finish(stale, store, NOON + 20 * DAY)
    assert views(url) == 6
    assert select("SELECT state, counted FROM figured_days WHERE day = '2026-03-01'") == [("final", 6)]


def test_retention_by_command_counts_first(store: Store, url: str, policy: Policy, select: Select) -> None:
    write(store, rows(NOON - 30 * DAY), rows(NOON))
    run_out(url, shorten(policy, 14), NOON)
    assert select("SELECT DISTINCT day FROM visits") == [("2026-03-01",)]
    assert views(url) == 6


def test_figures_go_by_whole_months(store: Store, url: str, policy: Policy, select: Select) -> None:
    write(store, rows(NOON), rows(NOON + 31 * DAY))  # 2026-03-01 and 2026-04-01
    roll_up(store, 1, NOON + 70 * DAY)
    spans = "SELECT DISTINCT span FROM {} ORDER BY span"
    purge(store, policy, NOON + (FIGURE_DAYS + 30) * DAY)  # the last day of March is kept still
    assert select(spans.format("figures")) == [("2026-03",), ("2026-03-01",), ("2026-04",), ("2026-04-01",)]
    purge(store, policy, NOON + (FIGURE_DAYS + 31) * DAY)
    for table in ("figures", "page_figures"):
        assert select(spans.format(table)) == [("2026-04",), ("2026-04-01",)]
    assert select("SELECT day FROM figured_days") == [("2026-04-01",)]
    assert select("SELECT month FROM figured_months") == [("2026-04",)]


def test_an_old_log_that_is_imported_beside_a_gateway_is_counted_before_it_goes(
    url: str, policy: Policy, record: Records, select: Select
) -> None:
    kept = policy.visits.retention_days
    store = open_store(url)
    lately = [(day_of(NOON - back * DAY),) for back in range(1, 6)]  # a gateway was at work
    store.write(Batch(changes=[Change("add_day", lately)]))
    write(store, *(rows(NOON - (kept + 30 + back) * DAY, 50) for back in range(20)))
    store.close()
    register = Register(url, policy, clock=lambda: float(NOON))
    asyncio.run(register.record(record("a")))
    for _ in range(1000):
        if select("SELECT count(*) FROM visits") == [(0,)]:
            break
        time.sleep(0.02)
    register.close()
    assert select("SELECT count(*), sum(written), sum(counted) FROM figured_days WHERE state = 'final'") == [
        (20, 1000, 1000)
    ]


def test_a_clock_that_was_ahead_keeps_no_imported_visits(store: Store, policy: Policy, select: Select) -> None:
    bring_in(store, NOON - 20 * DAY, 3, NOON + 2000 * DAY)
    roll_up(store, 1, NOON)
    purge(store, shorten(policy, 14), NOON)
    assert select(DAYS) == []


def test_a_raised_threshold_is_applied_before_the_visits_go(store: Store, policy: Policy, select: Select) -> None:
    write(store, rows(NOON - 20 * DAY))
    roll_up(store, 1, NOON - 19 * DAY)
    visits = dataclasses.replace(policy.visits, retention_days=14, threshold=10)
    purge(store, dataclasses.replace(policy, visits=visits), NOON)  # counting under the new one has not come so far
    assert len(select(DAYS)) == 1
    roll_up(store, 10, NOON)
    purge(store, dataclasses.replace(policy, visits=visits), NOON)
    assert select("SELECT state, threshold FROM figured_days") == [("final", 10)]


def test_retention_by_command_deletes_what_a_day_that_cannot_be_counted_leaves(
    store: Store, url: str, policy: Policy, select: Select, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, *(rows(NOON - back * DAY) for back in (200, 19, 18)))
    bad = day_of(NOON - 19 * DAY)

    def fail(store: Store, day: str) -> DayFigures:
        if day <= bad:
            raise StoreError("it takes too long")
        return count_day(store, day)

    monkeypatch.setattr("cookiegate.register.rollup.count_day", fail)
    with pytest.raises(StoreError, match="too long"):
        run_out(url, shorten(policy, 14), NOON)
    assert select(DAYS) == [(bad,)]  # it has two days left to be counted
    states = [state for (state,) in select("SELECT state FROM figured_days ORDER BY day")]
    assert states == ["final", "open", "final"]

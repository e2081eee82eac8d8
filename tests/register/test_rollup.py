"""When the figures of a day are made, made again, and that nothing is deleted before."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.figures import COUNTED_AT_ONCE
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.retention import FIGURE_DAYS, Retention, run_out
from cookiegate.register.rollup import Rollup, list_due_days, roll_up
from cookiegate.register.visits import day_of
from cookiegate.reports import recount_figures, visit_statistics
from cookiegate.store import AnswerRow, Batch, Change, Store, VisitRow, open_store

Records = Callable[..., ConsentRecord]
Select = Callable[[str], list[tuple[Any, ...]]]

NOON = 1_772_366_400  # 2026-03-01 12:00 UTC, a Sunday
HOUR, DAY = 3600, 86_400
MIDNIGHT = NOON + 12 * HOUR


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


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


def due(store: Store, now: float, threshold: int = 1) -> list[str]:
    return list(list_due_days(store, threshold, now))


def test_a_day_is_counted_three_quarters_of_an_hour_after_its_end(store: Store) -> None:
    write(store, rows(NOON))
    assert due(store, MIDNIGHT + 44 * 60) == []
    assert due(store, MIDNIGHT + 45 * 60) == ["2026-03-01"]
    roll_up(store, 1, MIDNIGHT + 45 * 60)
    assert due(store, MIDNIGHT + DAY) == []


def test_visits_that_come_late_are_counted(store: Store, url: str) -> None:
    write(store, rows(NOON))
    roll_up(store, 1, NOON + 40 * DAY)
    assert views(url) == 3
    write(store, rows(NOON + 20, 2), rows(NOON - DAY))
    late = visit_statistics(url, date(2026, 2, 1), date(2026, 3, 31))
    assert (late.views, late.uncounted) == (6, 2)  # the day before was not counted at all: it is, for this reader
    assert due(store, NOON + 40 * DAY) == ["2026-02-28", "2026-03-01"]
    roll_up(store, 1, NOON + 40 * DAY)
    assert views(url) == 8
    assert recount_figures(url).days == 2
    assert recount_figures(url).differing == ()


def test_an_answer_that_comes_late_is_counted_too(store: Store) -> None:
    write(store, rows(NOON))
    roll_up(store, 1, NOON + 2 * DAY)
    answer = AnswerRow("2026-03-01", "/", "fi", "desktop", "mark", "given", 1)
    store.write(Batch(changes=[Change("add_answer", [answer])]))
    assert due(store, NOON + 2 * DAY) == ["2026-03-01"]


def test_a_month_is_the_sum_of_its_days_and_is_summed_again(store: Store, url: str, select: Select) -> None:
    months = "SELECT month FROM figured_months ORDER BY month"
    write(store, rows(NOON), rows(NOON + 5 * DAY, path="/a"), rows(NOON + 40 * DAY))
    roll_up(store, 1, NOON + 30 * DAY)
    assert select(months) == []
    roll_up(store, 1, NOON + 31 * DAY)
    assert select(months) == [("2026-03",)]
    assert select("SELECT count FROM figures WHERE span = '2026-03' AND kind = 'total' AND name = 'views'") == [(6,)]
    write(store, rows(NOON + 6 * DAY, 4))
    assert views(url) == 13
    roll_up(store, 1, NOON + 31 * DAY)
    assert select("SELECT count FROM figures WHERE span = '2026-03' AND kind = 'total' AND name = 'views'") == [(10,)]
    assert views(url) == 13
    assert views(url, date(2026, 3, 2), date(2026, 3, 31)) == 7


def test_figures_that_were_altered_are_found(store: Store, url: str, select: Select) -> None:
    write(store, rows(NOON), rows(NOON + DAY))
    roll_up(store, 1, NOON + 3 * DAY)
    assert recount_figures(url).differing == ()
    select("UPDATE page_figures SET seconds = seconds + 1 WHERE span = '2026-03-02'")
    assert recount_figures(url).differing == ("2026-03-02",)


def test_under_a_threshold_a_day_is_published_when_it_is_over(store: Store, url: str) -> None:
    rollup = Rollup(url, 5)
    write(store, rows(NOON, 9, "/many"), rows(NOON + 60, 2, "/few"))
    assert views(url) == 11
    finish(rollup, store, NOON)
    found = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 2))
    assert (found.views, found.uncounted, found.series) == (0, 11, ())
    finish(rollup, store, NOON + DAY)
    found = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 2))
    assert [(page.path, page.views) for page in found.pages] == [("other", 11)]  # few would be alone
    assert recount_figures(url).differing == ()


def test_a_threshold_that_is_raised_holds_for_the_days_that_still_have_visits(store: Store, url: str) -> None:
    write(store, rows(NOON, 9, "/many"), rows(NOON, 7, "/more"), rows(NOON + 60, 6, "/few"))
    roll_up(store, 1, NOON + DAY)
    assert len(visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1)).pages) == 3
    assert due(store, NOON + DAY, 7) == ["2026-03-01"]
    roll_up(store, 7, NOON + DAY)
    assert due(store, NOON + DAY, 1) == []
    found = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1)).pages
    assert [(page.path, page.views) for page in found] == [("other", 13), ("/many", 9)]


def test_a_clock_that_had_jumped_ahead_does_not_keep_a_threshold_from_counting(store: Store, url: str) -> None:
    finish(Rollup(url, 1), store, NOON + 2000 * DAY)
    finish(Rollup(url, 5), store, NOON)
    write(store, rows(NOON))
    assert views(url) == 0  # the day goes on


def finish(rollup: Rollup, store: Store, now: float) -> None:
    """All that there is to do, as the writer's thread does it."""
    while rollup.step(store, now) or rollup.look_at is not None:
        rollup.wait()


def test_a_large_day_that_goes_on_is_counted_now_and_then(store: Store, url: str) -> None:
    write(store, rows(NOON, COUNTED_AT_ONCE))
    finish(Rollup(url, 1), store, NOON)
    write(store, rows(NOON + HOUR, 1))
    small = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1))
    assert (small.views, small.uncounted) == (COUNTED_AT_ONCE + 1, 0)  # counted for this reader
    rollup = Rollup(url, 1)
    finish(rollup, store, NOON)
    write(store, rows(NOON + HOUR, 2))
    large = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1))
    assert (large.views, large.uncounted) == (COUNTED_AT_ONCE + 1, 2)
    finish(rollup, store, NOON)  # not yet again
    assert visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1)).uncounted == 2
    finish(rollup, store, NOON + DAY)
    whole = visit_statistics(url, date(2026, 3, 1), date(2026, 3, 1))
    assert (whole.views, whole.uncounted) == (COUNTED_AT_ONCE + 3, 0)


def test_what_comes_while_a_day_is_counted_is_counted_again(store: Store, url: str) -> None:
    rollup = Rollup(url, 1)
    write(store, rows(NOON))
    assert not rollup.step(store, NOON + DAY)
    rollup.wait()  # counted, and not stored yet
    write(store, rows(NOON + 60))
    finish(rollup, store, NOON + DAY)
    assert views(url) == 6
    assert due(store, NOON + DAY) == []


def test_a_count_that_fails_is_told_and_tried_again(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rollup = Rollup("sqlite:////nowhere/at/all.db", 1)
    write(store, rows(NOON))
    finish(rollup, store, NOON + DAY)
    assert "the figures of a day could not be counted" in caplog.text
    assert due(store, NOON + DAY) == ["2026-03-01"]
    monkeypatch.setattr(rollup, "_url", url)
    monkeypatch.setattr(rollup, "_wait_until", 0.0)  # a minute later
    finish(rollup, store, NOON + DAY)
    assert due(store, NOON + DAY) == []


def shorten(policy: Policy, days: int) -> Policy:
    return dataclasses.replace(policy, visits=dataclasses.replace(policy.visits, retention_days=days))


def purge(store: Store, policy: Policy, now: int) -> None:
    retention = Retention(policy)
    while retention.purge(store, now):
        pass


def test_no_visit_goes_before_its_day_is_counted(store: Store, url: str, policy: Policy, select: Select) -> None:
    short, days = shorten(policy, 14), "SELECT DISTINCT day FROM visits ORDER BY day"
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


def test_a_week_late_visits_go_whether_they_were_counted_or_not(store: Store, policy: Policy, select: Select) -> None:
    write(store, rows(NOON - 22 * DAY), rows(NOON - 21 * DAY))
    purge(store, shorten(policy, 14), NOON)
    assert select("SELECT DISTINCT day FROM visits") == [("2026-02-08",)]


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


def test_a_register_at_work_counts_the_days_before(url: str, policy: Policy, record: Records, select: Select) -> None:
    store = open_store(url)
    write(store, *(rows(NOON - number * DAY) for number in range(40)))
    store.close()
    register = Register(url, policy, clock=lambda: float(NOON))
    asyncio.run(register.record(record("a")))
    for _ in range(3000):
        if select("SELECT count(*) FROM figured_months") == [(2,)]:
            break
        asyncio.run(asyncio.sleep(0.01))
    register.close()
    assert select("SELECT day FROM figured_days WHERE state <> 'closed'") == [("2026-03-01",)]
    assert select("SELECT month FROM figured_months ORDER BY month") == [("2026-01",), ("2026-02",)]
    assert views(url, date(2026, 1, 1)) == 120
    assert [thread.name for thread in threading.enumerate() if thread.name == "cookiegate-figures"] == []


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

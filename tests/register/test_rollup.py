"""When the figures of a day are made, and made again."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.figures import COUNTED_AT_ONCE, DayFigures, count_day
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.rollup import Rollup, keep_day, list_due_days, roll_up, sum_month
from cookiegate.register.visits import day_of
from cookiegate.reports import recount_figures, visit_statistics
from cookiegate.store import AnswerRow, Batch, Change, Store, open_store
from cookiegate.store.statements import reading
from tests.register.counted import DAY, HOUR, MIDNIGHT, NOON, finish, rows, views, write

Records = Callable[..., ConsentRecord]
Select = Callable[[str], list[tuple[Any, ...]]]


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
    assert "the figures of 2026-03-01 could not be counted" in caplog.text
    assert due(store, NOON + DAY) == ["2026-03-01"]
    monkeypatch.setattr(rollup, "_url", url)
    monkeypatch.setattr(rollup, "_wait_until", 0.0)  # a minute later
    finish(rollup, store, NOON + DAY)
    assert due(store, NOON + DAY) == []


def test_a_month_is_summed_before_or_after_a_late_day_not_beside_it(url: str) -> None:
    """Two gateways on one PostgreSQL: while one sums the month, the other stores one of its days anew."""
    with closing(open_store(url)) as store, closing(open_store(url)) as other:
        write(store, rows(NOON))
        roll_up(store, 1, NOON + DAY)
        write(store, rows(NOON + 60, 4))
        with store.snapshot():
            late = count_day(store, "2026-03-01")
        keeping = threading.Thread(target=other.write, args=(keep_day(late, 1, "closed"),))

        def keep() -> bool:
            keeping.start()
            keeping.join(1)
            return True

        store.write(sum_month("2026-03"), keep)
        keeping.join()
        roll_up(store, 1, NOON + 31 * DAY)
    assert [page.views for page in visit_statistics(url, date(2026, 3, 1), date(2026, 3, 31)).pages] == [7]


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


def test_a_count_that_fails_says_why(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes no more orders in a transaction that has failed: what is said then is not the reason."""
    broken = {**reading(), "count_pages": "SELECT no_such_thing FROM placed"}
    write(store, rows(NOON))
    monkeypatch.setattr(sys.modules[type(store).__module__], "reading", lambda: broken)
    with pytest.raises(StoreError, match="no_such_thing"), store.snapshot():
        count_day(store, "2026-03-01")


def test_a_day_that_cannot_be_counted_holds_no_other_up(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch, select: Select
) -> None:
    bad = day_of(NOON - 5 * DAY)

    def fail(store: Store, day: str) -> DayFigures:
        if day == bad:
            raise OSError("it takes too long")
        return count_day(store, day)

    monkeypatch.setattr("cookiegate.register.rollup.count_day", fail)
    monkeypatch.setattr("cookiegate.register.rollup._FAILED", 0.0)
    write(store, *(rows(NOON - back * DAY) for back in (5, 4, 3)))
    counting = Rollup(url, 1)
    for _ in range(20):
        counting.step(store, NOON)
        counting.wait()
    closed = [day_of(NOON - 4 * DAY), day_of(NOON - 3 * DAY)]
    assert select("SELECT day FROM figured_days WHERE state = 'closed' ORDER BY day") == [(day,) for day in closed]

"""Keeps the figures of days: each once it is over and its key is gone, and again when more is written for it.

Counting a day may take a second, so a thread of its own does it, on a connection that only reads; the writer's thread
then stores what came of it, in one short transaction. A day of many visits that is not over is counted now and then.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

from cookiegate.errors import StoreError
from cookiegate.figures import COUNTED_AT_ONCE, DayFigures, count_day, publish
from cookiegate.store import Batch, Change, Row, Store, open_store

from .visits import day_of

_DAY = 86_400
_OVER = 45 * 60  # seconds after midnight; by then the day's key is destroyed, and what waited with it is written
_AGAIN = 300.0  # seconds between two counts of a day that is not over
_FAILED = 60.0  # seconds until a count that failed is tried again
_LOOK = 0.05  # seconds between two looks whether a count is ready

_log = logging.getLogger("cookiegate.register")


class Rollup:
    """Used by the writer's thread."""

    def __init__(self, store_url: str, threshold: int) -> None:
        self._url = store_url
        self._threshold = threshold
        self._announced = ""  # the day on which the store was told the threshold
        self._thread: threading.Thread | None = None
        self._counted: list[tuple[DayFigures, str]] = []  # what the thread has made: at most one
        self._failure: tuple[str, Exception] | None = None  # of which day
        self._failed: dict[str, float] = {}  # day → when counting it failed last, on the monotonic clock
        self._told = ""  # the last failure, as it stands in the log
        self._again_at = 0.0  # when days that are not over are counted, on the monotonic clock
        self._wait_until = 0.0  # after a failure
        self.look_at: float | None = None  # when the count under way may be ready, likewise; None: there is none

    def step(self, store: Store, now: float) -> bool:
        """Store what is ready, have the next day counted; whether there may be more to do at once."""
        if self._thread:
            if self._thread.is_alive():
                self.look_at = time.monotonic() + _LOOK
                return False
            self._thread.join()
            self._thread = self.look_at = None
            return self._store_counted(store)
        if self._announced != (today := day_of(now)):
            told = Change("announce_threshold", [(today, self._threshold)])
            # what a clock that had jumped ahead said of later days would be taken for the latest
            store.write(Batch(changes=[told, Change("forget_thresholds", [(today,)])]))
            self._announced = today
        if time.monotonic() < self._wait_until:
            return False
        due = list(list_due_days(store, self._threshold, now))
        if due:  # those that never failed first, then the one that failed longest ago
            return self._start(min(due, key=lambda day: self._failed.get(day, 0.0)), "closed")
        self._failed.clear()
        for day in self._list_busy_days(store, now):
            return self._start(day, "open")
        for month in list_due_months(store, now):
            store.write(sum_month(month))
            return True
        return False

    def wait(self) -> None:
        """Until nothing is being counted: no connection is open then."""
        if self._thread:
            self._thread.join()

    def _list_busy_days(self, store: Store, now: float) -> Iterator[str]:
        """Days that are not over and have too many visits to be counted for each reader."""
        if self._threshold > 1 or time.monotonic() < self._again_at:  # such a day is published whole or not at all
            return
        for day in sorted({day_of(now - _OVER), day_of(now)}):
            for written, counted, state in store.query("figured_day", day=day):
                assert isinstance(written, int)
                if state == "open" and written > COUNTED_AT_ONCE and written != counted:
                    yield day
        self._again_at = time.monotonic() + _AGAIN

    def _start(self, day: str, state: str) -> bool:
        thread = threading.Thread(target=self._count, args=(day, state), name="cookiegate-figures", daemon=True)
        with suppress(RuntimeError):  # no thread to be had: next time
            thread.start()
            self._thread, self.look_at = thread, time.monotonic() + _LOOK
        return False

    def _count(self, day: str, state: str) -> None:
        try:
            with closing(open_store(self._url, readonly=True)) as store, store.snapshot():
                self._counted.append((publish(count_day(store, day), self._threshold), state))
        except Exception as error:
            self._failure = day, error

    def _store_counted(self, store: Store) -> bool:
        if self._failure:
            day, error = self._failure
            if str(error) != self._told:
                _log.error("the figures of %s could not be counted: %s", day, error)
            self._told, self._failure, self._failed[day] = str(error), None, time.monotonic()
            self._wait_until = time.monotonic() + _FAILED
            return False
        self._told = ""
        figures, state = self._counted.pop()
        if state == "open":
            self._again_at = time.monotonic() + _AGAIN
        store.write(keep_day(figures, self._threshold, state))
        return True


def roll_up(store: Store, threshold: int, now: float) -> StoreError | None:
    """Make all figures that are due, at once; what was wrong with the first day that could not be counted. `now`:
    seconds since 1970 UTC."""
    failed = None
    for day in list_due_days(store, threshold, now):
        try:
            with store.snapshot():
                figures = publish(count_day(store, day), threshold)
            store.write(keep_day(figures, threshold, "closed"))
        except StoreError as error:
            failed = failed or error
    for month in list_due_months(store, now):
        store.write(sum_month(month))
    return failed


def list_due_days(store: Store, threshold: int, now: float) -> Iterator[str]:
    """Days that are over and whose figures are missing, out of date or made under a lower threshold.

    Not under a higher one: two gateways whose policies differ would count them in turn for ever.
    """
    for (day,) in store.query("due_days", over=day_of(now - _OVER), threshold=threshold):
        yield str(day)


def list_due_months(store: Store, now: float) -> Iterator[str]:
    """Months that are over, of whose days all have figures, and which were not summed yet."""
    for (month,) in store.query("due_months", month=day_of(now - _OVER)[:8] + "01"):
        yield str(month)


def keep_day(figures: DayFigures, threshold: int, state: str) -> Batch:
    """What stores the figures of a day in the place of those it had. Its month is summed anew."""
    day, month = figures.day, figures.day[:7]
    cells: list[Row] = [(day, *cell) for cell in figures.list_cells()]
    pages: list[Row] = [(day, page.path, *page.numbers) for page in figures.pages]
    return Batch(
        # Others wait here for their turn. A day that is final keeps what it has: its visits may be gone by now.
        claim=Change("set_counted", [(figures.known, state, threshold, day)]),
        changes=[
            Change("forget_figures", [(day,), (month,)]),
            Change("forget_page_figures", [(day,), (month,)]),
            Change("forget_month", [(month,)]),
            Change("add_figure", cells),
            Change("add_page_figure", pages),
        ],
    )


def sum_month(month: str) -> Batch:
    """What stores a month as the sum of its days."""
    days = [f"{month}-{number:02}" for number in range(1, 32)]
    return Batch(
        changes=[
            # whoever keeps one of its days meanwhile does it before, or else after, and then forgets the month
            Change("hold_day", [(day,) for day in days]),
            Change("add_month", [(month,)]),
            Change("forget_figures", [(month,)]),
            Change("forget_page_figures", [(month,)]),
            Change("sum_figures", [(days[0], days[-1])]),
            Change("sum_page_figures", [(days[0], days[-1])]),
        ]
    )

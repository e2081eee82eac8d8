"""Figures about visits, counted by the store: what was read, where visits begin and end, how long pages hold.

Only pages that people got count as views: no bots, no redirects, no errors. The figures of a small site are small;
they are for those who answer for the data and are not called anonymous.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cookiegate.store import Store, Value, open_store


@dataclass(frozen=True, slots=True)
class Count:
    name: str  # "" where it is not known
    times: int


@dataclass(frozen=True, slots=True)
class PageFigures:
    path: str
    views: int
    timed: int  # views after which the same visit went on, so that their time is known
    mean_seconds: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class VisitStatistics:
    """Views of a span of days. What needs visitor ids is None where the log holds none."""

    first_day: date
    last_day: date
    views: int
    followed: int  # views with a visitor id
    daily_visitors: int | None  # sum over the days: who comes on two days counts twice
    visits: int  # ended by 30 minutes without a view; without ids: views that no page of this site led to
    timed: int
    mean_seconds: float | None  # on a page, from one view to the next of the same visit
    median_seconds: float | None
    errors: int  # answers to people with status 400 and above
    bots: int  # requests by programs, whatever the answer
    pages: tuple[PageFigures, ...]
    entry_pages: tuple[Count, ...]
    exit_pages: tuple[Count, ...] | None
    browsers: tuple[Count, ...]
    systems: tuple[Count, ...]
    devices: tuple[Count, ...]
    referrers: tuple[Count, ...]

    @property
    def coverage(self) -> float | None:
        """The share of views whose time is known: never that of a visit's last page."""
        return self.timed / self.views if self.views else None


def visit_statistics(store_url: str, first_day: date, last_day: date, top: int = 20) -> VisitStatistics:
    """The figures from the first to the last day (UTC, both counted), lists cut after `top` rows.

    Raises StoreError where the store cannot be read.
    """
    store = open_store(store_url, readonly=True)
    try:
        with store.snapshot():
            return _count(store, first_day, last_day, top)
    finally:
        store.close()


def _count(store: Store, first_day: date, last_day: date, top: int) -> VisitStatistics:
    def ask(name: str, **more: Value) -> list[tuple[Value, ...]]:
        return store.query(name, first=first_day.isoformat(), last=last_day.isoformat(), **more)

    def counts(name: str) -> tuple[Count, ...]:
        return _counts(ask(name, top=top))

    ask("place_views")
    ((views, followed, visitors, visits, timed, mean),) = ask("totals")
    ((median,),) = ask("median")
    ((bots, errors),) = ask("apart")
    known = bool(followed)
    return VisitStatistics(
        first_day=first_day,
        last_day=last_day,
        views=_whole(views),
        followed=_whole(followed),
        daily_visitors=_whole(visitors) if known else None,
        visits=_whole(visits),
        timed=_whole(timed),
        mean_seconds=_seconds(mean),
        median_seconds=_seconds(median),
        errors=_whole(errors),
        bots=_whole(bots),
        pages=tuple(
            PageFigures(str(path), _whole(views), _whole(timed), _seconds(mean), _seconds(median))
            for path, views, timed, mean, median in ask("pages", top=top)
        ),
        entry_pages=counts("entry_pages"),
        exit_pages=counts("exit_pages") if known else None,
        browsers=counts("browsers"),
        systems=counts("systems"),
        devices=counts("devices"),
        referrers=counts("referrers"),
    )


def _counts(rows: Iterable[tuple[Value, ...]]) -> tuple[Count, ...]:
    return tuple(Count(str(name), _whole(times)) for name, times in rows)


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _seconds(value: Value) -> float | None:
    return None if value is None else float(value)

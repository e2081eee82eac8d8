"""Figures about visits: what was read, where visits begin and end, how long pages hold.

Each is defined in docs/statistics.md. Only pages that people got count as views: no bots, no redirects, no errors. The
figures of a small site are small; they are for those who answer for the data and are not called anonymous.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cookiegate.figures import SPANS, PageRow
from cookiegate.store import Store

from .period import Period, opened

Length = Literal["day", "week", "month"]

_ENDS = (*SPANS[1:], 1800)


@dataclass(frozen=True, slots=True)
class Count:
    name: str  # "" where it is not known; "other": names that are not told apart
    times: int


@dataclass(frozen=True, slots=True)
class PageFigures:
    path: str
    views: int
    timed: int  # views after which the same visit went on, so that their time is known
    mean_seconds: float | None
    median_seconds: float | None  # estimated, as below


@dataclass(frozen=True, slots=True)
class Step:
    """A day, a week from its Monday, or a month; the first one from where the period, or the log, begins."""

    begin: date
    views: int
    visits: int
    daily_visitors: int | None  # None where no view has a visitor id
    bots: int


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
    median_seconds: float | None  # estimated: off by less than the width of the one of figures.SPANS that it lies in
    errors: int  # answers to people with status 400 and above
    bots: int  # requests by programs, whatever the answer
    uncounted: int  # visits and answers that were written and are not in these figures yet
    lost: int  # that never will be: they could not be counted before their time was over
    series: tuple[Step, ...]  # from the first day that the store knows of to the last, without gaps
    pages: tuple[PageFigures, ...]
    entry_pages: tuple[Count, ...]
    exit_pages: tuple[Count, ...] | None
    browsers: tuple[Count, ...]
    systems: tuple[Count, ...]
    devices: tuple[Count, ...]
    languages: tuple[Count, ...]
    referrers: tuple[Count, ...]
    campaigns: tuple[Count, ...]
    statuses: tuple[Count, ...]  # answers to people: "2xx", "3xx", "4xx", "5xx"
    missing_pages: tuple[Count, ...]  # that people asked for and got a 404

    @property
    def coverage(self) -> float | None:
        """The share of views whose time is known: never that of a visit's last page."""
        return self.timed / self.views if self.views else None


def visit_statistics(
    source: str | Store, first_day: date, last_day: date, top: int = 20, step: Length = "day"
) -> VisitStatistics:
    """The figures from the first to the last day (UTC, both counted), lists cut after `top` rows; of the store at a
    URL, or an open one.

    Raises StoreError where the store cannot be read.
    """
    with opened(source, first_day, last_day) as period:
        return _read(period, first_day, last_day, top, step)


def _read(period: Period, first: date, last: date, top: int, step: Length) -> VisitStatistics:
    days = period.read_totals()
    total = sum(days.values(), Counter[str]())
    lists = {kind: _rank(counts, top) for kind, counts in period.read_lists().items()}
    pages = period.read_pages()
    known = bool(total["followed"])
    popular = sorted((page for page in pages if page.views), key=lambda page: (-page.views, page.path))[:top]
    return VisitStatistics(
        first_day=first,
        last_day=last,
        views=total["views"],
        followed=total["followed"],
        daily_visitors=total["visitors"] if known else None,
        visits=total["visits"],
        timed=total["timed"],
        mean_seconds=_mean(total["seconds"], total["timed"]),
        median_seconds=_estimate_median([sum(times) for times in zip(*(page.times for page in pages), strict=True)]),
        errors=total["errors"],
        bots=total["bots"],
        uncounted=period.uncounted,
        lost=period.lost,
        series=tuple(_list_steps(days, period.recorded, first, step)),
        pages=tuple(map(_describe, popular)),
        entry_pages=_rank(Counter({page.path: page.entries for page in pages}), top),
        exit_pages=_rank(Counter({page.path: page.exits for page in pages}), top) if known else None,
        browsers=lists.get("browser", ()),
        systems=lists.get("system", ()),
        devices=lists.get("device", ()),
        languages=lists.get("language", ()),
        referrers=lists.get("referrer", ()),
        campaigns=lists.get("campaign", ()),
        statuses=lists.get("status", ()),
        missing_pages=lists.get("missing", ()),
    )


def _list_steps(
    days: Mapping[date, Counter[str]], recorded: Iterable[date], first: date, length: Length
) -> Iterator[Step]:
    recorded = list(recorded)
    begin = recorded[0] if recorded else date.max
    while recorded and begin <= recorded[-1]:
        end = _end(begin, length)
        total: Counter[str] = Counter()
        for each in range((min(end, recorded[-1] + timedelta(days=1)) - begin).days):
            total.update(days.get(begin + timedelta(days=each), {}))
        known = total["followed"] or not total["views"]
        yield Step(begin, total["views"], total["visits"], total["visitors"] if known else None, total["bots"])
        begin = end


def _end(begin: date, length: Length) -> date:
    """The day after the step that this day lies in."""
    if length == "day":
        return begin + timedelta(days=1)
    if length == "week":
        return begin + timedelta(days=7 - begin.weekday())
    return (begin.replace(day=28) + timedelta(days=4)).replace(day=1)


def _rank(counts: Counter[str], top: int) -> tuple[Count, ...]:
    ranked = sorted(((name, times) for name, times in counts.items() if times), key=lambda each: (-each[1], each[0]))
    return tuple(Count(name, times) for name, times in ranked[:top])


def _describe(page: PageRow) -> PageFigures:
    return PageFigures(
        page.path, page.views, page.timed, _mean(page.seconds, page.timed), _estimate_median(page.times)
    )  # fmt: skip


def _mean(seconds: int, timed: int) -> float | None:
    return seconds / timed if timed else None


def _estimate_median(times: Iterable[int]) -> float | None:
    """Where half of the times lie below, as if those of a span were spread over it evenly."""
    times = list(times)
    half, below = sum(times) / 2, 0
    for begin, end, count in zip(SPANS, _ENDS, times, strict=False):
        if count and below + count >= half:
            return begin + (half - below) / count * (end - begin)
        below += count
    return None

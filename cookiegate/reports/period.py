"""The figures of a period: months and days that were kept, and what of the last days is counted as we are asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from cookiegate.figures import ANSWERS, COUNTED_AT_ONCE, DayFigures, PageRow, count_day, whole
from cookiegate.store import Store, Value, reading

_NO_MONTHS = ("~", "")  # a span of months with none in it
_EVERY_DAY = 2**62  # visits that no day has


@contextmanager
def opened(source: str | Store, first: date, last: date) -> Iterator[Period]:
    """The period in one snapshot of the store. Raises StoreError where it cannot be read."""
    with reading(source) as store, store.snapshot():
        yield Period(store, first, last)


class Period:
    """The days from `first` to `last`, both counted. Used inside one snapshot."""

    def __init__(self, store: Store, first: date, last: date) -> None:
        self._store = store
        self._days: dict[str, Value] = {"first": first.isoformat(), "last": last.isoformat()}
        # Under a threshold a day that goes on is left out: between two looks at it just one visitor may have come.
        hides = store.query("threshold") not in ([], [(1,)])
        self._days["small"] = _EVERY_DAY if hides else COUNTED_AT_ONCE
        first_month, last_month = _find_whole_months(first, last)
        store.query("choose_spans", first_month=first_month, last_month=last_month, **self._days)
        store.query("weigh_spans")
        self.recorded: list[date] = []  # days that the store knows of
        self.uncounted = 0  # visits and answers that are not in the figures yet
        self.lost = 0  # that never will be: counting failed until their time was over
        self._live: list[DayFigures] = []  # counted now, from the visits themselves
        known = store.query("figured_days", first=self._days["first"], last=self._days["last"])
        for day, written, counted, state in known:
            is_open = state == "open"
            if not (is_open and hides):
                self.recorded.append(date.fromisoformat(str(day)))
            if is_open and not hides and (whole(written) <= COUNTED_AT_ONCE or not counted):
                self._live.append(count_day(store, str(day)))
            elif state == "final":
                self.lost += whole(written) - whole(counted)
            else:
                self.uncounted += whole(written) - (0 if is_open and hides else whole(counted))

    def read_totals(self) -> dict[date, Counter[str]]:
        """Each day's totals, by figures.TOTALS."""
        totals: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for day, name, count in self._store.query("figures_of_days", **self._days):
            totals[date.fromisoformat(str(day))][str(name)] = whole(count)
        for figures in self._live:
            totals[date.fromisoformat(figures.day)].update(figures.totals)
        return totals

    def read_lists(self) -> defaultdict[str, Counter[str]]:
        """By kind, how often each name occurs."""
        lists: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for kind, name, count in self._store.query("figures_of_names"):
            lists[str(kind)][str(name)] = whole(count)
        for figures in self._live:
            for kind, counts in figures.lists.items():
                lists[kind].update(counts)
        return lists

    def read_pages(self) -> list[PageRow]:
        """Each page once."""
        pages: dict[str, PageRow] = {}
        for path, *counts in self._store.query("figures_of_pages"):
            pages[str(path)] = PageRow.read(str(path), list(map(whole, counts)))
        for figures in self._live:
            for page in figures.pages:
                pages[page.path] = _add(page, pages[page.path]) if page.path in pages else page
        return list(pages.values())

    def read_funnel(self, by: str) -> dict[str, Counter[str]]:
        """By name, how many were shown the question, and what became of it (figures.ANSWERS)."""
        rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
        kinds: dict[str, Value] = {answer: f"{by}.{answer}" for answer in ANSWERS}
        for kind, name, count in self._store.query("figures_of_funnel", **kinds):
            rows[str(name)][str(kind).partition(".")[2]] = whole(count)
        for figures in self._live:
            for name, counted in figures.funnel[by].items():
                rows[name].update(dict(zip(ANSWERS, counted, strict=True)))
        return rows


def _add(one: PageRow, other: PageRow) -> PageRow:
    return PageRow.read(one.path, [sum(each) for each in zip(one.numbers, other.numbers, strict=True)])


def _find_whole_months(first: date, last: date) -> tuple[str, str]:
    """The first and the last month that lie in the period whole: "2026-03"."""
    begin = first if first.day == 1 else _next_month(first)
    end = last + timedelta(days=1) if last < date.max else last
    if begin >= end.replace(day=1):
        return _NO_MONTHS
    return begin.isoformat()[:7], (end.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) if day < date(9999, 12, 1) else date.max

"""Counts the visits of one day. What each figure means is written in docs/statistics.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cookiegate.store import Store, Value

# Seconds from which each span of time on a page goes up to the next; the last one includes half an hour.
SPANS = (0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200)
COUNTED_AT_ONCE = 5000  # visits and answers of a day that is not over; of more the figures are made now and then
LISTS = ("browser", "system", "device", "language", "referrer", "campaign", "status", "missing")
_SHARED = LISTS[:4]  # in the order in which count_kinds has them
FUNNEL = ("total", "group", "language", "device", "banner")  # by what the answers to the banner are told apart
ANSWERS = ("shown", "given", "partly", "refused", "ignored")
TOTALS = (
    "views", "followed", "visitors", "visits", "timed", "seconds", "consented", "released",
    "requests", "served", "bots", "errors",
)  # fmt: skip


class PageRow(NamedTuple):
    """One page: counts that may be added up over days."""

    path: str
    views: int
    entries: int
    exits: int
    timed: int  # views whose time is known
    seconds: int  # their sum
    times: tuple[int, ...]  # how many of them fall into each of SPANS

    @classmethod
    def read(cls, path: str, numbers: Sequence[int]) -> PageRow:
        """From its counts in one row, as they are stored."""
        views, entries, exits, timed, seconds, *times = numbers
        return cls(path, views, entries, exits, timed, seconds, tuple(times))

    @property
    def numbers(self) -> tuple[int, ...]:
        return (self.views, self.entries, self.exits, self.timed, self.seconds, *self.times)


@dataclass(slots=True)
class DayFigures:
    """What the visits of a day come to."""

    day: str
    known: int = 0  # visits and answers that were written when it was counted
    totals: dict[str, int] = field(default_factory=dict)  # by TOTALS
    lists: dict[str, Counter[str]] = field(default_factory=dict)  # by LISTS: name → times
    pages: list[PageRow] = field(default_factory=list)
    funnel: dict[str, dict[str, list[int]]] = field(default_factory=dict)  # by FUNNEL: name → by ANSWERS

    def list_cells(self) -> Iterator[tuple[str, str, int]]:
        """Kind, name and count of all but pages, as they are stored; what is 0 is not."""
        for name, count in self.totals.items():
            if count:
                yield "total", name, count
        for kind, counts in self.lists.items():
            for name, count in counts.items():
                if count:
                    yield kind, name, count
        for by, rows in self.funnel.items():
            for name, counted in rows.items():
                for answer, count in zip(ANSWERS, counted, strict=True):
                    if count:
                        yield f"{by}.{answer}", name, count


def count_day(store: Store, day: str) -> DayFigures:
    """The figures of a day ("2026-03-01") as its rows are now. Call it inside a snapshot. Raises StoreError."""
    figures = DayFigures(day)
    for written, *_ in store.query("figured_day", day=day):
        figures.known = whole(written)
    figures.totals = dict.fromkeys(TOTALS, 0)
    figures.lists = {kind: Counter() for kind in LISTS}
    _count_kinds(figures, store)
    _count_origins(figures, store)
    store.query("place_views", day=day)
    _count_pages(figures, store)
    figures.funnel = _count_funnel(store, day)
    store.query("forget_views")  # where one of these fails, the end of the snapshot forgets them
    return figures


def _is_seen(status: int) -> bool:
    """Whether somebody saw the page: it was sent, or the browser still had it."""
    return status < 300 or status == 304


def _count_kinds(figures: DayFigures, store: Store) -> None:
    for bot, status, *names, count, consented, released in store.query("count_kinds", day=figures.day):
        times, code = whole(count), whole(status)
        counted = {"requests": times, "served": times * _is_seen(code)}
        if bot:
            counted["bots"] = times
        else:
            figures.lists["status"][f"{code // 100}xx"] += times
            counted["errors"] = times * (code >= 400)
            if _is_seen(code):
                counted |= {"views": times, "consented": whole(consented), "released": whole(released)}
                for kind, name in zip(_SHARED, names, strict=True):
                    figures.lists[kind][str(name)] += times
        for each, number in counted.items():
            figures.totals[each] += number


def _count_origins(figures: DayFigures, store: Store) -> None:
    for status, referrer, campaign, missing, count in store.query("count_origins", day=figures.day):
        seen = _is_seen(whole(status))
        for kind, name in ("referrer", referrer), ("campaign", campaign), ("missing", missing):
            if name and (seen or kind == "missing"):
                figures.lists[kind][str(name)] += whole(count)


def _count_pages(figures: DayFigures, store: Store) -> None:
    for path, visitors, *counts in store.query("count_pages"):
        page = PageRow.read(str(path), list(map(whole, counts)))
        figures.pages.append(page)
        for total, number in (
            ("visitors", whole(visitors)), ("followed", page.exits + page.timed), ("visits", page.entries),
            ("timed", page.timed), ("seconds", page.seconds),
        ):  # fmt: skip
            figures.totals[total] += number


def _count_funnel(store: Store, day: str) -> dict[str, dict[str, list[int]]]:
    """Shown, given, partly, refused, and what of the shown was not answered, never below none."""
    funnel: dict[str, dict[str, list[int]]] = {by: {} for by in FUNNEL}
    rows = [(*said, "shown", count) for *said, count in store.query("count_shown")]
    for *said, answer, count in rows + store.query("count_answers", day=day):
        if answer not in ANSWERS:  # a withdrawal answers no question
            continue
        for by, name in zip(FUNNEL, ("", *map(str, said)), strict=True):
            funnel[by].setdefault(name, [0] * len(ANSWERS))[ANSWERS.index(str(answer))] += whole(count)
    for counted in (each for names in funnel.values() for each in names.values()):
        shown, *answered, _ = counted
        counted[-1] = max(0, shown - sum(answered))
    return funnel


def whole(value: Value) -> int:
    """A count, as the store gives it."""
    assert isinstance(value, int)
    return value

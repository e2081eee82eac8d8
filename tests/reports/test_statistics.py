"""The store's figures against the same figures worked out in Python, one visitor after the other."""

from __future__ import annotations

import random
import statistics as arithmetic
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cookiegate.errors import StoreError
from cookiegate.figures import SPANS
from cookiegate.reports import Count, PageFigures, Step, VisitStatistics, render, visit_statistics
from cookiegate.store import Batch, Change, VisitRow, open_store

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 5)
WINDOW = 1800


def store(path: Path, rows: Iterable[VisitRow]) -> str:
    url = f"sqlite:///{path}/site.db"
    opened = open_store(url)
    opened.write(Batch(changes=[Change("add_visit", list(rows))]))
    opened.close()
    return url


def view(
    time: int, path: str = "/", visitor: bytes | None = b"visitor1", day: date = FIRST, **other: object
) -> VisitRow:
    """A view so many seconds after the day's midnight."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    row = VisitRow(
        midnight + time, day.isoformat(), "203.0.113.0/24", path, "", False, "Firefox 131", "Linux", "desktop", 200,
        False, visitor,
    )  # fmt: skip
    return row._replace(**other)  # type: ignore[arg-type]


def at_random(seed: int, ids: bool) -> list[VisitRow]:
    chance = random.Random(seed)
    rows = []
    for _ in range(3000):
        day = FIRST + timedelta(days=chance.randrange(-1, 6))  # a day too early and a day too late among them
        referrer, own = chance.choice([("", True), ("", False), ("https://search.example", False)])
        rows.append(
            view(
                chance.randrange(86_400) // chance.choice([1, 1, 600]),
                f"/{chance.randrange(12)}",
                b"visitor%d" % chance.randrange(9) if ids else None,
                day,
                referrer=referrer,
                own=own,
                browser=chance.choice(["Firefox 131", "Chrome 131", ""]),
                system=chance.choice(["Linux", "Windows", "iOS"]),
                device=chance.choice(["desktop", "mobile", "tablet"]),
                language=chance.choice(["fi", "sv", ""]),
                campaign=chance.choice(["letter / mail / spring", "", ""]),
                status=chance.choice([200, 200, 200, 200, 304, 302, 404, 500]),
                bot=chance.random() < 0.2,
            )
        )
    return rows


def by_hand(rows: list[VisitRow], ids: bool) -> VisitStatistics:
    rows = [row for row in rows if FIRST.isoformat() <= row.day <= LAST.isoformat()]
    people = [row for row in rows if not row.bot]
    views = [row for row in people if row.status < 300 or row.status == 304]
    entries: Counter[str] = Counter()
    entries_by_day: Counter[str] = Counter()
    exits: Counter[str] = Counter()
    times: list[tuple[str, int]] = []
    visitors: dict[tuple[str, bytes | None], list[VisitRow]] = defaultdict(list)
    for row in views:
        visitors[row.day, row.visitor].append(row)
    for seen in visitors.values() if ids else ():
        seen.sort(key=lambda row: row.time)  # stable: of one second, in the order stored
        entries[seen[0].path] += 1
        entries_by_day[seen[0].day] += 1
        for row, following in pairwise(seen):
            if following.time - row.time > WINDOW:
                exits[row.path] += 1
                entries[following.path] += 1
                entries_by_day[following.day] += 1
            else:
                times.append((row.path, following.time - row.time))
        exits[seen[-1].path] += 1
    if not ids:
        entries.update(row.path for row in views if not row.own)
        entries_by_day.update(row.day for row in views if not row.own)
    seconds = [each for _, each in times]
    return VisitStatistics(
        first_day=FIRST,
        last_day=LAST,
        views=len(views),
        followed=len(views) if ids else 0,
        daily_visitors=len(visitors) if ids else None,
        visits=entries.total(),
        timed=len(times),
        mean_seconds=mean(seconds),
        median_seconds=median(seconds),
        errors=sum(row.status >= 400 for row in people),
        bots=len(rows) - len(people),
        uncounted=0,
        lost=0,
        series=tuple(steps_by_hand(rows, entries_by_day, ids)),
        pages=tuple(
            page_by_hand(path, number, [each for where, each in times if where == path])
            for path, number in ranked(Counter(row.path for row in views))
        ),
        entry_pages=counts(entries),
        exit_pages=counts(exits) if ids else None,
        browsers=counts(Counter(row.browser for row in views)),
        systems=counts(Counter(row.system for row in views)),
        devices=counts(Counter(row.device for row in views)),
        languages=counts(Counter(row.language for row in views)),
        referrers=counts(Counter(row.referrer for row in views if row.referrer)),
        campaigns=counts(Counter(row.campaign for row in views if row.campaign)),
        statuses=counts(Counter(f"{row.status // 100}xx" for row in people)),
        missing_pages=counts(Counter(row.path for row in people if row.status == 404)),
    )


def steps_by_hand(rows: list[VisitRow], entries: Counter[str], ids: bool) -> Iterable[Step]:
    for day in sorted({row.day for row in rows}):
        found = [row for row in rows if row.day == day]
        views = [row for row in found if not row.bot and (row.status < 300 or row.status == 304)]
        visitors = len({row.visitor for row in views}) if ids else None
        yield Step(date.fromisoformat(day), len(views), entries[day], visitors, sum(row.bot for row in found))


def page_by_hand(path: str, views: int, seconds: list[int]) -> PageFigures:
    return PageFigures(path, views, len(seconds), mean(seconds), median(seconds))


def median(seconds: list[int]) -> Any:
    """Half of the times are below, were those of a span spread over it evenly."""
    if not seconds:
        return None
    half = len(seconds) / 2
    ordered = sorted(seconds)
    at = bisect_right(SPANS, ordered[max(0, -(-len(seconds) // 2) - 1)]) - 1
    begin, end = SPANS[at], (*SPANS[1:], 1800)[at]
    within = sum(begin <= each < end or each == end == 1800 for each in seconds)
    return pytest.approx(begin + (half - sum(each < begin for each in seconds)) / within * (end - begin))


def mean(seconds: list[int]) -> Any:
    """Equal to what differs in the last digits: a mean is a sum of floats."""
    return pytest.approx(arithmetic.mean(seconds)) if seconds else None


def ranked(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def counts(found: Counter[str]) -> tuple[Count, ...]:
    return tuple(Count(name, times) for name, times in ranked(found))


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_the_figures_are_those_worked_out_by_hand(tmp_path: Path, seed: int, ids: bool) -> None:
    rows = at_random(seed, ids)
    expected = by_hand(rows, ids)
    assert (0 < expected.timed < expected.views) is ids
    assert visit_statistics(store(tmp_path, rows), FIRST, LAST) == expected


def test_half_an_hour_without_a_view_ends_a_visit(tmp_path: Path) -> None:
    url = store(tmp_path, [view(0, "/a"), view(WINDOW, "/b"), view(2 * WINDOW + 1, "/c")])
    found = visit_statistics(url, FIRST, LAST)
    assert (found.visits, found.daily_visitors) == (2, 1)
    assert found.entry_pages == (Count("/a", 1), Count("/c", 1))
    assert found.exit_pages == (Count("/b", 1), Count("/c", 1))
    assert (found.timed, found.mean_seconds) == (1, 1800.0)
    assert found.coverage == pytest.approx(1 / 3)


def test_who_comes_on_two_days_counts_twice(tmp_path: Path) -> None:
    found = visit_statistics(store(tmp_path, [view(0), view(0, day=LAST)]), FIRST, LAST)
    assert found.daily_visitors == 2


def test_bots_redirects_and_errors_neither_count_nor_break_a_visit_up(tmp_path: Path) -> None:
    rows = [view(0, "/a"), view(10, "/x", status=404), view(20, "/y", status=302), view(25, "/z", bot=True), view(30)]
    found = visit_statistics(store(tmp_path, rows), FIRST, LAST)
    assert (found.views, found.visits, found.mean_seconds, found.errors, found.bots) == (2, 1, 30.0, 1, 1)


def test_without_ids_what_cannot_be_known_is_none(tmp_path: Path) -> None:
    rows = [view(0, "/a", None), view(10, "/b", None, own=True), view(20, "/c", None)]
    found = visit_statistics(store(tmp_path, rows), FIRST, LAST)
    assert found.visits == 2
    assert (found.daily_visitors, found.exit_pages, found.mean_seconds, found.median_seconds) == (None,) * 4
    assert "the log holds no visitor ids" in render(found)


def test_lists_are_cut_where_asked(tmp_path: Path) -> None:
    url = store(tmp_path, [view(number, f"/{number:03}") for number in range(30)])
    assert len(visit_statistics(url, FIRST, LAST).pages) == 20
    assert [page.path for page in visit_statistics(url, FIRST, LAST, top=2).pages] == ["/000", "/001"]


def test_an_empty_log_gives_zeros_and_a_report(tmp_path: Path) -> None:
    found = visit_statistics(store(tmp_path, []), FIRST, LAST)
    assert (found.views, found.visits, found.errors, found.bots, found.coverage) == (0, 0, 0, 0, None)
    assert found.pages == ()
    assert "Page views" in render(found)


def test_a_log_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing has been recorded yet"):
        visit_statistics(f"sqlite:///{tmp_path}/site.db", FIRST, LAST)

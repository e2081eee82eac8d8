"""Small counts: no report, and no two reports laid beside each other, say what few people did."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest

from cookiegate.figures import ANSWERS, FUNNEL, LISTS, OTHER, SPANS, DayFigures, PageRow, publish

DAYS = 6


def draw_day(chance: random.Random, day: int) -> DayFigures:
    """Many small counts among a few large ones, also of a name that is called like what is left."""
    names = [OTHER, "", *(f"/{number}" for number in range(chance.randrange(12)))]

    def draw() -> int:
        return chance.choice((0, 1, 2, 3, 4, 5, 6, 9, chance.randrange(40)))

    pages = []
    for name in names[2:]:
        exits, timed, neither = draw(), draw(), chance.choice((0, 0, draw()))
        if views := exits + timed + neither:
            begun = chance.choice((0, min(draw(), views), max(views - draw(), 0), views))
            spans = (timed, *[0] * (len(SPANS) - 1))
            pages.append(PageRow(name, views, begun, exits, timed, 10 * timed, spans))
    figures = DayFigures(f"2026-03-{day + 1:02}")
    figures.totals = {"views": sum(page.views for page in pages), "timed": sum(page.timed for page in pages),
                      "seconds": sum(page.seconds for page in pages), "bots": draw()}  # fmt: skip
    figures.lists = {kind: Counter({name: draw() for name in names}) for kind in LISTS}
    figures.pages = pages
    figures.funnel = {by: {name: [draw() for _ in ANSWERS] for name in names} for by in FUNNEL}
    return figures


def list_cells(figures: DayFigures) -> Iterator[tuple[tuple[str, str], int]]:
    """All that is published under a name."""
    for kind, name, count in figures.list_cells():
        if kind != "total" and not kind.startswith("total."):
            yield (kind, name), count
    for page in figures.pages:
        for column in ("views", "entries", "exits", "timed", "seconds"):
            yield (column, page.path), getattr(page, column)
        for at, count in enumerate(page.times):
            yield (f"span {at}", page.path), count


@pytest.mark.parametrize("threshold", [2, 5, 10])
@pytest.mark.parametrize("seed", range(20))
def test_no_difference_of_two_reports_is_about_few(seed: int, threshold: int) -> None:
    chance = random.Random(seed)
    published = [dict(list_cells(publish(draw_day(chance, day), threshold))) for day in range(DAYS)]
    cells = {cell for day in published for cell in day if cell[1] != OTHER}
    assert cells
    ranges = list(combinations(range(DAYS + 1), 2))
    reports = [
        {cell: sum(day.get(cell, 0) for day in published[first:last]) for cell in cells} for first, last in ranges
    ]
    for (first, last), whole in zip(ranges, reports, strict=True):
        for (begin, end), part in zip(ranges, reports, strict=True):
            if first <= begin and end <= last:  # what is left when the part is taken out of the whole
                for cell in cells:
                    left = whole[cell] - part[cell]
                    assert left == 0 or left >= threshold, (cell, left)


def is_told(counts: Iterable[int], threshold: int) -> bool:
    return all(count == 0 or count >= threshold for count in counts)


@pytest.mark.parametrize("threshold", [2, 5, 10])
@pytest.mark.parametrize("seed", range(60))
def test_what_is_hidden_is_not_one_count_that_can_be_worked_out(seed: int, threshold: int) -> None:
    figures = draw_day(random.Random(seed), 0)
    found = publish(figures, threshold)
    for kind in LISTS:
        before, after = +figures.lists[kind], found.lists[kind]
        assert is_told(after.values(), threshold)
        # beside the sum of all, which is known: what the named leave of it
        assert is_told([before.total() - sum(after[name] for name in after if name != OTHER)], threshold) or not after
        assert all(after[name] == before[name] for name in after if name != OTHER)
    for by in FUNNEL[1:]:
        for at, _ in enumerate(ANSWERS):
            named = [row[at] for name, row in found.funnel[by].items() if name != OTHER]
            assert is_told(named, threshold)
            everything = sum(row[at] for row in figures.funnel[by].values())
            assert is_told([everything - sum(named)], threshold) or not named


@pytest.mark.parametrize("threshold", [2, 5, 10])
@pytest.mark.parametrize("seed", range(60))
def test_the_parts_of_a_page_s_views_are_told_all_or_none(seed: int, threshold: int) -> None:
    """Views are what ended a visit, what was timed, and what neither is known of: two and the sum tell the third."""
    figures = draw_day(random.Random(seed), 0)
    before = {page.path: page for page in figures.pages}
    for page in publish(figures, threshold).pages:
        assert is_told((page.views, page.entries, page.exits, page.timed), threshold)
        assert page.timed or not page.seconds
        if page.path == OTHER:
            continue
        true = before[page.path]
        assert page.views == true.views  # named in one list, a page is named in this: parts would tell the views
        if page.entries:
            assert page.entries == true.entries
            assert is_told([true.views - true.entries], threshold)
        if page.exits or page.timed:
            assert (page.exits, page.timed, page.seconds) == (true.exits, true.timed, true.seconds)
            assert is_told([true.views - true.exits - true.timed], threshold)


NONE = (0,) * len(SPANS)


def publish_pages(*pages: PageRow) -> list[PageRow]:
    figures = draw_day(random.Random(1), 0)
    figures.pages = [*pages]
    return publish(figures, 5).pages


def test_few_who_did_not_leave_are_hidden_with_those_who_did() -> None:
    a, b, c = (
        PageRow(path, 60, 60, 60 - timed, timed, timed, NONE) for path, timed in (("/a", 2), ("/b", 9), ("/c", 30))
    )
    assert publish_pages(a, b, c) == [
        PageRow("/a", 60, 60, 0, 0, 0, NONE),  # else 60 - 58 would tell what is hidden
        PageRow("/b", 60, 60, 0, 0, 0, NONE),  # else all that is missing would be /a's
        c,
        PageRow(OTHER, 0, 0, 58 + 51, 2 + 9, 2 + 9, NONE),
    ]


def test_where_nobody_else_has_any_all_go() -> None:
    """Else the sum of the day would be that one page's."""
    a, b = PageRow("/a", 60, 60, 58, 2, 9, NONE), PageRow("/b", 60, 60, 60, 0, 0, NONE)
    assert publish_pages(a, b) == [PageRow(path, 60, 60, 0, 0, 0, NONE) for path in ("/a", "/b")]
    figures = draw_day(random.Random(1), 0)
    figures.funnel = {"language": {"fi": [50, 0, 0, 20, 30], "sv": [50, 2, 0, 20, 28]}}
    assert publish(figures, 5).funnel == {"language": {}}


def test_a_page_whose_views_are_hidden_is_named_nowhere() -> None:
    pages = (
        PageRow("/a", 100, 50, 50, 50, 900, NONE),
        PageRow("/b", 7, 7, 7, 0, 0, NONE),
        PageRow("/c", 3, 3, 3, 0, 0, NONE),
    )
    found = publish_pages(*pages)
    assert {page.path for page in found} == {"/a", OTHER}  # /b joins /c for views, and so for exits


def test_a_small_list_is_not_told_under_another_name() -> None:
    figures = draw_day(random.Random(1), 0)
    figures.lists = {"referrer": Counter({"https://rare.example": 1}), "campaign": Counter(a=2, b=3)}
    assert publish(figures, 5).lists == {"referrer": Counter(), "campaign": Counter({OTHER: 5})}


def test_a_threshold_of_one_hides_nothing() -> None:
    figures = draw_day(random.Random(1), 0)
    found = publish(figures, 1)
    assert list(found.list_cells()) == list(figures.list_cells())
    assert found.pages == figures.pages


def test_the_smallest_of_the_others_joins_a_name_that_would_be_alone() -> None:
    figures = draw_day(random.Random(1), 0)
    figures.lists = {"browser": Counter(a=30, b=8, c=7, d=2)}
    assert publish(figures, 5).lists["browser"] == Counter({"a": 30, "b": 8, OTHER: 9})

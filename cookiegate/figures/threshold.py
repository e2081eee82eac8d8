"""What of a day's figures is published: no name that stands for too few.

Done for each day before days are summed, so that no two reports can be subtracted to find what either hides: every
count under a name is then a sum of days, each of them nothing or at least the threshold. How many there were of all
is not hidden, only what the few did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from .counting import SPANS, DayFigures, PageRow

OTHER = "other"  # what is left of a list: no path (they begin with a slash), and what devices call it anyway


def publish(figures: DayFigures, threshold: int) -> DayFigures:
    """The same day, with what is under the threshold put together under OTHER, or left out: where that is few, too."""
    if threshold <= 1:
        return figures
    totals = dict(figures.totals)
    if totals["timed"] < threshold:
        totals["timed"] = totals["seconds"] = 0
    return replace(
        figures,
        totals=totals,
        lists={kind: _merge_list(counts, threshold) for kind, counts in figures.lists.items()},
        pages=_merge_pages(figures.pages, threshold),
        funnel={by: rows if by == "total" else _merge_rows(rows, threshold) for by, rows in figures.funnel.items()},
    )


def _merge_list(counts: Mapping[str, int], threshold: int) -> Counter[str]:
    rows = _merge_rows({name: [count] for name, count in counts.items() if count}, threshold)
    return Counter({name: count for name, (count,) in rows.items()})


def _merge_rows(
    rows: Mapping[str, list[int]], threshold: int, hidden_elsewhere: Set[str] = frozenset()
) -> dict[str, list[int]]:
    """Rows go whole: of one that showed some of its counts the others could be worked out."""
    hidden = _find_hidden(rows, threshold, hidden_elsewhere)
    merged: dict[str, list[int]] = {}
    for name, counts in rows.items():
        into = merged.setdefault(OTHER if name in hidden else name, [0] * len(counts))
        into[:] = map(sum, zip(into, counts, strict=True))
    if any(0 < count < threshold for count in merged.get(OTHER, ())):  # all are in it
        del merged[OTHER]
    return merged


def _find_hidden(rows: Mapping[str, Sequence[int]], threshold: int, hidden_elsewhere: Set[str]) -> set[str]:
    """The names with a count that is too small, and those that hide them.

    The sum of all is known, so what the named leave of it is known too, whether OTHER is shown or not: while that is
    too small, the smallest of the named joins. Where none of them has any, who has is told by that: then all go.
    """
    hidden = {OTHER, *hidden_elsewhere}
    hidden |= {name for name, counts in rows.items() if any(0 < count < threshold for count in counts)}
    for column in range(max(map(len, rows.values()), default=0)):
        # those hidden for one column are counted in the next; an earlier column only grows by them
        left = sorted((rows[name][column], name) for name in rows if name not in hidden and rows[name][column])
        other = sum(rows[name][column] for name in hidden if name in rows)
        while 0 < other < threshold and left:
            count, name = left.pop(0)
            hidden.add(name)
            other += count
        if 0 < other < threshold:
            return set(rows)
    return hidden


def _merge_pages(pages: list[PageRow], threshold: int) -> list[PageRow]:
    """Views; views that began a visit and those that did not; views that ended one, those whose time is known, and
    those of which neither is known: lists of their own, since many may read what few began with. In each of them all
    the parts of a page's views stand in one row, and go together: else what is hidden would be what is left of the
    views. What is hidden of the views is hidden of their parts as well. How times are spread would be cells smaller
    still: it is left out."""
    views = _merge_list({page.path: page.views for page in pages}, threshold)
    unseen = {page.path for page in pages} - views.keys()
    begun = _merge_rows({page.path: [page.entries, page.views - page.entries] for page in pages}, threshold, unseen)
    ended = _merge_rows(
        {page.path: [page.exits, page.timed, page.views - page.exits - page.timed] for page in pages}, threshold, unseen
    )
    seconds: Counter[str] = Counter()
    for page in pages:
        seconds[page.path if page.path in ended else OTHER] += page.seconds
    none = (0,) * len(SPANS)
    merged = []
    for path in sorted({*views, *begun, *ended}):
        entries, _ = begun.get(path, (0, 0))
        exits, timed, _ = ended.get(path, (0, 0, 0))
        merged.append(PageRow(path, views[path], entries, exits, timed, seconds[path] if timed else 0, none))
    return merged

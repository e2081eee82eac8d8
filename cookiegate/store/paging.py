"""Reads what is long a page at a time, on either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .rows import Row, Value

_PAGE = 1000  # rows read at once


def read_pages(query: Callable[..., list[Row]], name: str, after: int, parameters: dict[str, Value]) -> Iterator[Row]:
    """The rows of a query that takes `after` and `most` and whose first column grows."""
    while page := query(name, after=after, most=_PAGE, **parameters):
        yield from page
        last = page[-1][0]
        assert isinstance(last, int)
        after = last

"""Statistics for other programs: CSV in one long table, JSON as the dataclasses say."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from io import StringIO
from typing import Any

from .cells import make_printable, write_cell
from .funnel import FunnelRow, Gap
from .statistics import VisitStatistics

Line = tuple[str, object, str, object]  # list, name, figure, value

_NAMED = ("begin", "path", "name")  # what tells the rows of a list apart


def render_csv(*reports: VisitStatistics | Gap | Iterable[FunnelRow]) -> str:
    """A line for each figure: which list, of which name in it, which figure, its value; empty where it is not known."""
    out = StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("list", "name", "figure", "value"))
    for report in reports:
        for line in _list_lines(report):
            lines.writerow([write_cell(make_printable("" if each is None else each)) for each in line])
    return out.getvalue()


def render_json(**reports: VisitStatistics | Gap | Iterable[FunnelRow]) -> str:
    """One object; days as "2026-03-01", null where a figure is not known."""
    return json.dumps({name: _simplify(report) for name, report in reports.items()}, indent=2) + "\n"


def _list_lines(report: Any) -> Iterator[Line]:
    if not is_dataclass(report):
        yield from _list_rows("funnel", report)
        return
    for each in fields(report):
        value = getattr(report, each.name)
        if isinstance(value, tuple):
            yield from _list_rows(each.name, value)
        else:
            yield ("", "", each.name, value)


def _list_rows(title: str, rows: Iterable[Any]) -> Iterator[Line]:
    for row in rows:
        (name,) = [getattr(row, each) for each in _NAMED if hasattr(row, each)]
        for each in fields(row):
            if each.name not in _NAMED:
                yield (title, name, each.name, getattr(row, each.name))


def _simplify(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _simplify(asdict(value))
    if isinstance(value, dict):
        return {name: _simplify(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_simplify(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value

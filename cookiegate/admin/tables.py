"""What a page shows: its tables, each of them to be had as CSV and JSON too, and how their cells are written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cookiegate.reports import write_cell

Cell = str | int | float | None
_BOM = "\ufeff"  # by which spreadsheets know that a file is UTF-8


class Column(NamedTuple):
    key: str  # in files as it is; its heading is the text column.<key>
    # text, name, english, day, number, seconds, share; word:<kind>, a word of the register; request, a link to one
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Its caption is the text table.<id>, what stands under it where it has no rows empty.<id>, or empty.all."""

    id: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    bars: str = ""  # the number column whose rows are shown as bars beside it

    def find_width(self, row: tuple[Cell, ...]) -> float:
        """Percent of the longest bar."""
        at = [column.key for column in self.columns].index(self.bars)
        longest = max((float(each[at] or 0) for each in self.rows), default=0)
        return round(100 * float(row[at] or 0) / longest, 2) if longest else 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is written: `title` is the key of a text."""

    template: str
    title: str
    tables: tuple[Table, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def write_csv(table: Table) -> bytes:
    """Every cell in quotes, so that a spreadsheet parts none at a semicolon; none is taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow(["" if cell is None else write_cell(cell) for cell in row])
    return (_BOM + out.getvalue()).encode("utf-8", "replace")


def write_json(table: Table) -> bytes:
    keys = [column.key for column in table.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    return (json.dumps({"table": table.id, "rows": rows}, ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "replace"
    )

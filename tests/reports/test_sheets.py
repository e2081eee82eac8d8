"""Statistics for other programs: every figure in it, no formula for a spreadsheet, nothing for a terminal to obey."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from io import StringIO

from cookiegate.reports import Count, FunnelRow, Gap, PageFigures, render_csv, render_json
from tests.reports.test_tables import FOUND

HOSTILE = ("=cmd|' /C calc'!A0", "@SUM(1)", "\x1b[2J\r\n\u202e", '"quoted", text')
FUNNEL = (FunnelRow("fi", 10, 3, 1, 2, 4),)
GAP = Gap(100, 90, 30, 20)


def read(text: str) -> dict[tuple[str, str, str], str]:
    heading, *rows = csv.reader(StringIO(text))
    assert heading == ["list", "name", "figure", "value"]
    found = {(title, name, figure): value for title, name, figure, value in rows}
    assert len(found) == len(rows)
    return found


def test_a_sheet_has_a_line_for_each_figure() -> None:
    found = read(render_csv(FOUND))
    assert found["", "", "views"] == "1234"
    assert found["", "", "first_day"] == "2026-03-01"
    assert found["series", "2026-03-02", "bots"] == "90"
    assert found["series", "2026-03-02", "daily_visitors"] == ""
    assert found["pages", "/tuotteet", "median_seconds"] == "61.0"
    assert found["pages", "/yhteys", "median_seconds"] == ""
    assert found["exit_pages", "/yhteys", "times"] == "20"
    assert read(render_csv(replace(FOUND, exit_pages=None)))["", "", "exit_pages"] == ""


def test_a_sheet_of_the_funnel_has_the_gap_too() -> None:
    found = read(render_csv(FUNNEL, GAP))
    assert [found["funnel", "fi", name] for name in ("shown", "given", "partly", "refused", "ignored")] == [
        "10",
        "3",
        "1",
        "2",
        "4",
    ]
    assert [found["", "", name] for name in ("views", "human", "consented", "released")] == ["100", "90", "30", "20"]


def test_no_cell_is_a_formula_and_none_moves_a_cursor() -> None:
    hostile = replace(FOUND, referrers=tuple(Count(name, 1) for name in HOSTILE))
    text = render_csv(hostile)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]
    assert "'=cmd|' /C calc'!A0" in cells


def test_json_says_the_same() -> None:
    hostile = replace(FOUND, pages=(PageFigures(HOSTILE[2], 1, 0, None, None),))
    text = render_json(statistics=hostile, funnel=FUNNEL, gap=GAP)
    assert all(" " <= letter <= "~" or letter == "\n" for letter in text)
    found = json.loads(text)
    assert found["statistics"]["pages"][0]["path"] == HOSTILE[2]
    assert found["statistics"]["first_day"] == date(2026, 3, 1).isoformat()
    assert found["statistics"]["series"][1] == {
        "begin": "2026-03-02", "views": 234, "visits": 100, "daily_visitors": None, "bots": 90
    }  # fmt: skip
    assert found["funnel"][0]["ignored"] == 4
    assert found["gap"]["released"] == 20

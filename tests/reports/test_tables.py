"""Statistics as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cookiegate.reports import Count, PageFigures, VisitStatistics, render

FOUND = VisitStatistics(
    first_day=date(2026, 3, 1),
    last_day=date(2026, 3, 7),
    views=1234,
    followed=1234,
    daily_visitors=321,
    visits=400,
    timed=834,
    mean_seconds=75.4,
    median_seconds=42.0,
    errors=7,
    bots=99,
    pages=(PageFigures("/tuotteet", 500, 300, 80.0, 61.0), PageFigures("/yhteys", 20, 0, None, None)),
    entry_pages=(Count("/", 380),),
    exit_pages=(Count("/yhteys", 20),),
    browsers=(Count("Firefox 131", 1000), Count("", 234)),
    systems=(),
    devices=(Count("desktop", 1234),),
    referrers=(),
)


def figures(text: str) -> dict[str, str]:
    """First column → the rest, for every line that has both."""
    return {line[:60].strip(): " ".join(line[60:].split()) for line in text.splitlines() if len(line) > 60}


def test_every_figure_stands_beside_its_name() -> None:
    shown = figures(render(FOUND))
    assert shown["Page views"] == "1234"
    assert shown["Visitors (sum of daily visitors)"] == "321"
    assert shown["Visits"] == "400"
    assert shown["Time on page, median"] == "42 s"
    assert shown["Time on page, mean"] == "1 min 15 s"
    assert shown["Views whose time is known"] == "68%"
    assert shown["/tuotteet"] == "500 1 min 1 s"
    assert shown["(not known)"] == "234"


def test_an_empty_list_has_no_heading() -> None:
    assert "Systems" not in render(FOUND)
    assert "Devices" in render(FOUND)


def test_nothing_a_visitor_sends_can_move_the_cursor() -> None:
    pages = (PageFigures("/\x1b[2J\r\n\u202e" + "x" * 500, 1, 0, None, None),)
    text = render(replace(FOUND, pages=pages))
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert max(map(len, text.splitlines())) < 100

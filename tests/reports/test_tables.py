"""Statistics as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cookiegate.reports import Count, FunnelRow, Gap, PageFigures, Step, VisitStatistics, render, render_funnel

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
    uncounted=0,
    lost=0,
    series=(Step(date(2026, 3, 1), 1000, 300, 250, 9), Step(date(2026, 3, 2), 234, 100, None, 90)),
    pages=(PageFigures("/tuotteet", 500, 300, 80.0, 61.0), PageFigures("/yhteys", 20, 0, None, None)),
    entry_pages=(Count("/", 380),),
    exit_pages=(Count("/yhteys", 20),),
    browsers=(Count("Firefox 131", 1000), Count("", 234)),
    systems=(),
    devices=(Count("desktop", 1234),),
    languages=(Count("fi", 1234),),
    referrers=(),
    campaigns=(Count("letter / mail / spring", 5),),
    statuses=(Count("2xx", 1234), Count("4xx", 7)),
    missing_pages=(Count("/vanha", 7),),
)


def figures(text: str) -> dict[str, str]:
    """First column → the rest, for every line that has both."""
    return {line[:60].strip(): " ".join(line[60:].split()) for line in text.splitlines() if len(line) > 60}


def test_every_figure_stands_beside_its_name() -> None:
    shown = figures(render(FOUND))
    assert shown["Page views"] == "1234"
    assert shown["Visitors (sum of daily visitors)"] == "321"
    assert shown["Visits"] == "400"
    assert shown["Time on page, median (estimated)"] == "42 s"
    assert shown["Time on page, mean"] == "1 min 15 s"
    assert shown["Views whose time is known"] == "68%"
    assert shown["/tuotteet"] == "500 1 min 1 s"
    assert shown["(not known)"] == "234"
    assert (shown["4xx"], shown["/vanha"], shown["letter / mail / spring"], shown["fi"]) == ("7", "7", "5", "1234")


def test_days_are_shown_where_asked_for() -> None:
    assert "2026-03-02" not in render(FOUND)
    shown = figures(render(FOUND, by_step=True))
    assert shown["2026-03-01"] == "1000 300 250 9"
    assert shown["2026-03-02"] == "234 100 not known 90"


def test_what_is_not_counted_yet_is_said() -> None:
    assert "not in these figures" not in render(FOUND).lower()
    assert "Not in these figures yet: 12 visits" in render(replace(FOUND, uncounted=12))
    assert "Never counted: 12 visits" in render(replace(FOUND, lost=12))


def test_the_funnel_says_what_it_cannot_know() -> None:
    shown = figures(render_funnel([FunnelRow("\x1b[2Jfi", 10, 3, 1, 2, 4)], Gap(100, 90, 30, 20)))
    assert shown["\ufffd[2Jfi"] == "10 3 1 2 4"
    assert (shown["Page views, bots included"], shown["Of people"]) == ("100", "90")
    assert (shown["Of people who had agreed to statistics"], shown["With a statistics service in the page"]) == (
        "30",
        "20",
    )
    assert "What a blocker takes" in render_funnel([], Gap(0, 0, 0, 0))


def test_an_empty_list_has_no_heading() -> None:
    assert "Systems" not in render(FOUND)
    assert "Devices" in render(FOUND)


def test_nothing_a_visitor_sends_can_move_the_cursor() -> None:
    pages = (PageFigures("/\x1b[2J\r\n\u202e" + "x" * 500, 1, 0, None, None),)
    text = render(replace(FOUND, pages=pages))
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert max(map(len, text.splitlines())) < 100

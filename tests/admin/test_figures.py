"""Pages of figures: what the reports counted, in files and on the page, for the days that were asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from cookiegate.admin.period import Period
from cookiegate.reports import visit_statistics
from cookiegate.store import Batch, Change, VisitRow, open_store
from tests.register.rights import NOON

from .conftest import House, Person

Come = Callable[[str], Person]


def visit(day: int, path: str, number: int, **other: object) -> VisitRow:
    row = VisitRow(
        NOON + number * 60, f"2026-02-{day:02}", "203.0.113.0/24", path, "https://haku.example", 0,
        "Firefox 131", "Linux", "desktop", 200, 0, b"visitor%d" % (number % 2),
    )  # fmt: skip
    return row._replace(**other)  # type: ignore[arg-type]


@pytest.fixture
def visited(house: House) -> House:
    rows = [visit(day, path, at) for day in (20, 21) for at, path in enumerate(("/", "/a", "/", "/b"))]
    store = open_store(house.site.url)
    store.write(
        Batch(changes=[Change("add_visit", [*rows, visit(21, "/bot", 9, bot=1), visit(21, "/x", 8, status=404)])])
    )
    store.close()
    return house


def read(person: Person, address: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(person.get(address).body)["rows"]
    return rows


def test_pages_are_those_of_the_report(visited: House) -> None:
    person = visited.come(visited.open(), "statistics")
    found = visit_statistics(visited.site.url, date(2026, 1, 31), date(2026, 3, 1), 50)
    rows = read(person, "/pages?format=json&table=pages")
    assert [(row["page"], row["views"], row["median_seconds"]) for row in rows] == [
        (each.path, each.views, each.median_seconds) for each in found.pages
    ]
    assert rows[0]["views"] == 4
    entries = read(person, "/pages?format=json&table=entry_pages")
    assert [(row["page"], row["visits"]) for row in entries] == [(each.name, each.times) for each in found.entry_pages]


def test_the_days_that_are_asked_for_are_those_of_files_too(visited: House) -> None:
    person = visited.come(visited.open(), "statistics")
    days = "first=2026-02-20&last=2026-02-20"
    assert read(person, f"/pages?{days}&format=json")[0]["views"] == 2
    assert f"?{days}&table=pages&format=csv".replace("&", "&amp;") in person.get(f"/pages?{days}").body.decode()
    assert read(person, "/sources?format=json") == [{"referrer": "https://haku.example", "views": 8}]
    assert read(person, f"/devices?{days}&format=json&table=browsers") == [{"browser": "Firefox 131", "views": 4}]


def test_a_table_that_is_not_there_is_the_first(visited: House) -> None:
    person = visited.come(visited.open(), "statistics")
    assert read(person, "/devices?format=json&table=none") == read(person, "/devices?format=json&table=browsers")
    assert person.get("/devices?format=exe").get("content-type") == "text/html; charset=utf-8"


def test_consent_is_what_stands_on_the_ledger(house: House) -> None:
    person = house.come(house.open(), "officer")
    rows = read(person, "/consent?format=json&first=2026-02-27&last=2026-03-01")
    assert [(row["begin"], row["given"], row["refused"]) for row in rows] == [
        ("2026-02-27", 0, 0), ("2026-02-28", 3, 0), ("2026-03-01", 0, 0),
    ]  # fmt: skip


def test_a_store_without_visits_has_pages_too(house: House) -> None:
    person = house.come(house.open(), "developer")
    for place in ("/", "/pages", "/sources", "/devices", "/consent"):
        assert person.get(place).status == 200, place


def test_each_role_sees_first_what_it_may_look_into(visited: House) -> None:
    dashboard = visited.open()
    pages = {role: visited.come(dashboard, role).get("/").body.decode() for role in ("statistics", "officer", "admin")}
    assert ["Sivunäytöt" in pages[role] for role in pages] == [True, False, True]
    assert ['<a href="/requests">' in pages[role] for role in pages] == [False, True, False]
    assert ['<a href="/staff"' in pages[role] for role in pages] == [False, False, True]


@pytest.mark.parametrize(
    ("first", "last", "step", "begins"),
    [
        ("2026-02-20", "2026-02-22", "day", ["2026-02-20", "2026-02-21", "2026-02-22"]),
        ("2026-01-01", "2026-04-01", "week", ["2026-01-01", "2026-01-05", "2026-01-12"]),
        ("2024-01-15", "2026-01-01", "month", ["2024-01-15", "2024-02-01", "2024-03-01"]),
    ],
)
def test_long_periods_are_parted_by_weeks_and_months(first: str, last: str, step: str, begins: list[str]) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last), date(2026, 3, 1))
    assert period.step == step
    found = dict.fromkeys(
        str(period.find_step(date.fromordinal(day))) for day in range(period.first.toordinal(), period.last.toordinal())
    )
    assert [*found][: len(begins)][: len([*found])] == begins[: len([*found])]

"""`visits`: what the reports print, and for whom."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from cookiegate.register.rollup import roll_up
from cookiegate.store import Batch, Change, VisitRow, open_store
from tests.cli.commands import run
from tests.databases.asking import ask

STORE = "sqlite:///cookiegate.db"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with that store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COOKIEGATE_STORE", STORE)


def record_visits() -> None:
    rows = [
        VisitRow(1_772_366_400 + at, "2026-03-01", "", path, "", 0, "", "", "desktop", 200, 0, b"visitor1", "fi")
        for at, path in enumerate(("/", "=1+1", "/\x1b[2J"))
    ]
    with closing(open_store(STORE)) as store:
        store.write(Batch(changes=[Change("add_visit", rows)]))


@pytest.mark.parametrize("kind", ["report", "funnel"])
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-05", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_are_days_without_visits(kind: str, day: str) -> None:
    record_visits()
    assert run("visits", kind, "--to", day).exit_code == 0


def test_reports_come_as_tables_and_for_other_programs() -> None:
    record_visits()
    days = ("--from", "2026-03-01", "--to", "2026-03-31")
    table = run("visits", "report", *days, "--by", "month").stdout
    assert "2026-03-01" in table.split("From")[1]
    assert "pages,'=1+1,views,1" in run("visits", "report", *days, "--format", "csv").stdout.splitlines()
    found = json.loads(run("visits", "report", *days, "--by", "week", "--format", "json").stdout)["statistics"]
    assert (found["views"], found["series"][0]["visits"]) == (3, 1)
    assert "no page" not in run("visits", "funnel", *days).stdout
    funnel = json.loads(run("visits", "funnel", *days, "--by", "device", "--format", "json").stdout)
    assert funnel == {"funnel": [], "gap": {"views": 3, "human": 3, "consented": 0, "released": 0}}
    assert run("visits", "funnel", *days, "--format", "csv").stdout.splitlines()[1] == ",,views,3"
    for words in (("report",), ("funnel",), ("report", "--format", "csv"), ("report", "--format", "json")):
        assert "\x1b" not in run("visits", words[0], *days, *words[1:]).stdout


def test_figures_can_be_verified() -> None:
    record_visits()
    with closing(open_store(STORE)) as store:
        roll_up(store, 1, 1_772_366_400 + 2 * 86_400)
    assert run("visits", "verify").stdout == "The figures of 1 days are those of their visits.\n"
    ask(STORE, "UPDATE figures SET count = count + 1 WHERE kind = 'language'")
    result = run("visits", "verify")
    assert (result.exit_code, result.stdout) == (1, "2026-03-01: the figures are not those of its visits\n")

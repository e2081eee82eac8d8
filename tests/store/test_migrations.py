"""Schema numbers: forward, once, by command, and never from the future."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiegate.errors import SchemaError, StoreError
from cookiegate.store import check_store, migrations, open_store, statements, upgrade_store
from cookiegate.store import postgresql as postgresql_store
from cookiegate.store.statements import STEPS
from tests.databases.asking import ask

Select = Callable[[str], list[tuple[Any, ...]]]


def read_number(url: str) -> int:
    sqlite = url.startswith("sqlite")
    ((number,),) = ask(url, "PRAGMA user_version" if sqlite else "SELECT number FROM schema_version")
    return int(number)


def set_number(url: str, number: int) -> None:
    sqlite = url.startswith("sqlite")
    ask(url, f"PRAGMA user_version = {number}" if sqlite else f"UPDATE schema_version SET number = {number}")


def list_columns(url: str) -> set[tuple[str, str]]:
    """Table and column of all that a store has."""
    if url.startswith("sqlite"):
        sql = "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        return {(table, column) for table, column in ask(url, sql) if not table.startswith("sqlite_")}
    sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    return {(table, column) for table, column in ask(url, sql) if table != "schema_version"}


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of cookiegate that has one step more: it gives the visits another column."""
    step = statements.step

    def read(engine: str, number: int) -> Iterator[str]:
        if number < len(STEPS):
            return step(engine, number)
        return iter(["ALTER TABLE visits ADD COLUMN weather INTEGER", "CREATE TABLE weathers (name TEXT)"])

    for module in (migrations, postgresql_store):
        monkeypatch.setattr(module, "STEPS", (*STEPS, "next.sql"))
        monkeypatch.setattr(module, "step", read)


def test_a_new_database_has_the_newest_schema(url: str) -> None:
    store = open_store(url)
    assert store.upgraded == len(STEPS)
    store.close()
    assert read_number(url) == len(STEPS)
    again = open_store(url)
    assert again.upgraded == 0
    again.close()


def test_both_engines_have_the_same_columns(tmp_path: Path, postgresql: str) -> None:
    sqlite = f"sqlite:///{tmp_path}/site.db"
    for url in (sqlite, postgresql):
        open_store(url).close()
    assert list_columns(sqlite) == list_columns(postgresql)


def test_every_table_is_strict(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    open_store(url).close()
    found = ask(url, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict")
    assert [name for (name,) in found if not name.startswith("sqlite_")] == []


def test_texts_that_are_put_in_order_have_the_order_of_their_bytes(postgresql: str) -> None:
    open_store(postgresql).close()
    sql = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE collation_name IS DISTINCT FROM 'C' "
        "AND data_type = 'text' AND table_name IN ('visits', 'observations')"
    )
    assert ask(postgresql, sql) == []


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_schema_is_left_alone(url: str, readonly: bool) -> None:
    open_store(url).close()
    set_number(url, len(STEPS) + 1)
    for attempt in (lambda: open_store(url, readonly=readonly), lambda: upgrade_store(url), lambda: check_store(url)):
        with pytest.raises(SchemaError, match="a newer version has written it"):
            attempt()
    assert read_number(url) == len(STEPS) + 1


@pytest.mark.parametrize("readonly", [False, True])
def test_an_older_schema_stops_and_names_the_command(url: str, readonly: bool, request: pytest.FixtureRequest) -> None:
    open_store(url).close()
    before = list_columns(url)
    request.getfixturevalue("next_version")
    with pytest.raises(SchemaError, match="make a backup, then run `cookiegate db upgrade`"):
        open_store(url, readonly=readonly)
    with pytest.raises(SchemaError, match="`cookiegate db upgrade`"):
        check_store(url)
    assert list_columns(url) == before


def test_an_upgrade_runs_what_is_missing_once(url: str, request: pytest.FixtureRequest) -> None:
    assert upgrade_store(url) == len(STEPS)
    before = list_columns(url)
    assert upgrade_store(url) == 0
    request.getfixturevalue("next_version")
    assert upgrade_store(url) == 1
    assert upgrade_store(url) == 0
    assert list_columns(url) - before == {("visits", "weather"), ("weathers", "name")}
    assert read_number(url) == len(STEPS) + 1
    open_store(url).close()


def test_a_step_that_fails_leaves_the_schema_as_it_was(url: str, request: pytest.FixtureRequest) -> None:
    open_store(url).close()
    ask(url, "CREATE TABLE weathers (other INTEGER)")  # in the way of the step's second statement
    before = list_columns(url)
    request.getfixturevalue("next_version")
    with pytest.raises(StoreError, match="weathers"):
        upgrade_store(url)
    assert list_columns(url) == before
    assert read_number(url) == len(STEPS)


def test_a_database_that_could_not_be_made_whole_is_not_made(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(engine: str, number: int) -> Iterator[str]:
        yield from statements.step(engine, number)
        if number == len(STEPS) - 1:
            yield "broken"

    with monkeypatch.context() as patch:
        for module in (migrations, postgresql_store):
            patch.setattr(module, "step", read)
        with pytest.raises(StoreError, match="broken"):
            open_store(url)
    assert list_columns(url) == set()
    assert upgrade_store(url) == len(STEPS)


def test_there_is_nothing_to_read_where_nothing_was_made(url: str) -> None:
    if url.startswith("sqlite"):
        sqlite3.connect(url.removeprefix("sqlite:///")).close()
    with pytest.raises(StoreError, match="nothing has been recorded there yet"):
        open_store(url, readonly=True)
    check_store(url)  # and that is no reason not to start


def test_processes_that_start_together_make_one_schema(url: str) -> None:
    script = "import sys; from cookiegate.store import open_store; open_store(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-W", "error", "-c", script, url]) for _ in range(6)]
    assert [process.wait() for process in started] == [0] * 6
    assert read_number(url) == len(STEPS)
    assert ask(url, "SELECT size FROM ledger_head") == [(0,)]


FOREIGN = {
    "from before the first release": ("CREATE TABLE ledger (seq INTEGER)", "PRAGMA user_version = 1"),
    "half of ours": ("CREATE TABLE ledger_head (one INTEGER, size INTEGER, frontier BLOB)", "PRAGMA user_version = 1"),
    "a numbered one of somebody else's": ("CREATE TABLE places (url TEXT)", "PRAGMA user_version = 75"),
    "with just our number": (f"PRAGMA user_version = {len(STEPS)}",),
    "of somebody else's": ("CREATE TABLE places (url TEXT)",),
}


@pytest.mark.parametrize("statements", FOREIGN.values(), ids=FOREIGN)
def test_a_database_that_is_no_store_of_ours_is_left_alone(tmp_path: Path, statements: tuple[str, ...]) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    with closing(sqlite3.connect(tmp_path / "site.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    before = (tmp_path / "site.db").read_bytes()
    attempts: list[Callable[[str], object]] = [
        open_store, lambda url: open_store(url, readonly=True), upgrade_store, check_store,
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(SchemaError, match=r"site\.db: .* move it away"):
            attempt(url)
    assert (tmp_path / "site.db").read_bytes() == before


def test_a_store_of_ours_whose_columns_are_others_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    open_store(url).close()
    ask(url, "ALTER TABLE ledger_records DROP COLUMN restricted")
    for attempt in (open_store, upgrade_store):
        with pytest.raises(SchemaError, match="no store of a released cookiegate"):
            attempt(url)


def test_an_operators_own_tables_and_indexes_are_in_nobodys_way(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    open_store(url).close()
    ask(url, "CREATE TABLE notes (said TEXT)")
    ask(url, "CREATE INDEX visits_by_path ON visits (path)")
    open_store(url).close()
    assert upgrade_store(url) == 0

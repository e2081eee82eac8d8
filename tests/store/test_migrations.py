"""Schema numbers: forward, once, and never from the future."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cookiegate.errors import StoreError
from cookiegate.store import open_store
from cookiegate.store.migrations import STEPS


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(found)


def test_a_new_database_has_the_newest_schema(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/site.db").close()
    assert version(tmp_path / "site.db") == len(STEPS)


def test_every_table_is_strict(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/site.db").close()
    connection = sqlite3.connect(tmp_path / "site.db")
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    found = {name: strict for name, strict in tables if not name.startswith("sqlite_")}
    connection.close()
    assert found == {"ledger": 1, "visits": 1, "observations": 1}


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_schema_is_left_alone(tmp_path: Path, readonly: bool) -> None:
    open_store(f"sqlite:///{tmp_path}/site.db").close()
    connection = sqlite3.connect(tmp_path / "site.db")
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="a newer version has written it"):
        open_store(f"sqlite:///{tmp_path}/site.db", readonly=readonly)
    assert version(tmp_path / "site.db") == len(STEPS) + 1


def test_an_older_schema_is_not_read(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "site.db").close()
    with pytest.raises(StoreError, match="db upgrade"):
        open_store(f"sqlite:///{tmp_path}/site.db", readonly=True)


def test_processes_that_start_together_make_one_schema(tmp_path: Path) -> None:
    script = f"from cookiegate.store import open_store; open_store('sqlite:///{tmp_path}/site.db').close()"
    started = [subprocess.Popen([sys.executable, "-W", "error", "-c", script]) for _ in range(6)]
    assert [process.wait() for process in started] == [0] * 6
    assert version(tmp_path / "site.db") == len(STEPS)

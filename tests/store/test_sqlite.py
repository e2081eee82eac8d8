"""What is SQLite's own: the files it leaves, other programs that use them, and files that are broken or replaced."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.errors import StoreError
from cookiegate.register.growth import Removed, grow_by
from cookiegate.store import Batch, Change, Store, open_store
from tests.register.tree import check_tree, read_records

Make = Callable[..., Any]
TELLING = b"very-telling"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/site.db"


def read_files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_deleted_visits_and_records_are_gone_from_every_file(
    store: Store, visit: Make, visits: Make, finish: Make, growth: Make, url: str, tmp_path: Path
) -> None:
    store.write(visits([visit("2026-03-01", f"/very-telling-path/{number}") for number in range(500)]))
    store.write(Batch(growth(*(f"very-telling {number} " + "x" * 500 for number in range(300)))))
    assert any(TELLING in content for content in read_files(tmp_path).values())
    finish()
    while store.purge("visits", "2026-03-02"):
        pass
    gone = [(seq,) for seq in range(300)]
    removed = Removed("erase", 1, of=[seq for (seq,) in gone])
    store.write(Batch(grow_by([removed]), [Change("erase_record", gone)]))
    assert store.scrub()
    assert not [name for name, content in read_files(tmp_path).items() if TELLING in content]
    store.close()
    assert not [name for name, content in read_files(tmp_path).items() if TELLING in content]
    assert len(check_tree(url)) == 301


@pytest.mark.parametrize("rows", [63, 64, 65, 128])
def test_rows_that_are_inserted_together_keep_their_order(rows: int, store: Store, growth: Make, url: str) -> None:
    store.write(Batch(growth(*range(rows))))
    assert len(check_tree(url)) == rows
    assert [found.said["said"] for found in read_records(url)] == list(range(rows))


def test_an_unlinked_person_is_gone_from_every_file(store: Store, entries: Make, tmp_path: Path) -> None:
    person = {"person_salt": b"very-telling-salt".ljust(32), "person": b'{"consent_id":"very-telling-id"}'}
    kept = [each._replace(sealed=each.sealed._replace(**person), subject=b"very-telling") for each in entries("a")]
    store.write(Batch(grow_by(kept)))
    store.write(Batch(changes=[Change("unlink_record", [(0,)])]))
    assert store.scrub()
    assert not [name for name, content in read_files(tmp_path).items() if TELLING in content]


def test_every_file_is_for_its_owner_alone(growth: Make, url: str, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store(url)
        store.write(Batch(growth("a")))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}


def test_a_file_that_was_replaced_is_noticed(store: Store, growth: Make, tmp_path: Path) -> None:
    store.write(Batch(growth("a")))
    (tmp_path / "site.db").rename(tmp_path / "moved.db")
    with pytest.raises(StoreError, match=r"site\.db"):
        store.write(Batch(growth("b")))
    (tmp_path / "site.db").touch()
    with pytest.raises(StoreError, match="replaced"):
        store.write(Batch(growth("b")))


def test_another_programs_lock_is_an_error_that_passes(store: Store, growth: Make, url: str, tmp_path: Path) -> None:
    shell = sqlite3.connect(tmp_path / "site.db", isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        store.write(Batch(growth("a")))
    shell.execute("ROLLBACK")
    shell.close()
    assert store.write(Batch(growth("b")))
    assert [found.said["said"] for found in read_records(url)] == ["b"]


def test_a_file_that_is_no_database_is_an_error(url: str, tmp_path: Path) -> None:
    (tmp_path / "site.db").write_bytes(b"not a database, " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        open_store(url)

"""The SQLite store: transactions, the ledger's head, deletion, and what a broken file does."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiegate.errors import StoreError
from cookiegate.store import Batch, Decision, Observation, Store, VisitRow, open_store


def link(previous: bytes | None, payload: bytes) -> bytes:
    return hashlib.sha256((previous or b"") + payload).digest()


def decisions(*names: str) -> list[Decision]:
    return [Decision(1_772_323_200_000, "given", f'{{"id":"{name}"}}'.encode()) for name in names]


def visit(day: str, path: str = "/", visitor: bytes | None = None) -> VisitRow:
    return VisitRow(
        1_772_323_200, day, "203.0.113.0/24", path, "", False, "Firefox 131", "Linux", "desktop", 200, False, visitor
    )


def kept(store: Store) -> int:
    """How many visits there are, whatever their day."""
    return sum(int(str(times)) for _, times in store.query("devices", first="0000", last="9999", top=100))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/site.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


def test_the_ledger_continues_where_it_ended(store: Store, url: str) -> None:
    assert store.write(Batch(decisions("a", "b")), link)
    store.close()
    again = open_store(url)
    assert again.write(Batch(decisions("c")), link)
    rows = list(again.ledger())
    again.close()
    digest = None
    for row in rows:
        digest = link(digest, row.payload)
        assert row.digest == digest
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.payload for row in rows] == [each.payload for each in decisions("a", "b", "c")]


def test_a_long_ledger_is_read_whole_and_from_any_row(store: Store) -> None:
    store.write(Batch(decisions(*map(str, range(2500)))), link)
    assert [row.seq for row in store.ledger()] == list(range(1, 2501))
    assert [row.seq for row in store.ledger(after=2400)] == list(range(2401, 2501))


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    unfit = visit("2026-03-01")._replace(path=None)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="NOT NULL"):
        store.write(Batch(decisions("a"), [visit("2026-03-01"), unfit]), link)
    assert not list(store.ledger())
    assert kept(store) == 0
    assert store.write(Batch(decisions("b")), link)  # and the connection is fit for the next


def test_nothing_is_stored_when_the_last_question_is_answered_no(store: Store) -> None:
    assert not store.write(Batch(decisions("a")), link, lambda: False)
    assert not list(store.ledger())


def test_observations_of_a_day_add_up(store: Store) -> None:
    seen = Observation("2026-03-01", "host", "cdn.tracker.example", "/", 2)
    for _ in range(3):
        store.write(Batch(observations=[seen]), link)
    expected = [("host", "cdn.tracker.example", "/", 6, "2026-03-01", "2026-03-01")]
    assert store.query("observations", first="0000", last="9999", top=10) == expected


def test_purging_deletes_what_is_older_and_nothing_else(store: Store) -> None:
    rows = [visit(f"2026-03-{day:02}") for day in range(1, 31) for _ in range(10)]
    seen = [Observation(row.day, "host", "cdn.tracker.example", str(place), 1) for place, row in enumerate(rows)]
    store.write(Batch(visits=rows, observations=seen), link)
    deleted: list[int] = []
    while not deleted or deleted[-1]:
        deleted.append(store.purge("2026-03-11", "2026-03-21", most=70))
    assert sum(deleted) == 100 + 200
    assert max(deleted) <= 140
    assert kept(store) == 200
    assert len(store.query("observations", first="0000", last="9999", top=1000)) == 100


def test_the_deleted_is_gone_from_every_file(store: Store, tmp_path: Path) -> None:
    store.write(Batch(visits=[visit("2026-03-01", f"/very-telling-path/{number}") for number in range(500)]), link)
    while store.purge("2026-03-02", "2026-03-02"):
        pass
    assert store.scrub()
    store.close()
    assert all(b"very-telling-path" not in file.read_bytes() for file in tmp_path.iterdir())


def test_scrubbing_does_not_wait_for_a_reader_but_says_so(store: Store, url: str) -> None:
    store.write(Batch(visits=[visit("2026-03-01")]), link)
    reader = open_store(url, readonly=True)
    with reader.snapshot():
        assert kept(reader) == 1
        store.purge("2026-03-02", "2026-03-02")
        assert not store.scrub()
        assert kept(reader) == 1  # its moment stands still
    assert store.scrub()
    assert kept(reader) == 0
    reader.close()


def test_every_file_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        other = open_store(f"sqlite:///{tmp_path}/open.db")
        other.write(Batch(decisions("a")), link)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("open.db*")}
        other.close()
    finally:
        os.umask(before)
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}


def test_a_reader_cannot_write(store: Store, url: str) -> None:
    reader = open_store(url, readonly=True)
    with pytest.raises(StoreError, match="readonly"):
        reader.write(Batch(decisions("a")), link)
    reader.close()


def test_what_a_killed_writer_has_left_can_be_read(url: str) -> None:
    script = (
        "import os, signal\n"
        "from cookiegate.store import Batch, Decision, open_store\n"
        f"store = open_store({url!r})\n"
        "store.write(Batch([Decision(1, 'given', b'{}')]), lambda previous, payload: b'd')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    reader = open_store(url, readonly=True)
    assert [row.payload for row in reader.ledger()] == [b"{}"]
    reader.close()


def test_a_file_that_was_replaced_is_noticed(store: Store, tmp_path: Path) -> None:
    store.write(Batch(decisions("a")), link)
    (tmp_path / "site.db").rename(tmp_path / "moved.db")
    with pytest.raises(StoreError, match=r"site\.db"):
        store.write(Batch(decisions("b")), link)
    (tmp_path / "site.db").touch()
    with pytest.raises(StoreError, match="replaced"):
        store.write(Batch(decisions("b")), link)


def test_another_programs_lock_is_an_error_that_passes(store: Store, tmp_path: Path) -> None:
    shell = sqlite3.connect(tmp_path / "site.db", isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        store.write(Batch(decisions("a")), link)
    shell.execute("ROLLBACK")
    shell.close()
    assert store.write(Batch(decisions("a")), link)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "site.db").write_bytes(b"not a database, " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/site.db")

"""The store in a SQLite file: one writing connection, readers beside it (write-ahead log)."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path

from cookiegate.errors import NoStoreError, StoreError

from .lock import claim, hold
from .migrations import judge_schema, migrate, read_schema
from .owner import make_private, open_private
from .paging import read_pages
from .rows import Batch, Change, Head, Row, Value, Work, note_days
from .statements import reading, writing

_BUSY_SECONDS = 3  # for programs that do not know our lock, such as the sqlite3 shell
_ROWS = 64  # inserted by one statement
_PLAIN_INSERT = re.compile(r"(INSERT INTO \w+ \([\w,\s]+\)\s+VALUES )(\([?, ]+\))")


class SqliteStore:
    """`Store` over the standard library's sqlite3.

    Several processes may write one file. SQLite before 3.51.3 can damage a write-ahead log when two connections
    write and checkpoint at the same instant, so every transaction also holds `<file>.lock`.
    """

    def __init__(self, path: Path, *, readonly: bool = False, upgrade: bool = False) -> None:
        self._path = path
        self._readonly = readonly
        self.upgraded = 0  # steps by which the schema was brought forward
        self._lock = path.with_name(path.name + ".lock")
        self._leads: dict[Work, int] = {}  # the open files whose locks make it the one that does it
        if path.is_dir():  # SQLite would call it a disk I/O error, and its lock would stand beside the folder
            raise StoreError(f"{path} is a folder: name the file in it, such as {path / 'cookiegate.db'}")
        with self._reporting():
            self._connection = self._open_to_read() if readonly else self._open_to_write(upgrade)
            self._inode = path.stat().st_ino

    def _open_to_read(self) -> sqlite3.Connection:
        if not self._path.exists():
            raise NoStoreError(f"{self._path}: there is no such file; nothing has been recorded yet")
        connection = self._connect("ro")
        try:
            judge_schema(read_schema(connection, str(self._path)), str(self._path))
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_to_write(self, upgrade: bool) -> sqlite3.Connection:
        with hold(self._lock, self._path):
            # SQLite would make it readable to all. A file that is there is left alone: closing any descriptor of it
            # would take the locks of this process's other connections with it (POSIX advisory locks).
            with suppress(FileExistsError):
                os.close(make_private(self._path))
            connection = self._connect("rw")
            try:
                read_schema(connection, str(self._path))  # before anything is done to what may not be ours
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA cache_size = -65536")  # KiB: the index of subjects is written at random
                connection.execute("PRAGMA synchronous = FULL")  # a COMMIT survives a power cut
                connection.execute("PRAGMA secure_delete = ON")  # deleted rows are overwritten
                self.upgraded = migrate(connection, str(self._path), upgrade=upgrade)
            except BaseException:
                connection.close()
                raise
            return connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        # Used by one thread at a time; closed, before a fork, by the one that forks.
        found = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        found.execute("PRAGMA temp_store = MEMORY")  # what is counted leaves no copy of visits in files elsewhere
        return found

    def write(self, batch: Batch, may_commit: Callable[[], bool] = lambda: True) -> bool:
        sql = writing("sqlite")
        with self._transaction() as run:
            changes = note_days(batch.changes)
            if batch.claim and not all(run(sql[batch.claim.statement], row).rowcount for row in batch.claim.rows):
                run("ROLLBACK")
                return False
            if batch.grow:
                # Read inside the transaction: another process may have continued the ledger.
                growth = batch.grow(Head._make(run(sql["head"]).fetchone()))
                changes += (*growth.changes, Change("set_head", (growth.head,)))
            for statement, rows in changes:
                try:
                    self._apply(sql[statement], rows)
                except (ValueError, OverflowError) as error:  # half a surrogate pair, a number of more than eight bytes
                    told = f"{self._path}: {statement}: a value cannot be stored: {type(error).__name__}"
                    raise StoreError(told) from error
            if not may_commit():
                run("ROLLBACK")
                return False
        return True

    def _apply(self, sql: str, rows: Sequence[Row]) -> None:
        """Run it with each of the rows; where it only inserts, many at once: around each statement the interpreter is
        let go, and under load it takes a while to get it back."""
        done = 0
        if wide := _widen(sql):
            done = len(rows) - len(rows) % _ROWS
            for start in range(0, done, _ROWS):
                self._connection.execute(wide, [value for row in rows[start : start + _ROWS] for value in row])
        self._connection.executemany(sql, rows[done:])

    def purge(self, table: str, before: Value, most: int = 5000) -> int:
        with self._transaction() as run:
            return int(run(writing("sqlite")[f"purge_{table}"], (before, most)).rowcount)

    def scrub(self) -> bool:
        with self._reporting(), hold(self._lock, self._path):
            # Pages were overwritten by secure_delete; the log still holds them as they were. Not worth waiting for.
            self._connection.execute("PRAGMA busy_timeout = 0")
            (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        return not busy

    def query(self, name: str, **parameters: Value) -> list[Row]:
        with self._reporting():
            return self._connection.execute(reading()[name], parameters).fetchall()

    def stream(self, name: str, after: int = -1, **parameters: Value) -> Iterator[Row]:
        return read_pages(self.query, name, after, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._reporting():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with self._reporting():
                self._connection.execute("ROLLBACK")

    def lead(self, work: Work) -> bool:
        with self._reporting():
            if work not in self._leads:
                path = self._path.with_name(f"{self._path.name}.{work}")
                descriptor = open_private(path, self._path)
                if not claim(descriptor):
                    os.close(descriptor)
                    return False
                self._leads[work] = descriptor
        return True

    def close(self) -> None:
        while self._leads:
            os.close(self._leads.popitem()[1])
        if self._readonly:
            self._connection.close()
            return
        with self._reporting():
            try:
                with hold(self._lock, self._path):  # the last connection to close checkpoints
                    self._connection.close()
            finally:
                self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """A transaction that ends in COMMIT, unless the block raises or has rolled it back itself."""
        with self._reporting(), hold(self._lock, self._path):
            if self._path.stat().st_ino != self._inode:
                raise StoreError(f"{self._path}: the file was replaced while it was open")  # we would write to nowhere
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _reporting(self) -> AbstractContextManager[None]:
        return _reporting(self._path)


@cache
def _widen(sql: str) -> str | None:
    """The statement for so many rows at once; None for one that does more than insert."""
    found = _PLAIN_INSERT.fullmatch(sql)
    return found[1] + ", ".join([found[2]] * _ROWS) if found else None


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error

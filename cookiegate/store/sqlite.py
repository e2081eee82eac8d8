"""The store in a SQLite file: one writing connection, readers beside it (write-ahead log)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from cookiegate.errors import StoreError

from .lock import hold
from .migrations import STEPS, check_schema, migrate
from .rows import Batch, LedgerRow, Link, Value
from .statements import statements

_BUSY_SECONDS = 3  # for programs that do not know our lock, such as the sqlite3 shell
_PAGE = 1000  # ledger rows read at once


class SqliteStore:
    """`Store` over the standard library's sqlite3.

    Several processes may write one file. SQLite before 3.51.3 can damage a write-ahead log when two connections
    write and checkpoint at the same instant, so every transaction also holds `<file>.lock`.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._path = path
        self._readonly = readonly
        self._lock = path.with_name(path.name + ".lock")
        with self._reporting():
            self._connection = self._open_to_read() if readonly else self._open_to_write()
            self._inode = path.stat().st_ino

    def _open_to_read(self) -> sqlite3.Connection:
        if not self._path.exists():
            raise StoreError(f"{self._path}: there is no such file; nothing has been recorded yet")
        connection = self._connect("ro")
        try:
            found = check_schema(connection)
            if found < len(STEPS):
                raise StoreError(f"{self._path}: schema {found} is older than {len(STEPS)}: run cookiegate db upgrade")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_to_write(self) -> sqlite3.Connection:
        with hold(self._lock):
            # SQLite would make it readable to all. A file that is there is left alone: closing any descriptor of it
            # would take the locks of this process's other connections with it (POSIX advisory locks).
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            connection = self._connect("rw")
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")  # a COMMIT survives a power cut
                connection.execute("PRAGMA secure_delete = ON")  # deleted rows are overwritten
                migrate(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        # Used by one thread at a time; closed, before a fork, by the one that forks.
        return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def write(self, batch: Batch, link: Link, may_commit: Callable[[], bool] = lambda: True) -> bool:
        sql = statements("writing")
        with self._transaction() as run:
            if batch.decisions:
                # Read inside the transaction: another process may have continued the ledger.
                seq, digest = run(sql["head"]).fetchone() or (0, None)
                for decision in batch.decisions:
                    seq, digest = seq + 1, link(digest, decision.payload)
                    run(sql["append"], (seq, decision.time, decision.event, decision.payload, digest))
            self._connection.executemany(sql["add_visit"], batch.visits)
            self._connection.executemany(sql["add_observation"], batch.observations)
            if not may_commit():
                run("ROLLBACK")
                return False
        return True

    def purge(self, visits_before: str, observations_before: str, most: int = 5000) -> int:
        sql = statements("writing")
        with self._transaction() as run:
            deleted = run(sql["purge_visits"], {"before": visits_before, "most": most}).rowcount
            deleted += run(sql["purge_observations"], {"before": observations_before, "most": most}).rowcount
        return int(deleted)

    def scrub(self) -> bool:
        with self._reporting(), hold(self._lock):
            # Pages were overwritten by secure_delete; the log still holds them as they were. Not worth waiting for.
            self._connection.execute("PRAGMA busy_timeout = 0")
            (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        return not busy

    def ledger(self, after: int = 0) -> Iterator[LedgerRow]:
        sql = statements("reading")["ledger_page"]
        while True:
            with self._reporting():
                page = self._connection.execute(sql, {"after": after, "most": _PAGE}).fetchall()
            if not page:
                return
            yield from map(LedgerRow._make, page)
            after = page[-1][0]

    def query(self, name: str, **parameters: Value) -> list[tuple[Value, ...]]:
        with self._reporting():
            return self._connection.execute(statements("reading")[name], parameters).fetchall()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._reporting():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with self._reporting():
                self._connection.execute("ROLLBACK")

    def close(self) -> None:
        if self._readonly:
            self._connection.close()
            return
        with self._reporting():
            try:
                with hold(self._lock):  # the last connection to close checkpoints
                    self._connection.close()
            finally:
                self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """A transaction that ends in COMMIT, unless the block raises or has rolled it back itself."""
        with self._reporting(), hold(self._lock):
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


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error

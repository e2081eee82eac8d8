"""The store in a PostgreSQL database, shared by as many gateways as there are.

asyncpg on an event loop of its own: the register's writer is a thread, and the commands are no coroutines. The head of
the ledger is locked for the length of a transaction, so that many writers make one tree without gaps.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, TypeVar

from cookiegate.errors import NoStoreError, StoreError

from .migrations import judge_schema
from .naming import name_store
from .paging import read_pages
from .rows import Batch, Change, Head, Row, Value, Work, note_days
from .statements import STEPS, number_parameters, reading, step, writing

try:
    import asyncpg
except ImportError:
    raise StoreError("a PostgreSQL store needs asyncpg: install it with pip install 'cookiegate[postgres]'") from None

_T = TypeVar("_T")
_CONNECT_SECONDS = 5
_COMMAND_SECONDS = 30
_MAKING = 5_301_921  # the advisory lock under which schema and partitions are made: any number that others do not use
_LEADING: dict[Work, int] = {"sending": 5_301_922, "importing": 5_301_923}  # likewise, for the one that does it
_PLAIN_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w,\s]+)\)\s+VALUES \([?, ]+\)")
_FEW = 4  # rows up to which COPY does not pay
# Milliseconds that dropping a day may wait for its readers: whoever writes visits waits behind it.
_DROPPING = 200
# The tables whose deleted rows were about people, but for visits, whose days are dropped whole.
_REWRITTEN = ("ledger_records", "observations", "permits", "requests", "request_tasks", "outbox", "outbox_visitors",
              "staff", "staff_sessions")  # fmt: skip


class PostgresqlStore:
    """`Store` over asyncpg. Use it where no event loop runs in the same thread."""

    def __init__(self, url: str, *, readonly: bool = False, upgrade: bool = False) -> None:
        self._url = url
        self._where = name_store(url)
        self._days: set[str] = set()  # that have a partition
        self._old: list[str] = []  # partitions to be dropped, of days that somebody still reads
        self._leads: set[Work] = set()
        self.upgraded = 0  # steps by which the schema was brought forward
        self._loop = asyncio.new_event_loop()
        try:
            self._connection = self._run(self._open(readonly, upgrade))
        except BaseException:
            self._loop.close()
            raise

    def write(self, batch: Batch, may_commit: Callable[[], bool] = lambda: True) -> bool:
        return self._run(self._write(batch, may_commit))

    def purge(self, table: str, before: Value, most: int = 5000) -> int:
        if table == "visits":
            return self._run(self._drop_days(str(before)))
        status = self._run(self._execute(writing("postgresql")[f"purge_{table}"], before, most))
        return int(status.rpartition(" ")[2])

    def scrub(self) -> bool:
        # Rows leave the table, but not while somebody may see them; their bytes leave the files only where the table
        # is written anew. The write-ahead log is the server's, and goes as the server is told.
        self._run(self._drop_old())
        readers = self._run(self._fetch(writing("postgresql")["readers"]))
        if self._old or readers:
            return False
        for table in _REWRITTEN:
            self._run(self._execute(f"VACUUM (FULL) {table}"))
        return True

    def query(self, name: str, **parameters: Value) -> list[Row]:
        sql, names = number_parameters(reading()[name])
        return self._run(self._fetch(sql, *(parameters[each] for each in names)))

    def stream(self, name: str, after: int = -1, **parameters: Value) -> Iterator[Row]:
        return read_pages(self.query, name, after, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        # READ WRITE: a reader, too, may make temporary tables. Figures of so many days are found by their index: what
        # the planner takes a page for by default, as if each were sought on a disk, has it read all of them instead.
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE; SET LOCAL random_page_cost = 1.1"
        self._run(self._execute(begin))
        try:
            yield
        finally:
            self._run(self._execute("ROLLBACK"))

    def lead(self, work: Work) -> bool:
        # Of the connection: a lock taken twice would have to be let go twice.
        if work not in self._leads:
            ((leads,),) = self._run(self._fetch(writing("postgresql")["lead"], _LEADING[work]))
            if leads:
                self._leads.add(work)
        return work in self._leads

    def close(self) -> None:
        if self._loop.is_closed():
            return
        with suppress(StoreError):
            self._run(self._connection.close(timeout=1))
        self._connection.terminate()
        self._loop.close()

    async def _open(self, readonly: bool, upgrade: bool) -> Any:
        try:
            connection = await asyncpg.connect(
                self._url,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                server_settings={"default_transaction_read_only": "on"} if readonly else None,
            )
        except (ValueError, OverflowError):  # whose text may quote a part of the password
            raise StoreError(
                f"{self._where}: its URL cannot be read: write postgresql://user:password@host:5432/database, "
                "with %40, %2F, %3F and %23 for @, /, ? and # in the password"
            ) from None
        try:
            if readonly:
                judge_schema(await _read_schema(connection), self._where)
            else:
                self.upgraded = await _migrate(connection, self._where, upgrade)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _write(self, batch: Batch, may_commit: Callable[[], bool]) -> bool:
        connection = self._connection
        changes = note_days(batch.changes)
        await self._make_days(changes)
        transaction = connection.transaction()
        await transaction.start()
        try:
            if batch.claim and not await self._alter(batch.claim):
                await transaction.rollback()
                return False
            if batch.grow:
                growth = batch.grow(Head(*await connection.fetchrow(writing("postgresql")["head"])))
                changes += (*growth.changes, Change("set_head", (growth.head,)))
            for statement, rows in changes:
                if rows:
                    await self._apply(statement, rows)
            committed = may_commit()
        except BaseException:
            with suppress(Exception):
                await transaction.rollback()
            raise
        await (transaction.commit() if committed else transaction.rollback())
        return committed

    async def _alter(self, change: Change) -> bool:
        """Run it with each of its rows; whether all of them altered something."""
        for row in change.rows:
            if (await self._execute(writing("postgresql")[change.statement], *row)).endswith(" 0"):
                return False
        return True

    async def _apply(self, statement: str, rows: Sequence[Row]) -> None:
        sql = writing("postgresql")[statement]
        target = _find_target(sql)
        try:
            if target and len(rows) > _FEW:
                table, columns = target
                await self._connection.copy_records_to_table(table, records=rows, columns=columns)
            else:
                await self._connection.executemany(number_parameters(sql)[0], rows)
        except (ValueError, OverflowError) as error:  # half a surrogate pair, a number of more than eight bytes
            raise StoreError(f"{self._where}: {statement}: a value cannot be stored: {type(error).__name__}") from error

    async def _make_days(self, changes: Sequence[Change]) -> None:
        """A partition for each day of the visits to come, in a transaction of its own.

        Made apart and attached, which waits for no reader of the table; `PARTITION OF` would.
        """
        days = {str(row[1]) for statement, rows in changes if statement == "add_visit" for row in rows}
        for day in days - self._days:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
                raise StoreError(f"{day!r} is no day")
            name = "visits_" + day.replace("-", "")
            async with self._connection.transaction():
                await self._connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
                if not await _has_table(self._connection, name):
                    await self._connection.execute(f"CREATE TABLE {name} (LIKE visits INCLUDING DEFAULTS)")
                    await self._connection.execute(
                        f"ALTER TABLE visits ATTACH PARTITION {name} FOR VALUES IN ('{day}')"
                    )
            self._days.add(day)

    async def _drop_days(self, before: str) -> int:
        limit = "visits_" + before.replace("-", "")
        names = [name for (name,) in await self._connection.fetch(writing("postgresql")["partitions"])]
        self._old = sorted(name for name in names if name < limit)
        self._days.clear()
        await self._drop_old()
        return 0  # dropped whole: nothing is left to delete

    async def _drop_old(self) -> None:
        try:
            while self._old:
                async with self._connection.transaction():
                    await self._connection.execute(f"SET LOCAL lock_timeout = {_DROPPING}")
                    await self._connection.execute(f"DROP TABLE IF EXISTS {self._old[0]}")
                del self._old[0]
        except asyncpg.LockNotAvailableError:
            return

    async def _fetch(self, sql: str, *values: Value) -> list[Row]:
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    async def _execute(self, sql: str, *values: Value) -> str:
        return str(await self._connection.execute(number_parameters(sql)[0], *values))

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            return self._loop.run_until_complete(work)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            # The message alone: DETAIL quotes the row that could not be stored.
            said = error.args[0] if isinstance(error, asyncpg.PostgresError) and error.args else error
            kind = NoStoreError if isinstance(error, asyncpg.InvalidCatalogNameError) else StoreError
            raise kind(f"{self._where}: {str(said) or type(error).__name__}") from error


async def _read_schema(connection: Any) -> int:
    if not await _has_table(connection, "schema_version"):
        return 0
    return int(await connection.fetchval("SELECT number FROM schema_version"))


async def _has_table(connection: Any, name: str) -> bool:
    """Also of one that was made while we waited for a lock: to_regclass() may remember that there was none."""
    return bool(await connection.fetchval(writing("postgresql")["has_table"], name))


async def _migrate(connection: Any, where: str, upgrade: bool) -> int:
    """As `migrations.migrate`."""
    found = await _read_schema(connection)
    run = 0
    if found < len(STEPS) and (upgrade or not found):
        async with connection.transaction():  # all steps or none; gateways that start together wait for the first
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
            found = await _read_schema(connection)
            if not found:
                await connection.execute("CREATE TABLE schema_version (number INTEGER NOT NULL)")
                await connection.execute("INSERT INTO schema_version (number) VALUES (0)")
            for number in range(found, len(STEPS)):
                for statement in step("postgresql", number):
                    await connection.execute(statement)
                run += 1
            await connection.execute("UPDATE schema_version SET number = $1", len(STEPS))
    judge_schema(await _read_schema(connection), where)
    return run


@cache
def _find_target(sql: str) -> tuple[str, list[str]] | None:
    """Table and columns of a statement that only inserts, which COPY does several times faster."""
    found = _PLAIN_INSERT.fullmatch(sql)
    return (found[1], re.split(r",\s*", found[2])) if found else None

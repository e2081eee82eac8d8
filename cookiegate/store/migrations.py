"""Brings a SQLite database's schema forward, one numbered step at a time; never back, and never by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from cookiegate.errors import NoStoreError, SchemaError

from .statements import STEPS, step


def judge_schema(found: int, where: str) -> None:
    """Raises SchemaError unless a store has just the schema that this version works with, NoStoreError for none."""
    if not found:
        raise NoStoreError(f"{where}: nothing has been recorded there yet")
    if found > len(STEPS):
        raise SchemaError(
            f"{where}: the database has schema {found}, this cookiegate knows {len(STEPS)}: "
            "a newer version has written it, use that one"
        )
    if found < len(STEPS):
        raise SchemaError(
            f"{where}: the database has schema {found}, this cookiegate works with {len(STEPS)}: "
            "make a backup, then run `cookiegate db upgrade`"
        )


def read_schema(connection: sqlite3.Connection, where: str) -> int:
    """The number of a database's schema; 0 where nothing was made yet. Raises SchemaError for one that is not ours."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    tables = _list_columns(connection)
    if "ledger" in tables:
        raise SchemaError(
            f"{where}: it was made before the first release and cannot be brought forward: "
            "move it away, and another is made"
        )
    if number <= len(STEPS):
        ours = number and _make_columns(number).items() <= tables.items()
    else:  # of a newer one only that is known which the oldest had
        ours = all(columns <= tables.get(table, set()) for table, columns in _make_columns(1).items())
    if not ours and (number or tables):
        raise SchemaError(
            f"{where}: it is a database, but no store of a released cookiegate: name another file, "
            "or move it away, and another is made"
        )
    return int(number)


def _list_columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Each table with its columns."""
    sql = """SELECT t.name, group_concat(c.name) FROM pragma_table_list t, pragma_table_info(t.name) c
              WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' GROUP BY t.name"""
    return {table: set(columns.split(",")) for table, columns in connection.execute(sql)}


@cache
def _make_columns(number: int) -> dict[str, set[str]]:
    """The same of a schema of ours."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for each in range(number):
            for statement in step("sqlite", each):
                connection.execute(statement)
        return _list_columns(connection)


def migrate(connection: sqlite3.Connection, where: str, *, upgrade: bool) -> int:
    """Make the schema of an empty database; with `upgrade` run the steps that another is missing. The number of steps
    run. The connection is in autocommit mode.

    Raises SchemaError for a schema that is older (without `upgrade`), newer, or none of ours: it is left as it was.
    """
    run = 0
    if (found := read_schema(connection, where)) < len(STEPS) and (upgrade or not found):
        # All steps or none: what a process that is killed leaves half made would be told from no older schema.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if read_schema(connection, where) == found:  # else another process was faster
                for number in range(found, len(STEPS)):
                    for statement in step("sqlite", number):
                        connection.execute(statement)
                    run += 1
                connection.execute(f"PRAGMA user_version = {len(STEPS)}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    judge_schema(read_schema(connection, where), where)
    return run

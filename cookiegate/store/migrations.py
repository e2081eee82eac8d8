"""Brings a SQLite database's schema forward, one numbered step at a time; never back, and never by itself."""

from __future__ import annotations

import sqlite3

from cookiegate.errors import SchemaError, StoreError

from .statements import STEPS, step


def judge_schema(found: int, where: str) -> None:
    """Raises SchemaError unless a store has just the schema that this version works with, StoreError for none."""
    if not found:
        raise StoreError(f"{where}: nothing has been recorded there yet")
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


def read_schema(connection: sqlite3.Connection) -> int:
    """The number of a database's schema; 0 where nothing was made yet."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection, where: str, *, upgrade: bool) -> int:
    """Make the schema of an empty database; with `upgrade` run the steps that another is missing. The number of steps
    run. The connection is in autocommit mode.

    Raises SchemaError for a schema that is older (without `upgrade`) or newer than ours.
    """
    run = 0
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").fetchone():
        raise SchemaError(
            f"{where}: it was made before the first release and cannot be brought forward: "
            "move it away, and another is made"
        )
    if (found := read_schema(connection)) < len(STEPS) and (upgrade or not found):
        # All steps or none: what a process that is killed leaves half made would be told from no older schema.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if read_schema(connection) == found:  # else another process was faster
                for number in range(found, len(STEPS)):
                    for statement in step("sqlite", number):
                        connection.execute(statement)
                    run += 1
                connection.execute(f"PRAGMA user_version = {len(STEPS)}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    judge_schema(read_schema(connection), where)
    return run

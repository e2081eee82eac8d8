"""Brings a database's schema forward, one numbered step at a time; never back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from cookiegate.errors import StoreError

from .statements import script

STEPS = ("0001_first.sql",)  # step n leads to schema n, kept in user_version


def check_schema(connection: sqlite3.Connection) -> int:
    """The database's schema number. Raises StoreError for one that this version does not know."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise StoreError(
            f"the database has schema {version}, this cookiegate knows {len(STEPS)}: "
            "a newer version has written it, use that one"
        )
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Run the steps that are missing, each in a transaction of its own. The connection is in autocommit mode."""
    while check_schema(connection) < len(STEPS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = check_schema(connection)  # another process may have been faster
            for step in STEPS[version : version + 1]:
                for statement in _split(script(step)):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _split(text: str) -> Iterator[str]:
    """Single statements: `executescript` would commit before it begins."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

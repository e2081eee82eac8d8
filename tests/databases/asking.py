"""Asks a store's database from outside, as an operator would: past the store, in the engine's own words."""

from __future__ import annotations

import sqlite3
from typing import Any

from . import postgresql


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own; its rows."""
    if not url.startswith("sqlite"):
        return postgresql.select(url, sql)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def break_connections(url: str) -> None:
    """All that others have to this PostgreSQL database."""
    ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip

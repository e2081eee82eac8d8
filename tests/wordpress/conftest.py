"""The WordPress and the browser that the tests of this folder share, and what happens on a machine without them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.chromium import find_chromium

from .bed import WordPress, find_missing_parts

CANNOT_RUN = "the WordPress bed cannot run here: "


@pytest.fixture(scope="session")
def wordpress_parts() -> None:
    """Skip with the reasons where a part is missing; fail in CI, where a skipped chapter would go unseen."""
    if missing := find_missing_parts():
        _give_up(missing)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: the one COOKIEGATE_BROWSER names, else the first on PATH."""
    return find_chromium() or _give_up(["no Chromium (Debian package chromium, or name one in COOKIEGATE_BROWSER)"])


@pytest.fixture(scope="session")
def wordpress(wordpress_parts: None) -> Iterator[WordPress]:
    """The site at http://www.kivijoki.example."""
    with WordPress() as site:
        yield site


@pytest.fixture(scope="session")
def wordpress_over_tls(wordpress_parts: None) -> Iterator[WordPress]:
    """The site at https://www.kivijoki.example, with TLS ending in front of it."""
    with WordPress("https://www.kivijoki.example") as site:
        yield site


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why the chapter was skipped, since pytest itself only counts."""
    reports = terminalreporter.getreports("skipped")
    for reason in {str(report.longrepr[2]) for report in reports if isinstance(report.longrepr, tuple)}:
        if CANNOT_RUN in reason:
            terminalreporter.write_line(reason, yellow=True)


def _give_up(missing: list[str]) -> NoReturn:
    reason = CANNOT_RUN + "; ".join(missing)
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

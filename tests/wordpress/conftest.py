"""The WordPress and the browser that the tests of this folder share, and what happens on a machine without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chromium import find_chromium
from tests.giving_up import give_up

from .bed import WordPress, find_missing_parts


@pytest.fixture(scope="session")
def wordpress_parts() -> None:
    """Skip with the reasons where a part is missing; fail in CI, where a skipped chapter would go unseen."""
    if missing := find_missing_parts():
        give_up("WordPress", "; ".join(missing))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: the one COOKIEGATE_BROWSER names, else the first on PATH."""
    return find_chromium() or give_up("WordPress", "no Chromium on PATH, and COOKIEGATE_BROWSER names none")


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

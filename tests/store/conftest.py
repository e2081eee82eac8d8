"""An empty store of each engine, and things to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from cookiegate.register.growth import Kept, grow_by, keep_statement
from cookiegate.store import Batch, Change, Grow, Observation, Store, VisitRow, open_store
from tests.databases.asking import ask

SECOND = 1_772_323_200  # 2026-03-01 00:00 UTC


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture
def reader(store: Store, url: str) -> Iterator[Store]:
    """The same store, opened for reading."""
    reader = open_store(url, readonly=True)
    yield reader
    reader.close()


@pytest.fixture
def entries() -> Callable[..., list[Kept]]:
    """Entries for the ledger that say something."""
    return lambda *said: [keep_statement("audit", "audit", {"said": each}, SECOND // 3600) for each in said]


@pytest.fixture
def growth(entries: Callable[..., list[Kept]]) -> Callable[..., Grow]:
    return lambda *said: grow_by(entries(*said))


@pytest.fixture
def visit() -> Callable[..., VisitRow]:
    def make(day: str, path: str = "/", visitor: bytes | None = None, time: int = SECOND) -> VisitRow:
        return VisitRow(time, day, "203.0.113.0/24", path, "", 0, "Firefox 131", "Linux", "desktop", 200, 0, visitor)

    return make


@pytest.fixture
def visits() -> Callable[..., Batch]:
    """A batch of visits and observations."""
    return lambda rows=(), seen=(): Batch(changes=[Change("add_visit", rows), Change("add_observation", seen)])


@pytest.fixture
def finish(url: str) -> Callable[[], None]:
    """Have the figures of all days be final: their visits may go."""

    def finish() -> None:
        with closing(open_store(url)) as store:
            days = [(day,) for day, *_ in store.query("unfinished_days", before="9999", threshold=1)]
            store.write(Batch(changes=[Change("give_up_day", days)]))

    return finish


@pytest.fixture
def seen() -> Callable[..., Observation]:
    return lambda day, path="/", times=1: Observation(day, "host", "cdn.tracker.example", path, times)


@pytest.fixture
def count(url: str) -> Callable[[], int]:
    """How many visits there are, whatever their day."""
    return lambda: int(ask(url, "SELECT count(*) FROM visits")[0][0])

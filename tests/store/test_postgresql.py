"""What is PostgreSQL's own: days as partitions, errors that quote no row, connections that break."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cookiegate.errors import StoreError
from cookiegate.store import Batch, Store, open_store
from tests.databases.asking import ask, break_connections
from tests.register.tree import check_tree, read_records

Make = Callable[..., Any]


@pytest.fixture
def url(postgresql: str) -> str:
    return postgresql


def list_days(url: str) -> list[str]:
    return [name for (name,) in ask(url, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'visits_%' ORDER BY 1")]


def test_each_day_is_a_partition_and_goes_as_one(
    store: Store, url: str, visit: Make, visits: Make, finish: Make
) -> None:
    store.write(visits([visit(f"2026-03-{day:02}") for day in (1, 2, 3, 2, 1) for _ in range(5)]))
    assert list_days(url) == ["visits_20260301", "visits_20260302", "visits_20260303"]
    places = ask(url, "SELECT count(DISTINCT place), min(place) FROM visits")
    assert places == [(25, 1)]
    finish()
    store.purge("visits", "2026-03-03")
    assert list_days(url) == ["visits_20260303"]
    store.write(visits([visit("2026-03-01")]))
    assert list_days(url) == ["visits_20260301", "visits_20260303"]


def test_a_day_that_another_gateway_dropped_is_made_again(
    store: Store, url: str, visit: Make, visits: Make, finish: Make
) -> None:
    store.write(visits([visit("2026-03-01")]))
    finish()
    other = open_store(url)
    other.purge("visits", "2026-03-02")
    other.close()
    with pytest.raises(StoreError, match="no partition"):  # the register opens the store anew, and tries again
        store.write(visits([visit("2026-03-01")]))
    store.close()
    again = open_store(url)
    again.write(visits([visit("2026-03-01")]))
    again.close()
    assert ask(url, "SELECT count(*) FROM visits") == [(1,)]


def test_what_is_no_day_makes_no_table(store: Store, url: str, visit: Make, visits: Make) -> None:
    for day in ("", "2026-3-1", "2026-03-01'); DROP TABLE visits; --", "2026-03-01\n"):
        with pytest.raises(StoreError):
            store.write(visits([visit(day)]))
    assert list_days(url) == []


# Writes visits of ten days, each day's first at the same time as another process.
MAKER = """
import sys
from cookiegate.store import Batch, Change, VisitRow, open_store
store = open_store(sys.argv[1])
for day in range(10, 20):
    row = VisitRow(0, f"2026-03-{day}", "", "/", "", 0, "", "", "desktop", 200, 0, None)
    store.write(Batch(changes=[Change("add_visit", [row])]))
store.close()
"""


def test_gateways_that_make_the_same_days_make_each_once(url: str) -> None:
    open_store(url).close()
    makers = [subprocess.Popen([sys.executable, "-W", "error", "-c", MAKER, url]) for _ in range(4)]
    assert [maker.wait() for maker in makers] == [0] * 4
    assert len(list_days(url)) == 10
    assert ask(url, "SELECT count(*) FROM visits") == [(40,)]


@pytest.mark.parametrize("copies", [1, 50])
def test_an_error_quotes_nothing_of_the_row(store: Store, visit: Make, visits: Make, copies: int) -> None:
    unfit = visit("2026-03-01", "/very-telling-path")._replace(browser=None)
    with pytest.raises(StoreError, match="browser") as refused:
        store.write(visits([unfit] * copies))
    assert "telling" not in str(refused.value)


def test_a_connection_that_broke_is_a_store_error(store: Store, url: str, growth: Make) -> None:
    store.write(Batch(growth("a")))
    break_connections(url)
    for use in (
        lambda: store.query("ledger_size"),
        lambda: store.write(Batch(growth("b"))),
        lambda: store.purge("observations", "2026-03-01"),
        lambda: store.purge("visits", "2026-03-01"),
        store.scrub,
    ):
        with pytest.raises(StoreError):
            use()
    store.close()
    assert len(check_tree(url)) == 1


def test_a_connection_that_breaks_before_commit_stores_nothing(store: Store, url: str, growth: Make) -> None:
    def lose() -> bool:
        with ThreadPoolExecutor(1) as pool:  # an event loop runs in this thread
            pool.submit(break_connections, url).result()
        return True

    with pytest.raises(StoreError):
        store.write(Batch(growth("a")), lose)
    assert read_records(url) == []


@pytest.fixture
def other(url: str, store: Store) -> Iterator[Store]:
    other = open_store(url, readonly=True)
    yield other
    other.close()


def test_the_deleted_is_not_called_gone_while_somebody_may_see_it(store: Store, other: Store, growth: Make) -> None:
    store.write(Batch(growth("a")))
    with other.snapshot():
        assert other.query("ledger_size") == [(1,)]
        assert not store.scrub()
    assert store.scrub()

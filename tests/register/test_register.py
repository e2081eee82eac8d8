"""The register as the request path knows it: what is promised when it answers, and what when it cannot."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.register import Register, visit_from
from tests.register.tree import check_tree

Records = Callable[..., ConsentRecord]
Select = Callable[[str], list[tuple[Any, ...]]]
Recorded = Callable[[], list[str]]
Wait = Callable[[Callable[[], bool]], None]
Held = Callable[[], AbstractContextManager[None]]


def test_making_a_register_touches_nothing(tmp_path: Path, policy: Policy) -> None:
    before = set(threading.enumerate())
    register = Register(f"sqlite:///{tmp_path}/absent/site.db", policy)
    assert register.health()["store"] is True
    assert not list(tmp_path.iterdir())
    assert set(threading.enumerate()) <= before


def test_a_url_that_names_no_known_store_is_told_at_once(policy: Policy) -> None:
    with pytest.raises(StoreError, match="sqlite:///"):
        Register("mysql://db.example/site", policy)


async def fill(register: Register, record: Records, prefix: str, count: int) -> None:
    await asyncio.gather(*(register.record(record(f"{prefix}{number}")) for number in range(count)))


def test_an_acknowledged_record_is_in_the_ledger(register: Register, record: Records, recorded: Recorded) -> None:
    asyncio.run(register.record(record("a")))
    assert recorded() == ["a"]


def test_many_tasks_in_many_threads_record_into_one_tree(
    register: Register, record: Records, recorded: Recorded, url: str
) -> None:
    def work(name: str) -> None:
        asyncio.run(fill(register, record, name, 300))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(recorded()) == sorted(f"{name}{number}" for name in "abcdef" for number in range(300))
    assert len(check_tree(url)) == 1800


def test_records_of_one_task_keep_their_order(register: Register, record: Records, recorded: Recorded) -> None:
    async def decide() -> None:
        for number in range(50):
            register.record_later(record(f"later{number}", "withdrawn"))
            if number % 10 == 0:
                await register.record(record(f"now{number}"))

    asyncio.run(decide())
    register.close()
    expected = []
    for number in range(50):
        expected += [f"later{number}"] + ([f"now{number}"] if number % 10 == 0 else [])
    assert recorded() == expected


@pytest.mark.parametrize("hindrance", ["absent", "directory", "garbage"])
def test_a_grant_is_refused_while_there_is_no_store(
    tmp_path: Path, policy: Policy, record: Records, hindrance: str
) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    if hindrance == "absent":
        url = f"sqlite:///{tmp_path}/absent/site.db"
    elif hindrance == "directory":
        (tmp_path / "site.db").mkdir()
    else:
        (tmp_path / "site.db").write_bytes(b"no database " * 1000)
    register = Register(url, policy)
    with pytest.raises(StoreError):
        asyncio.run(register.record(record("a")))
    assert register.health()["store"] is False
    assert register.health()["error"]
    register.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_grant_is_refused_where_the_directory_is_readonly(tmp_path: Path, policy: Policy, record: Records) -> None:
    tmp_path.chmod(0o500)
    register = Register(f"sqlite:///{tmp_path}/site.db", policy)
    with pytest.raises(StoreError):
        asyncio.run(register.record(record("a")))
    register.close()
    tmp_path.chmod(0o700)


def test_a_record_refused_for_taking_too_long_never_appears(
    register: Register, record: Records, recorded: Recorded, held: Held
) -> None:
    asyncio.run(register.record(record("before")))
    late = pytest.raises(StoreError, match="within 5 seconds")
    with held(), late:
        asyncio.run(register.record(record("refused")))
    asyncio.run(register.record(record("after")))
    register.close()
    assert recorded() == ["before", "after"]


def test_a_record_whose_request_was_cancelled_never_appears(
    register: Register, record: Records, recorded: Recorded, held: Held
) -> None:
    async def cancel() -> None:
        task = asyncio.create_task(register.record(record("cancelled")))
        kept = asyncio.create_task(register.record(record("kept")))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        released.set()
        await kept

    released = threading.Event()
    locked = threading.Event()

    def lock() -> None:
        with held():
            locked.set()
            released.wait()

    holder = threading.Thread(target=lock)
    holder.start()
    locked.wait()
    asyncio.run(cancel())
    holder.join()
    register.close()
    assert recorded() == ["kept"]


def test_cancelled_requests_are_each_recorded_whole_or_not_at_all(
    register: Register, record: Records, recorded: Recorded, url: str
) -> None:
    async def hurry() -> set[str]:
        saved = set()

        async def one(name: str, patience: float) -> None:
            async with asyncio.timeout(patience):
                await register.record(record(name))
            saved.add(name)

        tasks = [one(f"n{number}", number / 100_000) for number in range(1000)]
        await asyncio.gather(*tasks, return_exceptions=True)
        return saved

    saved = asyncio.run(hurry())
    register.close()
    found = recorded()
    assert saved <= set(found)
    assert len(found) == len(set(found))
    assert len(check_tree(url)) == len(found)


def test_a_loop_that_is_gone_does_not_stop_the_writer(register: Register, record: Records, recorded: Recorded) -> None:
    async def leave() -> None:
        task = asyncio.ensure_future(register.record(record("left")))
        await asyncio.sleep(0)
        task.cancel()

    for _ in range(20):
        asyncio.run(leave())
    gc.collect()
    asyncio.run(register.record(record("a")))
    assert recorded()[-1] == "a"


def test_what_does_not_fit_in_the_queue_is_counted(tmp_path: Path, policy: Policy, record: Records) -> None:
    register = Register(f"sqlite:///{tmp_path}/absent/site.db", policy)
    for _ in range(10_050):
        register.record_later(record(event="refused"))
    assert register.health()["queued_decisions"] == 10_000
    assert register.health()["dropped_decisions"] == 50
    with pytest.raises(StoreError, match="too many"):
        asyncio.run(register.record(record("a")))
    register.close()


def test_closing_writes_what_is_queued_and_can_be_done_twice(
    register: Register, policy: Policy, record: Records, recorded: Recorded, select: Select
) -> None:
    for number in range(1500):
        register.record_later(record(f"r{number}", "refused"))
        register.visit(make_visit(policy, f"/{number}"))
    register.observe("host", "cdn.tracker.example", "/")
    register.close()
    register.close()
    assert len(recorded()) == 1500
    assert select("SELECT count(*), count(DISTINCT path) FROM visits") == [(1500, 1500)]
    assert select("SELECT kind, name, path, count FROM observations") == [("host", "cdn.tracker.example", "/", 1)]


def test_a_closed_register_refuses(register: Register, policy: Policy, record: Records, recorded: Recorded) -> None:
    asyncio.run(register.record(record("a")))
    register.close()
    with pytest.raises(StoreError, match="closed"):
        asyncio.run(register.record(record("b")))
    register.record_later(record("c", "refused"))
    register.visit(make_visit(policy, "/"))
    register.observe("host", "cdn.tracker.example", "/")
    assert recorded() == ["a"]
    assert (register.health()["dropped_decisions"], register.health()["dropped_visits"]) == (1, 1)


def make_visit(policy: Policy, path: str) -> Any:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
    return visit_from(
        policy, time=int(time.time()), address="203.0.113.77", path=path, referrer="", agent=agent, status=200
    )


def test_visits_arrive_without_anybody_waiting(
    register: Register, policy: Policy, select: Select, waiting: Wait
) -> None:
    for number in range(1200):
        register.visit(make_visit(policy, f"/{number}"))
    waiting(lambda: register.health()["queued_visits"] == 0)
    waiting(lambda: select("SELECT count(*) FROM visits") == [(1200,)])
    row = select("SELECT address, browser, system, device, status, bot, length(visitor) FROM visits LIMIT 1")
    assert row == [("203.0.113.0/24", "Firefox 131", "Linux", "desktop", 200, 0, 8)]


def test_visits_beyond_the_buffer_are_dropped_and_counted(tmp_path: Path, policy: Policy) -> None:
    register = Register(f"sqlite:///{tmp_path}/absent/site.db", policy)
    visit = make_visit(policy, "/")
    for _ in range(20_700):
        register.visit(visit)
    assert int(register.health()["dropped_visits"]) >= 200  # one batch may be in the writer's hands
    register.close()
    assert register.health()["queued_visits"] == 0
    assert register.health()["dropped_visits"] == 20_700


def test_who_is_erased_is_not_recorded_again_from_what_was_waiting(
    tmp_path: Path, policy: Policy, record: Callable[..., ConsentRecord]
) -> None:
    place = tmp_path / "later"
    place.write_text("no folder yet")
    register = Register(f"sqlite:///{place}/site.db", policy)
    register.record_later(record("hers", "withdrawn"))
    register.record_later(record("his", "withdrawn"))
    time.sleep(0.3)
    register._writer().forget("hers")
    place.unlink()
    place.mkdir()
    register.close()
    connection = sqlite3.connect(place / "site.db")
    kept = [json.loads(person)["consent_id"] for (person,) in connection.execute("SELECT person FROM ledger_records")]
    connection.close()
    assert kept == ["his"]


def test_without_its_key_a_ledger_is_not_continued_under_another(
    tmp_path: Path, policy: Policy, record: Callable[..., ConsentRecord]
) -> None:
    url, key = f"sqlite:///{tmp_path}/site.db", tmp_path / "site.db.ledgerkey"
    first = Register(url, policy)
    asyncio.run(first.record(record("a")))
    first.close()
    copy = key.rename(tmp_path / "copy")
    second = Register(url, policy)
    with pytest.raises(StoreError, match="put it back from its copy"):
        asyncio.run(second.record(record("b")))
    assert not key.exists()
    copy.rename(key)
    time.sleep(0.3)  # tried again with growing pauses
    asyncio.run(second.record(record("c")))
    second.close()

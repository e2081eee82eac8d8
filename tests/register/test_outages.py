"""Stores that fail: what was acknowledged is there afterwards, exactly once, and what was refused is not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.ledgerkey import make_ledger_key
from cookiegate.store import Batch, Store, companion, open_store
from tests.databases.asking import ask
from tests.databases.line import Line
from tests.register.tree import check_tree, read_ids

Records = Callable[..., ConsentRecord]
Wait = Callable[[Callable[[], bool]], None]
# COMMIT takes three seconds, as a server does that waits for its replicas.
SLOW_COMMIT = (
    "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON ledger_leaves DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION wait()",
)


class Shelf:
    """A folder with a SQLite store in it, which can be taken away as a failed mount would be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lost = folder.with_name("lost")
        self.url = f"sqlite:///{folder}/site.db"
        folder.mkdir()

    def cut(self) -> None:
        self._folder.rename(self._lost)

    def mend(self) -> None:
        self._lost.rename(self._folder)


@pytest.fixture
def way(url: str, tmp_path: Path) -> Iterator[Line | Shelf]:
    """The way to a store, which can be cut."""
    if url.startswith("sqlite"):
        yield Shelf(tmp_path / "shelf")
        return
    with Line(url) as line:
        yield line


@pytest.fixture
def line(postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.chdir(tmp_path)
    make_ledger_key(companion(postgresql, ".ledgerkey"), "www.koivurannansaha.example")
    with Line(postgresql) as line:
        yield line


def record_at_last(register: Register, record: ConsentRecord) -> None:
    """Try until it is taken: one that comes while a failure is being told is told of it too."""
    for _ in range(100):
        try:
            return asyncio.run(register.record(record))
        except StoreError:
            continue
    pytest.fail("it was never taken")


def test_withdrawals_wait_for_the_store_and_keep_their_order_while_grants_are_refused(
    way: Line | Shelf, policy: Policy, record: Records
) -> None:
    register = Register(way.url, policy)
    asyncio.run(register.record(record("before")))
    way.cut()
    for number in range(5):
        register.record_later(record(f"withdrawn{number}", "withdrawn"))
        with pytest.raises(StoreError):
            asyncio.run(register.record(record(f"granted{number}")))
    assert register.health()["queued_decisions"] == 5
    assert register.health()["store"] is False
    way.mend()
    record_at_last(register, record("after"))
    register.close()
    assert read_ids(way.url) == ["before", *(f"withdrawn{number}" for number in range(5)), "after"]
    assert len(check_tree(way.url)) == 7


def test_a_store_that_comes_back_is_used_without_being_asked(
    way: Line | Shelf, policy: Policy, record: Records, waiting: Wait
) -> None:
    way.cut()
    register = Register(way.url, policy)
    register.record_later(record("a", "refused"))
    waiting(lambda: register.health()["store"] is False)
    way.mend()
    waiting(lambda: register.health()["queued_decisions"] == 0 and register.health()["store"] is True)
    register.close()
    assert read_ids(way.url) == ["a"]


class Forgetful:
    """A store whose every other COMMIT succeeds without anybody learning of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._commits = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def write(self, batch: Batch, may_commit: Callable[[], bool] = lambda: True) -> bool:
        stored = self._store.write(batch, may_commit)
        self._commits += stored
        if stored and batch.grow and self._commits % 2:
            raise StoreError("the connection broke")
        return stored


def test_what_was_stored_by_a_commit_without_an_answer_is_not_stored_again(
    url: str, policy: Policy, record: Records, monkeypatch: pytest.MonkeyPatch, waiting: Wait
) -> None:
    monkeypatch.setattr("cookiegate.register.writer.open_store", lambda url: Forgetful(open_store(url)))
    register = Register(url, policy)
    for number in range(20):
        register.record_later(record(f"r{number}", "refused"))
        waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(url) == [f"r{number}" for number in range(20)]
    assert len(check_tree(url)) == 20


def begin(line: Line, policy: Policy, record: Records, waiting: Wait) -> Register:
    """A register that has recorded "before", and signed it: the next COMMIT is that of a decision."""
    register = Register(line.url, policy)
    asyncio.run(register.record(record("before")))
    waiting(lambda: ask(line.url, "SELECT count(*) FROM checkpoints") == [(1,)])
    return register


def test_an_answer_to_commit_that_is_lost_on_the_line_loses_and_doubles_nothing(
    line: Line, postgresql: str, policy: Policy, record: Records, waiting: Wait
) -> None:
    register = begin(line, policy, record, waiting)
    for number in range(8):
        line.commits_to_lose = number % 3
        register.record_later(record(f"r{number}", "refused"))
        waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(postgresql) == ["before", *(f"r{number}" for number in range(8))]
    assert len(check_tree(postgresql)) == 9


def test_a_commit_that_goes_on_after_its_line_is_gone_is_waited_for(
    line: Line, postgresql: str, policy: Policy, record: Records, waiting: Wait
) -> None:
    register = begin(line, policy, record, waiting)
    for statement in SLOW_COMMIT:
        ask(postgresql, statement)
    line.commits_to_lose = 1
    register.record_later(record("a", "refused"))
    waiting(lambda: register.health()["store"] is False)
    assert register.health()["queued_decisions"] == 1
    waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(postgresql) == ["before", "a"]


def test_a_grant_whose_commit_got_no_answer_is_refused_and_there_at_most_once(
    line: Line, postgresql: str, policy: Policy, record: Records, waiting: Wait
) -> None:
    register = begin(line, policy, record, waiting)
    line.commits_to_lose = 1
    with pytest.raises(StoreError):
        asyncio.run(register.record(record("granted")))
    record_at_last(register, record("after"))
    register.close()
    assert read_ids(postgresql) in (["before", "granted", "after"], ["before", "after"])
    assert check_tree(postgresql)


def break_connections(url: str, others: str) -> None:
    ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {others}")  # fmt: skip


def test_connections_that_break_at_any_moment_lose_and_double_nothing(
    line: Line, postgresql: str, policy: Policy, record: Records, waiting: Wait
) -> None:
    register = Register(line.url, policy)
    asyncio.run(register.record(record("first")))
    stop = threading.Event()

    def disturb() -> None:
        while not stop.wait(0.3):
            line.commits_to_lose = 1
            break_connections(postgresql, "state <> 'idle'")

    async def decide() -> set[str]:
        saved = set()
        for number in range(400):
            register.record_later(record(f"later{number}", "refused"))
            try:
                await register.record(record(f"now{number}"))
            except StoreError:
                continue
            saved.add(f"now{number}")
        return saved

    with ThreadPoolExecutor(1) as pool:
        disturbance = pool.submit(disturb)
        saved = asyncio.run(decide())
        stop.set()
        disturbance.result()
    line.commits_to_lose = 0
    waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    found = read_ids(postgresql)
    assert len(found) == len(set(found))
    assert saved | {"first"} <= set(found)
    assert [name for name in found if name.startswith("later")] == [f"later{number}" for number in range(400)]
    assert len(check_tree(postgresql)) == len(found)
    assert register.health()["dropped_decisions"] == 0


def end_in_doubt(register: Register, line: Line, record: Records, waiting: Wait) -> None:
    """Close it while nobody knows what became of a refusal, with no store in reach."""
    line.commits_to_lose = 1
    cutting = threading.Thread(target=lambda: (waiting(lambda: line.commits_to_lose == 0), line.cut()))
    cutting.start()
    register.record_later(record("a", "refused"))
    cutting.join()
    register.close()


def test_a_refusal_of_which_nobody_knows_at_the_end_is_found_out_about_by_the_next(
    line: Line, policy: Policy, record: Records, waiting: Wait
) -> None:
    register = begin(line, policy, record, waiting)
    end_in_doubt(register, line, record, waiting)
    assert register.health()["dropped_decisions"] == 0
    line.mend()
    after = Register(line.url, policy)
    asyncio.run(after.record(record("after")))
    after.close()
    assert read_ids(line.url) == ["before", "a", "after"]


def test_refusals_that_cannot_be_kept_anywhere_are_counted(
    line: Line, policy: Policy, record: Records, waiting: Wait, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(base: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("cookiegate.register.spool.make_spool_file", fail)
    register = begin(line, policy, record, waiting)
    end_in_doubt(register, line, record, waiting)
    health = register.health()
    assert (health["dropped_decisions"], health["queued_decisions"]) == (1, 0)
    assert "1 refusals or withdrawals could not be recorded" in caplog.text


def test_another_gateway_that_holds_the_ledger_is_waited_for(
    url: str, register: Register, record: Records, held: Callable[[], AbstractContextManager[None]], waiting: Wait
) -> None:
    asyncio.run(register.record(record("before")))
    with held():
        register.record_later(record("a", "refused"))
        assert register.health()["queued_decisions"] <= 1
    waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(url) == ["before", "a"]

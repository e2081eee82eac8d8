"""While the store is down, what nobody waits for is on disk; it is stored once, first, by whoever comes next."""

from __future__ import annotations

import asyncio
import os
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.register import Register, erase_subject
from cookiegate.register.spool import Spool
from tests.register.spooled import Outage, list_files, make_ticket, read_all
from tests.register.tree import check_tree, read_ids

Records = Callable[..., ConsentRecord]
Wait = Callable[[Callable[[], bool]], None]
Held = Callable[[], AbstractContextManager[None]]


@contextmanager
def forbid_writing() -> Iterator[None]:
    """As though the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_waits_is_on_disk_readable_to_its_owner_alone_and_gone_when_it_is_stored(
    url: str, policy: Policy, record: Records, outage: Outage, waiting: Wait
) -> None:
    register = Register(url, policy)
    for number in range(5):
        register.record_later(record(f"r{number}", "withdrawn"))
    register.record_later(record("", "refused"))
    waiting(lambda: register.health()["spooled_decisions"] == 6)
    (file,) = list_files(url)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_bytes().splitlines()) == 6
    with pytest.raises(StoreError):
        asyncio.run(register.record(record("granted")))
    assert b"granted" not in file.read_bytes()
    outage.down = False
    waiting(lambda: register.health()["spooled_decisions"] == register.health()["queued_decisions"] == 0)
    waiting(lambda: not list_files(url))
    register.close()
    assert read_ids(url) == [*(f"r{number}" for number in range(5)), ""]
    assert register.health()["spool"] == ""


def test_while_the_store_works_nothing_is_spooled(url: str, register: Register, record: Records) -> None:
    for number in range(20):
        register.record_later(record(f"r{number}", "withdrawn"))
        assert list_files(url) == []
    register.close()
    assert list_files(url) == []


def test_what_a_gateway_could_not_store_before_it_ended_is_stored_first_by_the_next(
    url: str, policy: Policy, record: Records, outage: Outage, waiting: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    first = Register(url, policy)
    for number in range(3):
        first.record_later(record(f"first{number}", "withdrawn"))
    waiting(lambda: first.health()["spooled_decisions"] == 3)
    first.close()
    assert first.health()["dropped_decisions"] == 0
    assert "3 refusals or withdrawals wait on disk for the next start" in caplog.text
    second = Register(url, policy)  # and this one finds no store either
    second.record_later(record("second", "withdrawn"))
    waiting(lambda: second.health()["spooled_decisions"] == 4)
    assert len(list_files(url)) == 2
    second.close()
    outage.down = False
    third = Register(url, policy)
    asyncio.run(third.record(record("third")))
    third.close()
    assert read_ids(url) == ["first0", "first1", "first2", "second", "third"]
    assert list_files(url) == []
    assert check_tree(url)


def test_what_a_store_that_hangs_has_not_taken_when_the_gateway_ends_is_stored_once_by_the_next(
    url: str, policy: Policy, record: Records, waiting: Wait, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiegate.register.writer._CLOSING_SECONDS", 0.5)
    monkeypatch.setattr("cookiegate.register.upkeep._SIGNING", 3600.0)
    register = Register(url, policy)
    for name in ("a", "b"):  # with the first comes what the writer does once
        asyncio.run(register.record(record(name)))
    with held():
        register.record_later(record("first", "withdrawn"))
        waiting(lambda: register.health()["queued_decisions"] == 0)  # the writer has it, and waits for the ledger
        register.record_later(record("second", "withdrawn"))
        register.close()
        (file,) = list_files(url)
        left = file.read_bytes()
        assert len(left.splitlines()) == 2
    waiting(lambda: not list_files(url))  # this process lives on, and so does its writer
    file.write_bytes(left)  # as though it had died just before it removed the file
    after = Register(url, policy)
    asyncio.run(after.record(record("third")))
    after.close()
    assert read_ids(url) == ["a", "b", "first", "second", "third"]
    assert list_files(url) == []


def test_the_file_of_a_process_that_lives_is_left_to_it(url: str, policy: Policy, record: Records, outage: Outage,
                                                        waiting: Wait) -> None:  # fmt: skip
    first, second = Register(url, policy), Register(url, policy)
    first.record_later(record("first", "withdrawn"))
    waiting(lambda: first.health()["spooled_decisions"] == 1)
    second.record_later(record("second", "withdrawn"))
    waiting(lambda: second.health()["spooled_decisions"] == 1)
    outage.down = False
    for register in (first, second):
        waiting(lambda register=register: register.health()["spooled_decisions"] == 0)  # type: ignore[misc]
        register.close()
    assert sorted(read_ids(url)) == ["first", "second"]


def test_a_forked_child_leaves_its_parents_file_alone(url: str, policy: Policy, record: Records, outage: Outage,
                                                      waiting: Wait, tmp_path: Path) -> None:  # fmt: skip
    script = """
import os, sys, time
from cookiegate.errors import StoreError
from cookiegate.register import Register, writer
from tests.register.conftest import make_policy, make_record

def fail(url):
    raise StoreError("down")

writer.open_store = fail
register = Register(sys.argv[1], make_policy())

def keep(name, register):
    register.record_later(make_record(name, "withdrawn"))
    while register.health()["spooled_decisions"] != 1:
        time.sleep(0.01)

keep("parent", register)
child = os.fork()
if not child:
    keep("child", register)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os.kill(os.getpid(), 9)
"""
    root = str(Path(__file__).resolve().parents[2])
    ended = subprocess.run([sys.executable, "-c", script, url], env={**os.environ, "PYTHONPATH": root}, timeout=60)
    assert ended.returncode == -9
    assert len(list_files(url)) == 2
    outage.down = False
    register = Register(url, policy)
    asyncio.run(register.record(record("last")))
    register.close()
    assert read_ids(url) == ["parent", "child", "last"]


def test_erasing_a_visitor_takes_along_what_a_dead_gateway_left_and_what_waits(
    url: str, policy: Policy, record: Records, outage: Outage, waiting: Wait
) -> None:
    dead = Spool(url)
    outage.down = False
    before = Register(url, policy)
    asyncio.run(before.record(record("hers")))
    before.close()
    outage.down = True
    register = Register(url, policy)
    register.record_later(record("hers", "withdrawn"))
    waiting(lambda: register.health()["spooled_decisions"] == 1)
    dead.keep([make_ticket(record(name, "withdrawn")) for name in ("hers", "his")], 0)
    dead.close()
    asyncio.run(register.erase("hers", ()))
    assert b"hers" not in read_all(list_files(url))
    outage.down = False
    waiting(lambda: register.health()["spooled_decisions"] == 0)
    register.close()
    after = Register(url, policy)
    asyncio.run(after.record(record("last")))
    after.close()
    assert read_ids(url) == ["", "his", "last"]


def test_an_erasure_that_fails_loses_nothing(
    url: str, policy: Policy, record: Records, outage: Outage, waiting: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register(url, policy)
    register.record_later(record("hers", "withdrawn"))
    waiting(lambda: register.health()["spooled_decisions"] == 1)

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the store is down")

    monkeypatch.setattr("cookiegate.register.register.erase_subject", fail)
    with pytest.raises(StoreError):
        asyncio.run(register.erase("hers", ()))
    outage.down = False
    waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(url) == ["hers"]


def test_what_was_stored_and_erased_before_a_crash_does_not_come_back(
    url: str, policy: Policy, record: Records
) -> None:
    """The process died between COMMIT and the removal of its file; the person was erased before the next one began."""
    ticket = make_ticket(record("hers", "withdrawn"))
    spool = Spool(url)
    spool.keep([ticket], 0)
    spool.close()
    kept = {file: file.read_bytes() for file in list_files(url)}
    first = Register(url, policy)
    asyncio.run(first.record(record("a")))
    first.close()
    assert erase_subject(url, first.find_subject("hers"), time.time(), whole=True, recipients=())
    for file, content in kept.items():
        file.write_bytes(content)
    second = Register(url, policy)
    asyncio.run(second.record(record("b")))
    second.close()
    assert read_ids(url) == ["a", "b"]


def test_a_full_disk_is_said_and_what_waits_goes_on_waiting_in_memory(
    tmp_path: Path, policy: Policy, record: Records, outage: Outage, waiting: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    register = Register(url, policy)
    with forbid_writing():
        register.record_later(record("a", "withdrawn"))
        waiting(lambda: register.health()["spool"] != "")
        assert register.health()["spooled_decisions"] == 0
        assert register.health()["queued_decisions"] == 1
    assert "decisions wait in memory alone" in caplog.text
    waiting(lambda: register.health()["spooled_decisions"] == 1)
    assert register.health()["spool"] == ""
    (file,) = tmp_path.glob("*.spool.*")
    with forbid_writing():  # half a line may be taken before the disk is full
        register.record_later(record("b", "withdrawn"))
        waiting(lambda: register.health()["spool"] != "")
    waiting(lambda: register.health()["spooled_decisions"] == 2)
    assert len(file.read_bytes().splitlines()) == 2
    outage.down = False
    waiting(lambda: register.health()["queued_decisions"] == 0)
    register.close()
    assert read_ids(url) == ["a", "b"]

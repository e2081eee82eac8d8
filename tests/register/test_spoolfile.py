"""What lies in the files of the spool, and what is left of it: torn lines, erased people, removed files."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.register import Register, forget_spooled
from cookiegate.register import spool as spool_module
from cookiegate.register.spool import Spool
from tests.register.spooled import ids, list_files, make_ticket, read_all

Records = Callable[..., ConsentRecord]


def test_a_last_line_that_is_torn_is_left_out_with_a_warning(
    tmp_path: Path, record: Records, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    spool = Spool(url)
    spool.keep([make_ticket(record(name, "withdrawn")) for name in ("a", "b", "c")], 7)
    spool.close()
    (file,) = tmp_path.glob("site.db.spool.*")
    whole = file.read_bytes()
    for cut in range(len(whole) - len(whole.splitlines()[-1]) - 1, len(whole) - 1, 40):
        file.write_bytes(whole[:cut])
        caplog.clear()
        again = Spool(url)
        with caplog.at_level(logging.WARNING):
            assert ids(again.adopt()) == ["a", "b"]
        assert ("a line that is not whole was left out" in caplog.text) == (not whole[:cut].endswith(b"\n"))
        again.close()


def test_a_line_in_which_a_single_bit_is_another_is_left_out(tmp_path: Path, record: Records) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    spool = Spool(url)
    spool.keep([make_ticket(record("a", "withdrawn"))], 7)
    spool.close()
    (file,) = tmp_path.glob("site.db.spool.*")
    whole = file.read_bytes()
    for place in range(len(whole) - 1):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        again = Spool(url)
        assert ids(again.adopt()) == [], file.read_bytes()
        again.close()


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b"7", b"\0" * 50, b'{"kind": "decision"}', b"[" * 100_000, b"\xff\xfe", b'"' + b"x" * 9999 + b'"'],
)
def test_what_is_no_decision_stops_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "site.db.spool.1").write_bytes(line + b"\n")
    spool = Spool(f"sqlite:///{tmp_path}/site.db")
    assert ids(spool.adopt()) == []
    spool.release([])
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_stops_nothing_and_is_left_where_it_is(
    tmp_path: Path, policy: Policy, record: Records, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(tmp_path / "site.db.spool.1")
    (tmp_path / "site.db.spool.2").mkdir()
    register = Register(f"sqlite:///{tmp_path}/site.db", policy)
    asyncio.run(register.record(record("a")))
    register.close()
    assert caplog.text.count("may hold decisions that were never stored, and cannot be read") == 2
    assert len(list(tmp_path.glob("*.spool.*"))) == 2


def test_nobody_is_erased_while_a_file_that_may_hold_something_of_them_cannot_be_read(
    tmp_path: Path, record: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that another user runs than the gateway's."""
    url = f"sqlite:///{tmp_path}/site.db"
    spool = Spool(url)
    spool.keep([make_ticket(record("hers", "withdrawn"))], 0)
    spool.close()
    reads = os.open

    def refuse(path: Path, *how: int) -> int:
        if ".spool." in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return reads(path, *how)

    with monkeypatch.context() as as_another_user:
        as_another_user.setattr(os, "open", refuse)
        with pytest.raises(StoreError, match="Permission denied"):
            forget_spooled(url, "hers")
    forget_spooled(url, "hers")
    assert ids(Spool(url).adopt()) == []


def test_a_folder_that_cannot_be_synchronised_takes_a_file_all_the_same(
    tmp_path: Path, record: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on some network file systems, or where the folder may be written and not read."""
    synchronise = os.fsync

    def fail_for_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        synchronise(descriptor)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    monkeypatch.setattr(spool_module, "_AGAIN", 0.0)
    spool = Spool(f"sqlite:///{tmp_path}/site.db")
    for name in ("a", "b", "c"):
        spool.keep([make_ticket(record(name, "withdrawn"))], 0)
    assert (len(spool), spool.error) == (3, "")
    assert len(list(tmp_path.iterdir())) == 1
    spool.close()


def test_what_is_removed_was_overwritten(tmp_path: Path, record: Records) -> None:
    spool = Spool(f"sqlite:///{tmp_path}/site.db")
    spool.keep([make_ticket(record("very-own-id", "withdrawn"))], 0)
    (file,) = tmp_path.glob("site.db.spool.*")
    os.link(file, tmp_path / "same-bytes")
    assert b"very-own-id" in (tmp_path / "same-bytes").read_bytes()
    spool.release([])
    assert not file.exists()
    assert (tmp_path / "same-bytes").read_bytes().strip() == b""


def test_of_who_is_erased_no_byte_stays_and_the_others_do(url: str, record: Records) -> None:
    tickets = [make_ticket(record(name, "withdrawn")) for name in ("his", "hers", "theirs", "hers")]
    spool = Spool(url)
    spool.keep(tickets, 0)
    spool.forget("hers")
    (file,) = list_files(url)
    for ticket in tickets:
        sealed = ticket.sealed
        assert sealed.person
        assert sealed.person_salt
        there = ticket.consent_id != "hers"
        for part in (sealed.person, sealed.person_salt.hex().encode(), sealed.salt.hex().encode()):
            assert (part.replace(b'"', b'\\"') in file.read_bytes()) == there
    spool.close()
    assert ids(Spool(url).adopt()) == ["his", "theirs"]


def test_what_waits_for_one_shared_store_is_not_taken_over_for_another(
    tmp_path: Path, record: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spool = Spool("postgresql://aino:old@db.example:5432/kello?sslmode=require")
    spool.keep([make_ticket(record("hers", "withdrawn"))], 0)
    spool.close()
    for url in ("postgresql://db.example:5432/saha", "postgresql://aino:old@db2.example:5432/kello"):
        assert ids(Spool(url).adopt()) == []
        forget_spooled(url, "hers")
    assert ids(Spool("postgresql://otso:new@db.example:5432/kello").adopt()) == ["hers"]


def test_who_is_erased_is_not_put_on_disk_afterwards(url: str, record: Records) -> None:
    ticket = make_ticket(record("hers", "withdrawn"))
    ticket.abandoned = True
    spool = Spool(url)
    spool.keep([ticket], 0)
    assert list_files(url) == []


def test_a_person_is_erased_from_the_files_of_the_dead_and_the_living_are_waited_for(
    url: str, record: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, living = Spool(url), Spool(url)
    dead.keep([make_ticket(record(name, "withdrawn")) for name in ("hers", "his")], 0)
    dead.close()
    forget_spooled(url, "hers")
    assert b"hers" not in read_all(list_files(url))
    assert b"his" in read_all(list_files(url))

    living.keep([make_ticket(record("hers", "withdrawn"))], 0)
    later = threading.Timer(0.3, lambda: living.release([]))
    later.start()
    forget_spooled(url, "hers")
    later.join()
    assert b"hers" not in read_all(list_files(url))

    monkeypatch.setattr(spool_module, "_PATIENCE", 0.2)
    living.keep([make_ticket(record("hers", "withdrawn"))], 0)
    with pytest.raises(StoreError, match="try again in a minute"):
        forget_spooled(url, "hers")
    forget_spooled(url, "nobody")
    living.close()


def test_its_size_is_bounded(tmp_path: Path, record: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST_LINES", 3)
    monkeypatch.setattr(spool_module, "_AGAIN", 0.0)
    spool = Spool(f"sqlite:///{tmp_path}/site.db")
    tickets = [make_ticket(record(str(number), "withdrawn")) for number in range(5)]
    spool.keep(tickets, 0)
    spool.keep(tickets, 0)
    assert len(spool) == 3
    assert "is full" in spool.error
    spool.release(tickets[3:])
    assert spool.error == ""
    spool.keep(tickets[3:], 0)
    (file,) = tmp_path.glob("*.spool.*")
    assert len(file.read_bytes().splitlines()) == 2
    spool.close()

"""Signing the ledger: only what continues everything that was signed before; and the site goes on without."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from cookiegate.consent import EMPTY_ROOT, Checkpoint, ConsentRecord, read_checkpoint
from cookiegate.errors import LedgerError
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.growth import grow_by, keep_statement
from cookiegate.register.ledgerkey import LedgerKey, load_ledger_key, make_ledger_key, rotate_ledger_key
from cookiegate.register.signer import Signer
from cookiegate.store import Batch, Store, companion
from tests.databases.asking import ask
from tests.register.tree import check_tree, is_included, read_ids

Records = Callable[..., ConsentRecord]
Wait = Callable[[Callable[[], bool]], None]
NOW = 1_772_323_200.0  # midnight UTC
DAY = 86_400


def grow(store: Store, leaves: int) -> None:
    store.write(Batch(grow_by([keep_statement("audit", "audit", {}, 1) for _ in range(leaves)])))


@pytest.fixture
def key(tmp_path: Path) -> LedgerKey:
    return make_ledger_key(tmp_path / "own.ledgerkey", "www.koivurannansaha.example")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "last.checkpoint"


def test_a_ledger_is_signed_as_it_grows(store: Store, key: LedgerKey, file: Path, url: str) -> None:
    signer = Signer(key, file)
    assert signer.sign(store, NOW) == Checkpoint("www.koivurannansaha.example", 0, EMPTY_ROOT)
    signed = []
    for day, leaves in enumerate((1, 255, 1, 400), 1):
        grow(store, leaves)
        signed.append(signer.sign(store, NOW + day * DAY))
        assert read_checkpoint(file.read_bytes(), key.verifiers) == signed[-1]
    assert [checkpoint.size for checkpoint in signed] == [1, 256, 257, 657]
    assert signer.sign(store, NOW + 5 * DAY) == signed[-1]
    assert [size for size, _ in store.stream("checkpoints")] == [0, 1, 256, 257, 657]
    for size, note in store.stream("checkpoints"):
        assert isinstance(note, bytes)
        assert all(is_included(url, seq, note, key.verifiers[0]) for seq in (0, 100, 256, 656) if seq < int(str(size)))


def test_of_each_day_the_newest_checkpoint_is_kept(store: Store, key: LedgerKey, file: Path) -> None:
    signer = Signer(key, file)
    for moment in (NOW - 1, NOW, NOW + 60, NOW + DAY - 1, NOW + DAY, NOW + DAY + 1):
        grow(store, 1)
        signer.sign(store, moment)
    assert [size for size, _ in store.stream("checkpoints")] == [1, 4, 6]
    grow(store, 1)
    signer.sign(store, NOW)  # a clock that was set back takes along none of more leaves
    assert [size for size, _ in store.stream("checkpoints")] == [1, 6, 7]


def test_a_smaller_ledger_is_not_signed(store: Store, key: LedgerKey, file: Path, url: str) -> None:
    grow(store, 5)
    head = ask(url, "SELECT size, frontier FROM ledger_head")[0]
    grow(store, 5)
    Signer(key, file).sign(store, NOW)
    before = file.read_bytes()
    ask(url, "DELETE FROM ledger_leaves WHERE seq >= 5")
    ask(url, f"UPDATE ledger_head SET size = 5, frontier = {quote(url, head[1])}")
    for known in ("both", "file", "store"):
        if known == "file":
            ask(url, "DELETE FROM checkpoints")
        if known == "store":
            file.unlink()
            store.write(Batch())
            ask(url, f"INSERT INTO checkpoints (size, time, note) VALUES (10, 1, {quote(url, before)})")
        with pytest.raises(LedgerError, match="cut short"):
            Signer(key, file).sign(store, NOW)


def quote(url: str, data: bytes) -> str:
    return f"x'{data.hex()}'" if url.startswith("sqlite") else f"'\\x{data.hex()}'::bytea"


@pytest.mark.parametrize("table", ["ledger_leaves", "ledger_tiles"])
def test_an_altered_ledger_is_not_signed(store: Store, key: LedgerKey, file: Path, url: str, table: str) -> None:
    grow(store, 300)
    Signer(key, file).sign(store, NOW)
    before = file.read_bytes()
    if table == "ledger_leaves":
        ask(url, "UPDATE ledger_leaves SET leaf = (SELECT leaf FROM ledger_leaves WHERE seq = 0) WHERE seq = 290")
    else:
        ask(url, f"UPDATE ledger_tiles SET root = {quote(url, b'r' * 32)}")
    grow(store, 1)
    with pytest.raises(LedgerError, match="not those that were signed before"):
        Signer(key, file).sign(store, NOW)
    assert file.read_bytes() == before


def test_leaves_that_are_gone_are_noticed(store: Store, key: LedgerKey, file: Path, url: str) -> None:
    grow(store, 10)
    Signer(key, file).sign(store, NOW)
    ask(url, "DELETE FROM ledger_leaves WHERE seq = 4")
    with pytest.raises(LedgerError, match="not all there"):
        Signer(key, file).sign(store, NOW)


def test_a_checkpoint_of_another_ledger_or_key_is_noticed(
    store: Store, key: LedgerKey, file: Path, tmp_path: Path
) -> None:
    Signer(make_ledger_key(tmp_path / "other", "www.toinen.example"), file).sign(store, NOW)
    with pytest.raises(LedgerError, match="none of the known keys"):
        Signer(key, file).sign(store, NOW)


def test_a_new_key_continues_what_the_older_signed(store: Store, key: LedgerKey, file: Path, tmp_path: Path) -> None:
    grow(store, 3)
    Signer(key, file).sign(store, NOW)
    grow(store, 3)
    newer = rotate_ledger_key(tmp_path / "own.ledgerkey")
    assert Signer(newer, file).sign(store, NOW).size == 6
    assert read_checkpoint(file.read_bytes(), newer.verifiers[:1]).size == 6
    assert newer.index == key.index
    assert load_ledger_key(tmp_path / "own.ledgerkey") == newer


def test_after_a_rotation_the_same_leaves_are_signed_anew(
    store: Store, key: LedgerKey, file: Path, tmp_path: Path
) -> None:
    grow(store, 3)
    signed = Signer(key, file).sign(store, NOW)
    newer = rotate_ledger_key(tmp_path / "own.ledgerkey")
    for _ in range(2):
        assert Signer(newer, file).sign(store, NOW + DAY) == signed
        for note in (file.read_bytes(), store.query("last_checkpoint")[0][1]):
            assert isinstance(note, bytes)
            assert read_checkpoint(note, newer.verifiers[:1]) == signed
    assert [size for size, _ in store.stream("checkpoints")] == [3]


class Busy:
    """A store that another gateway lets grow, and signs, after each look at it."""

    def __init__(self, store: Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def query(self, name: str, **parameters: int) -> object:
        rows = self._store.query(name, **parameters)
        grow(self._store, 3)
        self._signer.sign(self._store, NOW)
        return rows


def test_another_gateway_that_signs_meanwhile_is_no_alarm(
    store: Store, key: LedgerKey, file: Path, tmp_path: Path, url: str
) -> None:
    grow(store, 250)
    busy = Busy(store, Signer(key, tmp_path / "other.checkpoint"))
    for _ in range(5):
        Signer(key, file).sign(busy, NOW)  # type: ignore[arg-type]
    assert check_tree(url)


def test_keys_that_are_made_at_once_are_one_key(tmp_path: Path) -> None:
    for number in range(30):
        file, together = tmp_path / f"{number}.ledgerkey", Barrier(8)

        def make(file: Path = file, together: Barrier = together) -> LedgerKey:
            together.wait()
            return make_ledger_key(file, "www.koivurannansaha.example")

        with ThreadPoolExecutor(8) as pool:
            keys = [made.result() for made in [pool.submit(make) for _ in range(8)]]
        assert len({key.index for key in keys}) == 1
    assert len(list(tmp_path.iterdir())) == 30


def test_an_old_copy_put_back_under_a_running_site_is_said_aloud_and_the_site_goes_on(
    tmp_path: Path, policy: Policy, record: Records, waiting: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    url, file = f"sqlite:///{tmp_path}/site.db", tmp_path / "site.db"
    register = Register(url, policy)
    asyncio.run(register.record(record("a")))
    register.close()
    shutil.copy(file, tmp_path / "backup")
    register = Register(url, policy)
    asyncio.run(register.record(record("b")))
    asyncio.run(register.record(record("c")))
    register.close()
    keys = load_ledger_key(companion(url, ".ledgerkey")).verifiers
    signed = read_checkpoint(companion(url, ".checkpoint").read_bytes(), keys)
    register = Register(url, policy)
    asyncio.run(register.record(record("d")))
    for name in ("site.db-wal", "site.db-shm"):
        (tmp_path / name).unlink()
    (tmp_path / "backup").replace(file)
    register.record_later(record("e", "withdrawn"))
    waiting(lambda: register.health()["queued_decisions"] == 0)
    asyncio.run(register.record(record("f")))
    with caplog.at_level(logging.ERROR):
        register.close()
    assert "cut short" in str(register.health()["ledger"]) or "not those that were signed" in str(
        register.health()["ledger"]
    )
    assert "the consent ledger was not signed" in caplog.text
    assert register.health()["store"] is True
    assert read_ids(url) == ["a", "e", "f"]
    last = read_checkpoint(companion(url, ".checkpoint").read_bytes(), keys)
    assert last.size >= signed.size  # what was signed stays as evidence


def test_rows_deleted_under_a_running_site_are_said_aloud_and_the_site_goes_on(
    url: str, register: Register, record: Records, waiting: Wait
) -> None:
    for name in "abc":
        asyncio.run(register.record(record(name)))
    waiting(lambda: companion(url, ".checkpoint").exists())
    ask(url, "DELETE FROM ledger_leaves WHERE seq = 1")
    asyncio.run(register.record(record("d")))
    waiting(lambda: register.health()["ledger"] != "")
    assert "not all there" in str(register.health()["ledger"])
    asyncio.run(register.record(record("e")))
    register.close()
    assert register.health()["store"] is True
    assert ask(url, "SELECT size FROM ledger_head") == [(5,)]

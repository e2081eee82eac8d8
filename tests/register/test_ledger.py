"""What is acknowledged is on the tree, proven against a signed checkpoint, with the words that were shown."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from cookiegate.consent import ConsentRecord, VerifierKey, read_checkpoint
from cookiegate.errors import LedgerError, StoreError
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.declaration import declare
from cookiegate.register.growth import find_subject
from cookiegate.register.ledgerkey import load_ledger_key
from cookiegate.store import companion, open_store
from tests.databases.asking import ask
from tests.register.tree import check_tree, is_included, read_records

Records = Callable[..., ConsentRecord]
Wait = Callable[[Callable[[], bool]], None]
BANNERS = {("banner", "fi"): "<p>Evästeet".encode(), ("banner", "en"): b"<p>Cookies", ("policy", ""): b"<h1>Policy"}


def hash_of(words: bytes) -> str:
    return hashlib.sha256(words).hexdigest()


def read_size(url: str, key: VerifierKey) -> int:
    try:
        return read_checkpoint(companion(url, ".checkpoint").read_bytes(), [key]).size
    except FileNotFoundError:
        return 0


def test_an_acknowledged_decision_is_proven_to_be_on_the_ledger(
    register: Register, url: str, record: Records, verifier: Callable[[], VerifierKey]
) -> None:
    async def decide() -> None:
        await asyncio.gather(*(register.record(record(f"a{number}")) for number in range(300)))

    asyncio.run(decide())
    register.close()
    note = companion(url, ".checkpoint").read_bytes()
    assert read_checkpoint(note, [verifier()]).size == 300
    for found in read_records(url):
        assert is_included(url, found.seq, note, verifier())
    store = open_store(url, readonly=True)
    assert store.query("last_checkpoint") == [(300, note)]
    store.close()


def test_a_checkpoint_follows_a_decision_without_anybody_asking(
    register: Register, url: str, record: Records, verifier: Callable[[], VerifierKey], waiting: Wait
) -> None:
    for size in (1, 2):  # the second long before the minute at which everything is looked at
        asyncio.run(register.record(record("a")))
        waiting(lambda size=size: read_size(url, verifier()) == size)  # type: ignore[misc]
    assert register.health()["ledger"] == ""


def test_the_records_of_a_person_are_found_under_their_subject(register: Register, url: str, record: Records) -> None:
    for name in ("a", "b", "a"):
        asyncio.run(register.record(record(name)))
    register.record_later(record("", "refused"))
    register.close()
    index = load_ledger_key(companion(url, ".ledgerkey")).index
    store = open_store(url, readonly=True)
    assert [row[0] for row in store.query("records_of", subject=find_subject(index, "a"))] == [0, 2]
    assert store.query("records_of", subject=find_subject(index, "")) == []
    assert store.query("records_of", subject=find_subject(b"x" * 32, "a")) == []
    store.close()


def test_each_decision_leads_to_the_words_that_were_shown(url: str, policy: Policy, record: Records) -> None:
    for _ in range(2):  # once, however often it starts
        register = Register(url, policy, shown=lambda: BANNERS)
        for (kind, _), words in BANNERS.items():
            if kind == "banner":
                asyncio.run(register.record(record("a", banner=hash_of(words))))
        register.close()
    statement, *decisions = read_records(url)
    assert statement.event == "policy"
    assert statement.said["policy_version"] == policy.version
    assert statement.said["shown"] == {
        "banner:fi": hash_of(BANNERS["banner", "fi"]),
        "banner:en": hash_of(BANNERS["banner", "en"]),
        "policy": hash_of(BANNERS["policy", ""]),
    }
    assert [leaf.kind for leaf in check_tree(url)] == ["policy"] + ["decision"] * 4
    store = open_store(url, readonly=True)
    for decision in decisions:
        ((kind, _, body),) = store.query("shown", hash=decision.said["banner"])
        assert kind == "banner"
        assert body in BANNERS.values()
    assert len(store.query("shown_hashes")) == 3
    store.close()


def test_other_words_are_declared_beside_the_known(url: str) -> None:
    store = open_store(url)
    declare(store, "v1", BANNERS, 1_772_323_200.0)
    declare(store, "v1", BANNERS, 1_772_326_800.0)
    declare(store, "v2", BANNERS | {("banner", "fi"): b"<p>Toiset"}, 1_772_330_400.5)
    kept = dict(ask(url, "SELECT hash, time FROM shown"))
    store.close()
    assert [found.said["policy_version"] for found in read_records(url)] == ["v1", "v2"]
    assert [found.said["time"] for found in read_records(url)] == [1_772_323_200_000, 1_772_330_400_500]
    assert kept[hash_of(b"<p>Toiset")] == 1_772_330_400
    assert list(kept.values()).count(1_772_323_200) == 3


def test_words_that_cannot_be_had_stop_the_decisions_and_are_said(url: str, policy: Policy, record: Records) -> None:
    def fail() -> dict[tuple[str, str], bytes]:
        raise StoreError("the banner is gone")

    register = Register(url, policy, shown=fail)
    with pytest.raises(StoreError, match="the banner is gone"):
        asyncio.run(register.record(record("a")))
    register.close()
    assert check_tree(url) == []


def test_a_key_that_others_may_read_is_refused(url: str, policy: Policy, record: Records) -> None:
    register = Register(url, policy)
    asyncio.run(register.record(record("a")))
    register.close()
    file = companion(url, ".ledgerkey")
    assert file.stat().st_mode & 0o777 == 0o600
    for mode in (0o644, 0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(LedgerError, match="chmod 600"):
            Register(url, policy)
    file.chmod(0o400)
    Register(url, policy).close()


def test_a_shared_store_or_a_named_key_is_not_used_without_its_key(url: str, policy: Policy) -> None:
    with pytest.raises(LedgerError, match="COOKIEGATE_LEDGER_KEY"):
        Register(url, policy, ledger_key="absent.key")
    if not url.startswith("sqlite"):
        companion(url, ".ledgerkey").unlink()
        with pytest.raises(LedgerError, match="cookiegate keys new"):
            Register(url, policy)


def test_key_and_checkpoint_lie_where_they_are_told_to(url: str, policy: Policy, record: Records) -> None:
    register = Register(url, policy)
    asyncio.run(register.record(record("a")))
    register.close()
    moved = companion(url, ".ledgerkey").rename(companion(url, ".elsewhere"))
    register = Register(url, policy, ledger_key=str(moved), checkpoint="signed/last")
    asyncio.run(register.record(record("b")))  # there is no such folder: the site goes on, and health says so
    register.close()
    assert "last checkpoint cannot be kept" in str(register.health()["ledger"])
    assert len(check_tree(url)) == 2

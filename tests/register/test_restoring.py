"""An older copy that was put back: accepted knowingly, with its erasures done again, or not at all."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from cookiegate.consent import read_checkpoint
from cookiegate.errors import LedgerError, StoreError
from cookiegate.policy import Policy
from cookiegate.register import (
    Register,
    Retention,
    accept_restore,
    erase_subject,
    find_subject,
    load_ledger_key,
    look_at_restore,
)
from cookiegate.register.restoring import Restored
from cookiegate.register.signer import Signer
from cookiegate.reports import Verification, write_bundle
from cookiegate.store import open_store
from tests.register.tree import read_records
from tests.reports.ledger import NOW, Shelf, make_record

LATER = NOW + 3 * 86_400


class Site(Shelf):
    """A ledger of twenty-one leaves, of which a copy was made; then people came, and people were erased."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "site.db")
        self.declare()
        self.keep(*map(make_record, range(1, 21)))
        self.sign()
        shutil.copy(self.file, folder / "copy.db")
        self.keep(*map(make_record, range(21, 31)))
        self.erase("id3", whole=False)
        self.erase("id5", whole=True)
        self.erase("id23", whole=True)
        self.sign(NOW + 86_400)
        write_bundle(self.url, folder / "bundle", self.key.verifiers)
        self.leaves = folder / "bundle" / "leaves.jsonl"
        self.erase("id6", whole=True)
        self.sign(NOW + 2 * 86_400)
        self.lost = self.checkpoint.read_bytes()

    def erase(self, id: str, *, whole: bool) -> None:
        assert erase_subject(self.url, find_subject(self.key.index, id), NOW, whole=whole, recipients=())

    def put_back(self) -> None:
        for name in ("site.db-wal", "site.db-shm"):
            self.file.with_name(name).unlink(missing_ok=True)
        shutil.copy(self.file.with_name("copy.db"), self.file)

    def accept(self, leaves: Path | None) -> Restored:
        return accept_restore(self.url, self.key, self.checkpoint, leaves, LATER)

    def look(self, leaves: Path | None) -> Restored:
        return look_at_restore(self.url, self.key, self.checkpoint, leaves)

    def verify(self, *witnesses: Path) -> list[str]:
        found = Verification(
            self.url, self.key.verifiers, index_key=self.key.index, checkpoint=self.checkpoint, witnesses=witnesses
        )
        return list(found.find())

    def list_ids(self) -> list[str]:
        return [each.consent_id for each in read_records(self.url) if each.consent_id]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_copy_that_was_put_back_is_said_to_be_one_and_nothing_is_changed_by_looking(site: Site) -> None:
    site.put_back()
    before = site.file.read_bytes()
    with pytest.raises(LedgerError, match="cut short"):
        site.sign()
    seen = site.look(site.leaves)
    lost = read_checkpoint(site.lost, site.key.verifiers)
    assert (seen.found.signed, seen.found.agreed, seen.found.size) == (lost, 21, 21)
    assert seen.known == lost.size - 2  # the last erasure and its entry came after the export
    assert (seen.unlinked, seen.erased) == ((3,), (5,))
    assert site.file.read_bytes() == before
    assert site.checkpoint.read_bytes() == site.lost


@pytest.mark.parametrize("goes_on", [False, True])
def test_it_is_accepted_with_its_erasures_and_the_ledger_is_signed_and_verified_from_there(
    site: Site, goes_on: bool, tmp_path: Path
) -> None:
    site.put_back()
    if goes_on:  # people came before anybody noticed; some of them where others stood who are erased
        site.keep(*map(make_record, range(41, 41 + 24)))
        with pytest.raises(LedgerError, match="not those that were signed before"):
            site.sign()
    here = site.list_ids()
    assert {"id3", "id5", "id6"} <= set(here)
    site.accept(site.leaves)
    assert site.list_ids() == [id for id in here if id not in ("id3", "id5")]
    (said,) = (each.said for each in read_records(site.url) if each.event == "audit")
    assert (said["act"], said["agreed"], said["signed"]) == ("consents accept-restore", 21, site.lost.decode())
    assert (said["unlinked"], said["erased"]) == (1, 1)
    assert site.verify() == []
    assert b'"id5"' not in b"".join(file.read_bytes() for file in tmp_path.glob("site.db*"))
    site.keep(make_record(99))
    site.sign(LATER)
    assert site.verify() == []
    (tmp_path / "witness.txt").write_bytes(site.lost)
    assert site.verify(tmp_path / "witness.txt"), "whoever holds the lost checkpoint can show it"
    with pytest.raises(LedgerError, match="nothing to accept"):
        site.accept(site.leaves)


def test_without_an_export_no_erasure_is_known(site: Site) -> None:
    site.put_back()
    assert site.accept(None)[1:] == (0, (), ())
    assert site.verify() == []
    assert "id5" in site.list_ids()


def test_where_nothing_was_put_back_there_is_nothing_to_accept(site: Site) -> None:
    for leaves in (None, site.leaves):
        with pytest.raises(LedgerError, match="nothing to accept"):
            site.accept(leaves)
    site.checkpoint.unlink()
    with pytest.raises(LedgerError, match="nothing to accept"):
        site.look(None)


def shorten(site: Site) -> None:
    site.leaves.write_bytes(b"".join(site.leaves.read_bytes().splitlines(keepends=True)[:-1]))


def forge(site: Site) -> None:
    """Have somebody erased who never was."""
    lines = site.leaves.read_bytes().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if b'"of":[5]' in line)
    lines[at] = lines[at].replace(b'"of":[5]', b'"of":[6]')
    site.leaves.write_bytes(b"".join(lines))


def swap(site: Site) -> None:
    """Another ledger of the same name, signed with the same key."""
    other = Shelf(site.file.with_name("other.db"))
    other.key = site.key
    other.keep(*map(make_record, range(1, 41)))
    other.sign()
    shutil.rmtree(site.leaves.parent)
    write_bundle(other.url, site.leaves.parent, site.key.verifiers)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shorten, "not those that the checkpoint.txt beside it was signed over"),
        (forge, "not those that the checkpoint.txt beside it was signed over"),
        (swap, "it is of another ledger"),
        (lambda site: site.leaves.unlink(), "cannot be read"),
        (lambda site: site.leaves.with_name("checkpoint.txt").unlink(), "cannot be read"),
    ],
)
def test_an_export_that_is_not_of_this_ledger_erases_nobody(
    site: Site, spoil: Callable[[Site], object], said: str
) -> None:
    site.put_back()
    spoil(site)
    before = site.list_ids()
    with pytest.raises(LedgerError, match=said):
        site.accept(site.leaves)
    assert site.list_ids() == before
    assert site.checkpoint.read_bytes() == site.lost


def test_a_ledger_that_was_altered_is_no_older_copy_and_not_accepted(site: Site) -> None:
    site.put_back()
    with closing(sqlite3.connect(site.file)) as connection:
        connection.execute("UPDATE ledger_leaves SET leaf = (SELECT leaf FROM ledger_leaves WHERE seq = 4) WHERE seq=7")
        connection.commit()
    with pytest.raises(LedgerError, match="not those that were signed before"):
        site.accept(None)
    with closing(open_store(site.url)) as store, pytest.raises(LedgerError):
        Signer(site.key, site.checkpoint).begin_anew(store, LATER)
    assert site.checkpoint.read_bytes() == site.lost


def put_empty_back(file: Path) -> None:
    """Another file in its place, from before anything was recorded."""
    for name in (f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
    file.with_name("empty.db").replace(file)


def test_under_a_running_gateway_what_visitors_are_shown_is_kept_again(tmp_path: Path, policy: Policy) -> None:
    file, shown = tmp_path / "site.db", b"May we count you?"
    url = f"sqlite:///{file}"
    open_store(url).close()
    shutil.copy(file, tmp_path / "empty.db")
    register = Register(url, policy, shown=lambda: {("banner", "fi"): shown})
    record = replace(make_record(2), banner=sha256(shown).hexdigest())
    asyncio.run(register.record(record))
    put_empty_back(file)
    with suppress(StoreError):  # the first to come is told that the file was replaced
        asyncio.run(register.record(record))
    time.sleep(0.3)
    asyncio.run(register.record(record))
    register.close()
    verifiers = load_ledger_key(tmp_path / "site.db.ledgerkey").verifiers
    assert [each for each in Verification(url, verifiers).find() if "shown" in each] == []
    assert [each.event for each in read_records(url)] == ["policy", "given"]


def test_under_a_running_gateway_the_ledger_is_told_again_what_goes_by_age(tmp_path: Path, policy: Policy) -> None:
    shelf = Shelf(tmp_path / "site.db")
    shelf.keep(*map(make_record, range(3)))
    shutil.copy(shelf.file, tmp_path / "empty.db")
    retention, late = Retention(policy), NOW + 5 * 365 * 86_400
    for _ in range(2):
        with closing(open_store(shelf.url)) as store:
            while retention.purge(store, late):
                pass
        assert list(Verification(shelf.url, shelf.key.verifiers).find()) == []
        if (tmp_path / "empty.db").exists():
            put_empty_back(shelf.file)

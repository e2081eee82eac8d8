"""Signs the ledger's head, and refuses where it does not continue what was signed before.

What was signed last is kept in the store and in a file that lies elsewhere: whoever rewrites the one is told by the
other. A ledger that is cut short or altered can so be shown to be, down to the last checkpoint that anybody holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cookiegate.consent import (
    Checkpoint,
    SigningKey,
    VerifierKey,
    consistency_proof,
    read_checkpoint,
    read_tree,
    root_of,
    sign_checkpoint,
    verify_consistency,
)
from cookiegate.errors import LedgerError
from cookiegate.store import Batch, Change, Store, hold, share_owner

from .acts import opened
from .ledgerkey import LedgerKey

_DAY = 86_400


def sign_ledger(store_url: str, key: LedgerKey, file: Path, now: float) -> Checkpoint:
    """Sign the ledger in this store at once. As `Signer.sign`; StoreError too, where the store cannot be written."""
    with opened(store_url) as store:
        return Signer(key, file).sign(store, now)


class Break(NamedTuple):
    """Where a ledger does not continue what was signed."""

    signed: Checkpoint
    note: bytes  # that it was signed with
    agreed: int  # leaves that are known to be as they were
    size: int  # leaves that there are now


class Signer:
    """Signs checkpoints of one ledger with the first of its keys, and keeps the last in `file`."""

    def __init__(self, key: LedgerKey, file: Path) -> None:
        self._key: SigningKey = key.signing[0]
        self._verifiers: tuple[VerifierKey, ...] = key.verifiers
        self._file = file
        self.origin = self._key.verifier.name

    def sign(self, store: Store, now: float) -> Checkpoint:
        """Sign the ledger as it is, if it has grown; the last checkpoint. `now` in seconds since 1970 UTC.

        Also where another key signed it last. Raises LedgerError where the ledger is smaller than one that was signed,
        or does not begin with it.
        """
        with self._holding_file():
            return self._sign(store, int(now), self._read_file())

    def begin_anew(self, store: Store, now: float) -> Checkpoint:
        """The same, whatever the file says; the ledger continues what the store itself has of checkpoints."""
        with self._holding_file():
            return self._sign(store, int(now), [])

    def find_break(self, store: Store) -> Break | None:
        """Where the ledger does not continue what the file says was signed; None where it does, or there is no file.

        Raises LedgerError where it does not continue its own checkpoints either: then it is no older copy of itself.
        """
        with self._holding_file():
            notes = self._read_file()
        now = self._measure(store)
        own = [read_checkpoint(note, self._verifiers) for note in _read_store(store)]
        for old in own:
            _require_continued(old, now, store)
        for note in notes:
            signed = read_checkpoint(note, self._verifiers)
            try:
                _require_continued(signed, now, store)
            except LedgerError:
                return Break(signed, note, max((each.size for each in own), default=0), now.size)
        return None

    @contextmanager
    def _holding_file(self) -> Iterator[None]:
        try:
            with hold(self._file.with_name(self._file.name + ".lock")):
                yield
        except OSError as error:
            raise LedgerError(f"the last checkpoint cannot be kept: {error}") from None

    def _sign(self, store: Store, now: int, kept: Sequence[bytes]) -> Checkpoint:
        # The notes first: another gateway may let the ledger grow, and sign it, between the two.
        notes = [*kept, *_read_store(store)]
        known = [read_checkpoint(note, self._verifiers) for note in notes]
        new = self._measure(store)
        for old in known:
            _require_continued(old, new, store)
        if known == [new, new] and all(map(self._is_ours, notes)):  # in the file and in the store
            return new
        note = sign_checkpoint(new, self._key)
        self._keep(note)
        # The newest of a day says all that those before it did: kept one by one, they would outgrow the decisions.
        earlier = Change("drop_checkpoints", [(now // _DAY, new.size)])
        store.write(Batch(changes=[Change("add_checkpoint", [(new.size, now, note)]), earlier]))
        return new

    def _measure(self, store: Store) -> Checkpoint:
        ((size,),) = store.query("ledger_size")
        assert isinstance(size, int)
        return Checkpoint(self.origin, size, root_of(size, read_tree(store.query)))

    def _is_ours(self, note: bytes) -> bool:
        """Whether the key that is in use now signed it."""
        with suppress(LedgerError):
            return bool(read_checkpoint(note, [self._key.verifier]))
        return False

    def _read_file(self) -> list[bytes]:
        """The last checkpoint in the file, if there is one."""
        try:
            return [self._file.read_bytes()]
        except FileNotFoundError:
            return []

    def _keep(self, note: bytes) -> None:
        new = self._file.with_name(self._file.name + ".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as out:
            share_owner(out.fileno(), new.parent)
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self._file)


def _read_store(store: Store) -> list[bytes]:
    """The last checkpoint in the store, if there is one."""
    return [note for _, note in store.query("last_checkpoint") if isinstance(note, bytes)]


def _require_continued(old: Checkpoint, new: Checkpoint, store: Store) -> None:
    if old.origin != new.origin:
        raise LedgerError(f"the last checkpoint is of another ledger, {old.origin}; this is {new.origin}")
    if old.size > new.size:
        raise LedgerError(
            f"the ledger has {new.size} leaves, and {old.size} were signed before: it was cut short, nothing is signed"
        )
    proof = consistency_proof(old.size, new.size, read_tree(store.query))
    if not verify_consistency(old.size, new.size, old.root, new.root, proof):
        raise LedgerError(f"the first {old.size} leaves are not those that were signed before: nothing is signed")

"""Signs the ledger's head, and refuses where it does not continue what was signed before.

What was signed last is kept in the store and in a file that lies elsewhere: whoever rewrites the one is told by the
other. A ledger that is cut short or altered can so be shown to be, down to the last checkpoint that anybody holds.
"""

from __future__ import annotations

import os
from pathlib import Path

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
from cookiegate.store import Batch, Change, Store, hold

from .acts import opened
from .ledgerkey import LedgerKey

_DAY = 86_400


def sign_ledger(store_url: str, key: LedgerKey, file: Path, now: float) -> Checkpoint:
    """Sign the ledger in this store at once. As `Signer.sign`; StoreError too, where the store cannot be written."""
    with opened(store_url) as store:
        return Signer(key, file).sign(store, now)


class Signer:
    """Signs checkpoints of one ledger with the first of its keys, and keeps the last in `file`."""

    def __init__(self, key: LedgerKey, file: Path) -> None:
        self._key: SigningKey = key.signing[0]
        self._verifiers: tuple[VerifierKey, ...] = key.verifiers
        self._file = file
        self.origin = self._key.verifier.name

    def sign(self, store: Store, now: float) -> Checkpoint:
        """Sign the ledger as it is, if it has grown; the last checkpoint. `now` in seconds since 1970 UTC.

        Raises LedgerError where the ledger is smaller than one that was signed, or does not begin with it.
        """
        try:
            with hold(self._file.with_name(self._file.name + ".lock")):
                return self._sign(store, int(now))
        except OSError as error:
            raise LedgerError(f"the last checkpoint cannot be kept: {error}") from None

    def _sign(self, store: Store, now: int) -> Checkpoint:
        # The notes first: another gateway may let the ledger grow, and sign it, between the two.
        known = [read_checkpoint(note, self._verifiers) for note in self._find_notes(store)]
        ((size,),) = store.query("ledger_size")
        assert isinstance(size, int)
        new = Checkpoint(self.origin, size, root_of(size, read_tree(store.query)))
        for old in known:
            _require_continued(old, new, store)
        if known == [new, new]:  # in the file and in the store
            return new
        note = sign_checkpoint(new, self._key)
        self._keep(note)
        # The newest of a day says all that those before it did: kept one by one, they would outgrow the decisions.
        earlier = Change("drop_checkpoints", [(now // _DAY, size)])
        store.write(Batch(changes=[Change("add_checkpoint", [(size, now, note)]), earlier]))
        return new

    def _find_notes(self, store: Store) -> list[bytes]:
        """The last checkpoints in the file and in the store."""
        notes = [note for _, note in store.query("last_checkpoint") if isinstance(note, bytes)]
        try:
            return [self._file.read_bytes(), *notes]
        except FileNotFoundError:
            return notes

    def _keep(self, note: bytes) -> None:
        new = self._file.with_name(self._file.name + ".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as out:
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self._file)


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

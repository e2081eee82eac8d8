"""The proof that one record is on the ledger: it shows nobody else's, and can be checked without the ledger.

An inclusion proof (RFC 6962 section 2.1.1) leads from the leaf to a root that was signed; the record, where it is kept,
is what the leaf commits to (GDPR art. 7(1): to be able to demonstrate that a person has consented).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from cookiegate.consent import (
    VerifierKey,
    canonical,
    hash_leaf,
    inclusion_proof,
    read_checkpoint,
    read_tree,
    verify_inclusion,
)
from cookiegate.errors import LedgerError
from cookiegate.store import Row, Store, open_store

from .verifier import Comparison, Record, read_leaf

_LONGEST = 10_000_000  # characters of a proof


@dataclass(frozen=True, slots=True)
class Proof:
    leaf: str
    index: int  # of the leaf, from 0
    checkpoint: str  # a signed note
    inclusion: tuple[bytes, ...]  # hashes from the leaf to the root, 32 bytes each
    record: Record | None  # with what it takes to compare it with the leaf

    def write(self) -> str:
        """As JSON, a line."""
        said: dict[str, object] = {
            "checkpoint": self.checkpoint,
            "inclusion": [each.hex() for each in self.inclusion],
            "index": self.index,
            "leaf": self.leaf,
        }
        return canonical(said | ({"record": write_record(self.record)} if self.record else {})).decode() + "\n"

    def find_faults(self, keys: Sequence[VerifierKey]) -> Iterator[str]:
        """What is wrong with it, in words; nothing where it proves what it says to whoever trusts these keys."""
        leaf = read_leaf(self.leaf.encode())
        if leaf.seq != self.index:
            yield f"leaf {self.index}: altered: it is not the canonical leaf of this number"
        try:
            signed = read_checkpoint(self.checkpoint.encode(), keys)
        except LedgerError as error:
            yield str(error)
            return
        if not verify_inclusion(hash_leaf(self.leaf.encode()), self.index, signed.size, self.inclusion, signed.root):
            yield f"leaf {self.index}: is not in the tree of {signed.size} leaves that was signed"
        if self.record:
            comparison = Comparison()
            if self.record.person is None:
                comparison.unlinked.add(self.index)  # whether it was taken away is for another leaf to say
            found = comparison.find_faults(leaf, self.record)
            yield from (each for each in found if not each.startswith("shown "))


def prove(store_url: str, seq: int, keys: Sequence[VerifierKey], *, restricted: bool = False) -> Proof:
    """The proof of a leaf, with its record if that is still there; a restricted one only if asked for (GDPR art. 18).

    Raises LedgerError where there is no such leaf, it is not signed yet, or what the store has proves nothing.
    """
    with closing(open_store(store_url, readonly=True)) as store, store.snapshot():
        note = find_last_note(store)
        signed = read_checkpoint(note, keys)
        leaves = [leaf for (leaf,) in store.query("leaf_run", start=seq, stop=seq + 1) if isinstance(leaf, bytes)]
        if not leaves:
            raise LedgerError(f"the ledger has no leaf {seq}; it begins with 0")
        if seq >= signed.size:
            raise LedgerError(
                f"leaf {seq} is not signed yet: wait a minute, or run `cookiegate consents checkpoint --sign`"
            )
        path = inclusion_proof(seq, signed.size, read_tree(store.query))
        rows = [row for row in store.query("record", seq=seq) if restricted or not row[-1]]
    record = read_stored(rows[0]) if rows else None
    proof = Proof(leaves[0].decode("utf-8", "replace"), seq, note.decode(), tuple(path), record)
    if faults := list(proof.find_faults(keys)):
        raise LedgerError(f"{faults[0]}; `cookiegate consents verify` says more")
    return proof


def last_checkpoint(store_url: str) -> bytes:
    """The note that was signed last. LedgerError where there is none."""
    with closing(open_store(store_url, readonly=True)) as store:
        return find_last_note(store)


def find_last_note(store: Store) -> bytes:
    """The same of an open store."""
    for _, note in store.query("last_checkpoint"):
        if isinstance(note, bytes):
            return note
    raise LedgerError("nothing was signed yet: run `cookiegate consents checkpoint --sign`")


def read_removals(store: Store, start: int = 0) -> Iterator[bytes]:
    """The leaves from number `start` on that say what is gone, by how they begin: erase, unlink; and prune."""
    for beginning in (b'{"k"', b'{"be'):
        for _, leaf in store.stream("removals", after=start - 1, beginning=beginning):
            assert isinstance(leaf, bytes)
            yield leaf


def read_proof(text: str) -> Proof:
    """The proof in what `Proof.write` gave; LedgerError for anything else."""
    try:
        said: Any = json.loads(text) if len(text) <= _LONGEST else None
        path = tuple(bytes.fromhex(each) for each in said["inclusion"])
        record = Record(**said["record"]) if "record" in said else None
        proof = Proof(said["leaf"], said["index"], said["checkpoint"], path, record)
        texts = [proof.leaf, proof.checkpoint, *(record[1:] if record else ())]
        told = type(proof.index) is int and all(each is None or each.encode() or not each for each in texts)
        if told and not (record and record.seq != proof.index):
            return proof
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise LedgerError("this is no proof as `cookiegate consents prove` writes it")


def read_stored(row: Row) -> Record:
    """A row of the query `records` as the verifier takes it. Bytes that are no UTF-8 were altered, and fit nothing."""
    seq, _, _, salt, payload, person_salt, person, _ = row
    return Record(seq, _text(payload), _hex(salt), _text(person), _hex(person_salt))


def write_record(record: Record) -> dict[str, object]:
    """A record as it stands in a proof and in an export; without a personal part where there is none."""
    return {name: value for name, value in record._asdict().items() if value is not None}


def _text(data: object) -> str | None:
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else None


def _hex(data: object) -> str | None:
    return data.hex() if isinstance(data, bytes) else None

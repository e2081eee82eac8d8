"""Whether a receipt is genuine: what a visitor shows is what the ledger committed to, and was signed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from cookiegate.consent import VerifierKey
from cookiegate.errors import LedgerError
from cookiegate.store import Store, open_store

from .consents import show_time
from .proof import Proof
from .receipt import FRAME, TYPE
from .verifier import Record

_LONGEST = 10_000_000  # characters of a receipt


@dataclass(frozen=True, slots=True)
class Receipt:
    """One decision of those that a receipt holds."""

    said: Mapping[str, Any]  # in words
    committed: Mapping[str, Any]  # the same, as it is in the evidence
    proof: Proof

    def describe(self) -> str:
        """A line: what the ledger committed to, and nothing that only the receipt says."""
        states = ", ".join(f"{purpose}: {state}" for purpose, state in sorted(self.committed["states"].items()))
        time = show_time(self.committed["time"])
        return f"leaf {self.proof.index}: {self.committed['event']} on {time} ({states})"

    def find_faults(self, keys: Sequence[VerifierKey]) -> Iterator[str]:
        """What is wrong with it, in words."""
        where = f"leaf {self.proof.index}"
        for name in sorted({*self.said, *self.committed} - {*FRAME, "person"}):
            if name not in self.committed or self.said.get(name) != self.committed[name]:
                yield f"{where}: altered: {name!r} is not what the evidence says"
        if self.proof.checkpoint:
            yield from self.proof.find_faults(keys)
        else:
            yield f"{where}: it was handed out before it was signed, and proves nothing by itself: ask for another"

    def compare(self, store: Store) -> str:
        """What is wrong with it by the ledger that is here; "" where the leaf stands there as well."""
        rows = store.query("leaf_run", start=self.proof.index, stop=self.proof.index + 1)
        if rows == [(self.proof.leaf.encode(),)]:
            return ""
        return f"leaf {self.proof.index}: the ledger here has {'another' if rows else 'no such'} leaf"


def read_receipt(text: str) -> list[Receipt] | None:
    """The decisions in a receipt, the last first; None for what is none.

    Raises LedgerError for a receipt that is not whole.
    """
    try:
        said: Any = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("@type") != TYPE:
        return None
    try:
        return [_read(said), *map(_read, reversed(said["earlier"]))]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise LedgerError(
            "this receipt is not whole: parts of it are missing, or are not what they have to be"
        ) from None


def find_receipt_faults(
    receipts: Sequence[Receipt], keys: Sequence[VerifierKey], store_url: str | None = None
) -> Iterator[str]:
    """What is wrong with any of them, also by the ledger in a store, where one is named. Raises StoreError."""
    for receipt in receipts:
        yield from receipt.find_faults(keys)
    if store_url:
        with closing(open_store(store_url, readonly=True)) as store:
            yield from filter(None, [receipt.compare(store) for receipt in receipts])


def _read(said: dict[str, Any]) -> Receipt:
    evidence, ledger, seq = said["evidence"], said["ledger"], said["seq"]
    parts = [evidence[name] for name in ("payload", "salt", "person", "person_salt")]
    path = tuple(bytes.fromhex(each) for each in ledger.get("path", ()))
    committed = {**json.loads(parts[0]), **json.loads(parts[2])}
    texts = [*parts, ledger["leaf"], ledger.get("checkpoint", "")]
    if type(seq) is not int or not 0 <= seq < 1 << 53 or not all(isinstance(each, str) for each in texts):
        raise TypeError("a part is of another kind")
    for each in texts:
        each.encode()
    receipt = Receipt(said, committed, Proof(ledger["leaf"], seq, texts[-1], path, Record(seq, *parts)))
    receipt.describe()
    return receipt

"""What the ledger grows by: leaves for the tree, and the records that some of them commit to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from cookiegate.consent import (
    Frontier,
    RecordKind,
    Sealed,
    canonical,
    commit,
    hash_leaf,
    write_erase_leaf,
    write_leaf,
    write_prune_leaf,
    write_unlink_leaf,
)
from cookiegate.consent import find_subject as find_subject  # for the rest of this chapter
from cookiegate.store import Change, Grow, Growth, Head, Row


class Entry(Protocol):
    """Something to be put on the ledger; its number is known only when it is."""

    def leaf(self, seq: int) -> bytes: ...

    def row(self, seq: int) -> Row | None:
        """The record to keep beside the leaf, in the columns of the statement `add_record`."""


class Kept(NamedTuple):
    """An entry with a record that the leaf commits to."""

    sealed: Sealed
    subject: bytes | None

    def leaf(self, seq: int) -> bytes:
        return write_leaf(self.sealed.kind, seq, self.sealed.hour, self.sealed.commitment)

    def row(self, seq: int) -> Row:
        _, hour, event, _, salt, payload, person_salt, person = self.sealed
        return seq, hour, event, salt, payload, self.subject, person_salt, person


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry that says which records are gone from now on, and why."""

    why: str  # "erase", "unlink", or the class that was pruned
    hour: int
    of: Sequence[int] = ()
    upto: int = -1
    before: int = 0  # pruned: the cut-off, in hours since 1970 UTC

    def leaf(self, seq: int) -> bytes:
        if self.why == "erase":
            return write_erase_leaf(seq, self.hour, self.of)
        if self.why == "unlink":
            return write_unlink_leaf(seq, self.hour, self.of)
        return write_prune_leaf(seq, self.hour, self.upto, self.before, self.why)

    def row(self, seq: int) -> None:
        return None


def keep_statement(kind: RecordKind, event: str, said: object, hour: int) -> Kept:
    """Something about the ledger itself: a policy that came into force, an act of the staff."""
    salt, payload = os.urandom(32), canonical(said)
    return Kept(Sealed(kind, hour, event, commit(salt, payload), salt, payload, None, None), None)


def grow_by(entries: Sequence[Entry]) -> Grow:
    """How the ledger grows by these entries, whatever its head is then."""
    return partial(_grow, entries)


def _grow(entries: Sequence[Entry], head: Head) -> Growth:
    frontier = Frontier.load(head.size, head.frontier)
    numbered = list(enumerate(entries, head.size))
    leaves = [entry.leaf(seq) for seq, entry in numbered]
    tiles = frontier.extend(map(hash_leaf, leaves))
    rows = [row for seq, entry in numbered if (row := entry.row(seq)) is not None]
    changes = [
        Change("add_leaf", list(enumerate(leaves, head.size))),
        Change("add_record", rows),
        Change("add_tile", tiles),
    ]
    return Growth(Head(frontier.size, frontier.dump()), changes)

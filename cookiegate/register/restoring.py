"""An older copy of the database was put back, and that is known: the ledger goes on from there, and says so.

What was recorded since the copy was made is lost; that it once was there stays known, by the checkpoint that was signed
over it. People who were erased since then are in the copy again: their erasures are done again where an export of the
ledger names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cookiegate.consent import Frontier, Leaf, hash_leaf, read_checkpoint, read_leaf
from cookiegate.errors import LedgerError
from cookiegate.store import Change, Store, open_store

from .acts import carry_out, opened, scrub_files
from .growth import Entry, Removed
from .ledgerkey import LedgerKey
from .signer import Break, Signer

_HOUR = 3600


class Restored(NamedTuple):
    found: Break
    known: int  # leaves of the lost ledger whose erasures are known
    unlinked: tuple[int, ...]  # records to be made nobody's again
    erased: tuple[int, ...]  # records to be erased again


def look_at_restore(store_url: str, key: LedgerKey, file: Path, leaves: Path | None) -> Restored:
    """What was lost, and which erasures have to be done again. `leaves`: `leaves.jsonl` of an exported bundle.

    Raises LedgerError where the ledger continues what was signed, is no older copy of itself, or the export is not of
    this ledger.
    """
    with closing(open_store(store_url, readonly=True)) as store:
        return _look(store, key, Signer(key, file), leaves)


def accept_restore(store_url: str, key: LedgerKey, file: Path, leaves: Path | None, now: float) -> Restored:
    """Do those erasures again, say on the ledger what happened, and sign it from here on. As `look_at_restore`."""
    with opened(store_url) as store:
        signer = Signer(key, file)
        seen = _look(store, key, signer, leaves)
        hour = int(now) // _HOUR
        entries: list[Entry] = [
            Removed(why, hour, of=of) for why, of in (("unlink", seen.unlinked), ("erase", seen.erased)) if of
        ]
        changes = [
            Change("unlink_record", [(seq,) for seq in seen.unlinked]),
            Change("erase_record", [(seq,) for seq in seen.erased]),
        ]
        carry_out(store, "consents accept-restore", now, changes, entries, agreed=seen.found.agreed,
                  found=seen.found.size, signed=seen.found.note.decode(), unlinked=len(seen.unlinked),
                  erased=len(seen.erased), known=seen.known)  # fmt: skip
        scrub_files(store)
        signer.begin_anew(store, now)
        return seen


def _look(store: Store, key: LedgerKey, signer: Signer, leaves: Path | None) -> Restored:
    found = signer.find_break(store)
    if found is None:
        raise LedgerError("the ledger continues what was signed: there is nothing to accept")
    if leaves is None:
        return Restored(found, 0, (), ())
    lost = _read_export(leaves, key, found)
    same = _count_same(store, lost)
    if same < found.agreed:
        raise LedgerError(f"{leaves}: leaf {same} is not the one that is here: it is of another ledger")
    gone: dict[str, set[int]] = {"unlink": set(), "erase": set()}
    for leaf in _read_removals(lost[same:]):
        gone[leaf.kind].update(seq for seq in leaf.erased if seq < same)
    rows = {seq: row for seq in gone["unlink"] | gone["erase"] for row in store.query("record", seq=seq)}
    erased = sorted(gone["erase"] & rows.keys())
    unlinked = sorted(seq for seq in gone["unlink"] - gone["erase"] if seq in rows and rows[seq][6] is not None)
    return Restored(found._replace(agreed=same), len(lost), tuple(unlinked), tuple(erased))


def _read_export(leaves: Path, key: LedgerKey, found: Break) -> list[bytes]:
    """The leaves of an export, once it is plain that they are as they were signed."""
    try:
        lost = leaves.read_bytes().splitlines()
        signed = read_checkpoint(leaves.with_name("checkpoint.txt").read_bytes(), key.verifiers)
    except OSError as error:
        raise LedgerError(f"{error.filename} cannot be read: {error.strerror}") from None
    frontier = Frontier()
    frontier.extend(map(hash_leaf, lost))
    if (signed.origin, signed.size, signed.root) != (found.signed.origin, len(lost), frontier.root()):
        raise LedgerError(f"{leaves}: its leaves are not those that the checkpoint.txt beside it was signed over")
    return lost


def _count_same(store: Store, lost: Sequence[bytes]) -> int:
    """How many leaves, from the first on, are the same here."""
    same = 0
    for seq, leaf in store.stream("leaves"):
        if seq != same or same == len(lost) or leaf != lost[same]:
            break
        same += 1
    return same


def _read_removals(lost: Sequence[bytes]) -> Iterator[Leaf]:
    for data in lost:
        if (leaf := read_leaf(data)).kind in ("unlink", "erase"):
            yield leaf

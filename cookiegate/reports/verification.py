"""Checks the consent ledger in the store: that nothing was altered, taken out or cut off since it was signed.

What is wrong with leaves and records is found and worded by the verifier that goes with an export, so that both agree.
What only the store has is checked beside it: tiles, head, and the columns by which records are found.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from cookiegate.consent import (
    RECTIFIED,
    SALT_BYTES,
    Frontier,
    Tile,
    VerifierKey,
    commit,
    find_subject,
    hash_leaf,
    read_checkpoint,
)
from cookiegate.errors import LedgerError
from cookiegate.store import Store, Value, open_store

from .proof import read_removals
from .verifier import Checkpoint, Comparison, Leaf, Record, read_leaf

DECISIONS = ("given", "partly-given", "refused", "withdrawn")  # events
_Rows = Iterable[tuple[Any, ...]]
_KINDS: Mapping[Any, bytes] = {  # of the leaf, by the event in its record's row
    "given": b"decision",
    "partly-given": b"decision",
    "refused": b"decision",
    "withdrawn": b"withdraw",
}
_PERSON, _BLANK = b'"person":"', b"A" * 44  # in a payload, what comes before a commitment, and one of none
_BATCH = 1000  # leaves that join the tree at once
_LOWEST = -(1 << 62)  # below every row: a number under 0 is nobody's, and must not hide a row


class Summary(NamedTuple):
    leaves: int
    absent: int  # records that were erased, were pruned, or are missing
    checkpoints: int  # that were compared
    unsigned: int  # leaves after the last of them


class Verification:
    """One pass over a ledger: its findings while they are found, and the summary afterwards."""

    def __init__(
        self,
        store_url: str,
        keys: Sequence[VerifierKey],
        *,
        index_key: bytes | None = None,
        checkpoint: Path | None = None,
        since: Sequence[bytes] = (),
        witnesses: Sequence[Path] = (),
        progress: Callable[[int, int], object] = lambda done, of: None,
    ) -> None:
        """`index_key`: the secret under which persons are found; without it their columns are not looked at.
        `checkpoint`: the file that the register keeps its last checkpoint in, looked at if it is there. `since`:
        notes that were signed earlier; `witnesses`: files in which somebody else kept such notes, one after the other.
        `progress` is told how many leaves of how many are done.
        """
        self._url = store_url
        self._keys = keys
        self._file = checkpoint
        self._since = since
        self._witnesses = witnesses
        self._progress = progress
        self._ledger = _StoredLedger(keys, index_key)

    def find(self) -> Iterator[str]:
        """Every finding, a line each. Raises LedgerError where a witness's file cannot be read, StoreError where the
        store cannot."""
        # before the store: what is signed meanwhile covers no less than what is read after it
        notes = [(f"given {number}", note) for number, note in enumerate(self._since, 1)]
        for path in self._witnesses:
            kept = split_notes(_read(path))
            if not kept:
                raise LedgerError(f"{path} holds no checkpoint")
            notes += [(f"{path.name} {number}", note) for number, note in enumerate(kept, 1)]
        if self._file and self._file.exists():
            notes.append((self._file.name, _read(self._file)))
        with closing(open_store(self._url, readonly=True)) as store, store.snapshot():
            yield from self._ledger.find(store, notes, self._progress)

    @property
    def summary(self) -> Summary:
        """What was gone through, once `find` has ended."""
        ledger = self._ledger
        signed = max((each.size for each in ledger.checkpoints), default=0)
        return Summary(ledger.size, ledger.absent, len(ledger.checkpoints), max(0, ledger.size - signed))


class _StoredLedger(Comparison):
    def __init__(self, keys: Sequence[VerifierKey], index_key: bytes | None) -> None:
        super().__init__()
        self._keys = keys
        self._index_key = index_key
        self._rectified: set[int] = set()  # corrections: found by a person that they do not name
        self._subjects: Iterator[Any] = iter(())  # number and subject of the records that have one
        self._next: tuple[Any, Any] = (-(1 << 63), None)  # of these
        self._tiles: dict[tuple[int, int], bytes] = {}  # that the leaves make
        self._faults: list[str] = []  # in the order in which they are met
        self._frontier = Frontier()
        self._whole = True  # no number was passed over
        self._columns: tuple[Value, Value] = (None, None)

    def find(
        self, store: Store, notes: Sequence[tuple[str, bytes]], progress: Callable[[int, int], object]
    ) -> Iterator[str]:
        ends: _Rows = store.query("ledger_head")
        head, frontier = next(iter(ends), (None, b""))
        self._subjects = store.stream("subjects", after=-(1 << 62))
        yield from self._read_notes(store, notes)
        yield from self._read_shown(store)
        self.due = max(self.due, sum(1 for _ in store.stream("leaves")) if head is None else head)
        self.note_removals(map(read_leaf, read_removals(store)))
        for finding in self.compare_records(self._read_leaves(store, progress), self._read_records(store)):
            yield from self._drain()
            yield finding
        yield from self._drain()
        yield from self.compare_roots()
        yield from self._compare_tiles(store.query("tiles"))
        linked: _Rows = store.query("linked_still")
        for (seq,) in linked:
            if seq in self.unlinked:
                yield f"record {seq}: is still found by its person, though its personal part is gone"
            elif seq not in self._rectified:
                yield f"record {seq}: is found under a person, though it has no personal part"
        if head is None:
            yield "head: missing"
        elif head != self.size:
            yield f"head: it says {head} leaves, and there are {self.size}"
        elif frontier != self._frontier.dump():
            yield f"head: it is not what the {head} leaves make"

    def _read_notes(self, store: Store, notes: Sequence[tuple[str, bytes]]) -> Iterator[str]:
        for name, note in notes:
            yield from self._take_note(name, note, None)
        rows: _Rows = store.stream("checkpoints")
        for size, note in rows:
            yield from self._take_note(f"{size}.txt", note, size)

    def _take_note(self, name: str, note: bytes, size: object) -> Iterator[str]:
        try:
            found = read_checkpoint(note, self._keys)
            if size not in (None, found.size):
                raise LedgerError(f"it is of {found.size} leaves, and is kept as one of {size}")
            self.add_checkpoint(Checkpoint(name, *found))
        except (LedgerError, ValueError) as problem:
            yield f"checkpoint {name!r}: {problem}"

    def _read_shown(self, store: Store) -> Iterator[str]:
        names: _Rows = store.query("shown_hashes")
        for (name,) in names:
            self.shown.add(name)
            found: _Rows = store.query("shown", hash=name)
            ((_, _, body),) = found
            if hashlib.sha256(body).hexdigest() != name:
                yield f"shown {name}: altered: its SHA-256 is not its name"

    def _read_leaves(self, store: Store, progress: Callable[[int, int], object]) -> Iterator[Leaf]:
        wanted = sorted({each.size for each in self.checkpoints} - {0}, reverse=True)
        waiting: list[bytes] = []
        rows: _Rows = store.stream("leaves", after=_LOWEST)
        for row, text in rows:
            if row < 0:
                self._faults.append(f"leaf {row}: stands before the first")
                continue
            leaf = read_leaf(text)
            if self._whole and row != self.size:
                self._grow(waiting)
                self._whole = False  # tiles are of other leaves from here on
            if leaf.seq not in (row, -1):
                self._faults.append(f"leaf {leaf.seq}: stands in row {row}")
            waiting.append(hash_leaf(text))
            self.size += 1
            if (wanted and self.size == wanted[-1]) or len(waiting) == _BATCH:
                self._grow(waiting)
                progress(self.size, self.due)
                if wanted and self.size == wanted[-1]:
                    self.roots[wanted.pop()] = self._frontier.root()
            yield leaf
        self._grow(waiting)
        progress(self.due, self.due)

    def _grow(self, waiting: list[bytes]) -> None:
        """Put leaf hashes into the tree; tiles are remembered as long as no leaf before them is missing."""
        tiles: list[Tile] = self._frontier.extend(waiting)
        if self._whole:
            self._tiles.update(((tile.level, tile.place), tile.root) for tile in tiles)
        waiting.clear()

    def _read_records(self, store: Store) -> Iterator[Record]:
        rows: _Rows = store.stream("records", after=_LOWEST)
        for seq, hour, event, salt, payload, person_salt, person, _ in rows:
            if event == RECTIFIED:
                self._rectified.add(seq)
            self._columns = hour, event  # of the record that is looked into next
            yield Record(seq, payload, salt, person, person_salt)

    def fits(self, code: bytes, salt: Any, said: Any) -> bool:
        """As in the verifier, of bytes as they are stored."""
        if salt is None or said is None or len(salt) != SALT_BYTES:
            return False
        return b64encode(commit(salt, said)) == code

    def read_payload(self, payload: bytes) -> dict[str, Any]:  # type: ignore[override]
        """Payloads of visitors differ in one commitment, so that few have to be parsed."""
        before, _, rest = payload.partition(_PERSON)
        said = _parse(before + _PERSON + _BLANK + rest[len(_BLANK) :]) if rest else {}
        if said.get("person") != _BLANK.decode():
            return dict(json.loads(payload))
        return said | {"person": rest[: len(_BLANK)].decode()}

    def find_faults(self, leaf: Leaf, record: Record) -> Iterator[str]:
        hour, event = self._columns
        faults = list(super().find_faults(leaf, record))
        yield from faults
        # one that was altered, and found to be so, does not tell whose it is
        if self._index_key and record.person and not any(fault.startswith("record") for fault in faults):
            yield from self._compare_subject(self._index_key, record)
        kind = leaf.kind if leaf.kind in (b"decision", b"withdraw") else None
        if hour != leaf.hour or kind != _KINDS.get(event):
            yield f"record {record.seq}: its row says another hour or event than its leaf"

    def _compare_subject(self, index_key: bytes, record: Record) -> Iterator[str]:
        try:
            own = self._find_subject_of(record.seq) == find_subject(index_key, json.loads(record.person)["consent_id"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            own = False  # no person has it
        if not own:
            yield f"record {record.seq}: is found under another person, or under none"

    def _find_subject_of(self, seq: int) -> bytes | None:
        """The column by which this record is found. Asked for ascending numbers."""
        while self._next[0] < seq:
            self._next = next(self._subjects, (1 << 63, None))
        return self._next[1] if self._next[0] == seq else None

    def _compare_tiles(self, rows: _Rows) -> Iterator[str]:
        stored = {(level, place): root for level, place, root in rows}
        for (level, place), root in self._tiles.items():
            if (found := stored.pop((level, place), None)) != root:
                first, last = place << 8 * level, (place + 1 << 8 * level) - 1
                what = "missing" if found is None else f"not what leaf {first} to {last} make"
                yield f"tile {level}/{place}: {what}"
        if self._whole:
            yield from (f"tile {level}/{place}: has no leaves" for level, place in stored)

    def _drain(self) -> Iterator[str]:
        yield from self._faults
        self._faults.clear()


def split_notes(data: bytes) -> list[bytes]:
    """Signed notes that stand one after the other, as whoever keeps them may append them to a file; or the one in a
    visitor's receipt."""
    if data.lstrip().startswith(b"{"):
        try:
            return [str(json.loads(data)["ledger"]["checkpoint"]).encode()]
        except (ValueError, KeyError, TypeError, RecursionError):
            return [data]  # which will be said to be no note
    notes: list[list[bytes]] = [[]]
    signed = False
    for line in data.splitlines(keepends=True):
        if signed and not line.startswith(b"\xe2\x80\x94 "):
            notes.append([])
            signed = False
        signed = signed or line.startswith(b"\xe2\x80\x94 ")
        if line.strip() or notes[-1]:  # empty lines between notes are nobody's
            notes[-1].append(line)
    return [b"".join(lines) for lines in notes if lines]


@lru_cache(maxsize=1024)
def _parse(payload: bytes) -> dict[str, Any]:
    return dict(json.loads(payload))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}") from None

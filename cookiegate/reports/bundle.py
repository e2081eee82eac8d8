"""The ledger as a folder that an authority can check without cookiegate, and without asking whoever made it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from cookiegate.consent import VerifierKey, canonical, read_checkpoint
from cookiegate.errors import LedgerError
from cookiegate.store import Store, open_store

from .explanation import README
from .proof import find_last_note, read_removals, read_stored, write_record

_Rows = Iterable[tuple[Any, ...]]


def write_bundle(
    store_url: str,
    folder: Path,
    keys: Sequence[VerifierKey],
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> int:
    """Write leaves, records, checkpoints, the public keys, what visitors were shown, the verifier and a README into a
    folder that is not there yet, or empty; the number of leaves.

    It goes as far as the last checkpoint. Records are all there, restricted ones too: without them nobody could tell
    that none is missing. Raises LedgerError where nothing was signed yet or the folder cannot be written.
    """
    with closing(open_store(store_url, readonly=True)) as store, store.snapshot():
        note = find_last_note(store)
        size = read_checkpoint(note, keys).size
        if any(True for _ in read_removals(store, size)):
            # what they took away would be missing, and the export would not say why
            raise LedgerError(
                "records were erased since the last checkpoint: run `cookiegate consents checkpoint --sign` first"
            )
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds personal data
            if any(folder.iterdir()):
                raise LedgerError(f"{folder} is not empty: name a folder that is not there yet")
            _write(folder / "checkpoint.txt", note)
            _write(folder / "key.txt", "".join(f"{key}\n" for key in keys).encode())
            _write(folder / "README.txt", README.encode())
            _write(folder / "verifier.py", files(__package__).joinpath("verifier.py").read_bytes())
            _write_checkpoints(store, folder / "checkpoints", size)
            _write_shown(store, folder / "shown")
            _write_leaves(store, folder / "leaves.jsonl", size, progress)
            _write_records(store, folder / "records.jsonl", size)
        except OSError as error:
            raise LedgerError(f"{folder} cannot be written: {error.strerror}") from None
    return size


def _write_checkpoints(store: Store, folder: Path, size: int) -> None:
    """The last of each day: enough to say when something was altered, few enough to verify."""
    folder.mkdir(mode=0o700)
    rows: _Rows = store.query("daily_checkpoints")
    for signed, note in rows:
        if signed < size:
            _write(folder / f"{signed}.txt", note)


def _write_shown(store: Store, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    names: _Rows = store.query("shown_hashes")
    for (name,) in names:
        if re.fullmatch("[0-9a-f]{64}", name):  # otherwise it was altered, and might name a file elsewhere
            rows: _Rows = store.query("shown", hash=name)
            ((_, _, body),) = rows
            _write(folder / name, body)


def _write_leaves(store: Store, file: Path, size: int, progress: Callable[[int, int], object]) -> None:
    rows: _Rows = store.stream("leaves")
    with _make(file) as out:
        for done, (seq, leaf) in enumerate(rows, 1):
            if seq >= size:
                break
            out.write(leaf.replace(b"\n", b" ") + b"\n")  # a line end is in none that was not altered
            if not done % 1000:
                progress(done, size)


def _write_records(store: Store, file: Path, size: int) -> None:
    with _make(file) as out:
        for row in store.stream("records"):
            record = read_stored(row)
            if record.seq >= size:
                break
            out.write(canonical(write_record(record)) + b"\n")


def _write(file: Path, content: bytes) -> None:
    with _make(file) as out:
        out.write(content)


def _make(file: Path) -> IO[bytes]:
    """Readable to its owner alone, also where the folder was there before and is open to others."""
    return open(file, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))

"""The ledger as a folder that an authority can check without cookiegate, and without asking whoever made it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

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
            (folder / "checkpoint.txt").write_bytes(note)
            (folder / "key.txt").write_text("".join(f"{key}\n" for key in keys), "utf-8")
            (folder / "README.txt").write_text(README, "utf-8")
            (folder / "verifier.py").write_bytes(files(__package__).joinpath("verifier.py").read_bytes())
            _write_checkpoints(store, folder / "checkpoints", size)
            _write_shown(store, folder / "shown")
            _write_leaves(store, folder / "leaves.jsonl", size, progress)
            _write_records(store, folder / "records.jsonl", size)
        except OSError as error:
            raise LedgerError(f"{folder} cannot be written: {error.strerror}") from None
    return size


def _write_checkpoints(store: Store, folder: Path, size: int) -> None:
    """The last of each day: enough to say when something was altered, few enough to verify."""
    folder.mkdir()
    rows: _Rows = store.query("daily_checkpoints")
    for signed, note in rows:
        if signed < size:
            (folder / f"{signed}.txt").write_bytes(note)


def _write_shown(store: Store, folder: Path) -> None:
    folder.mkdir()
    names: _Rows = store.query("shown_hashes")
    for (name,) in names:
        if re.fullmatch("[0-9a-f]{64}", name):  # otherwise it was altered, and might name a file elsewhere
            rows: _Rows = store.query("shown", hash=name)
            ((_, _, body),) = rows
            (folder / name).write_bytes(body)


def _write_leaves(store: Store, file: Path, size: int, progress: Callable[[int, int], object]) -> None:
    rows: _Rows = store.stream("leaves")
    with file.open("wb") as out:
        for done, (seq, leaf) in enumerate(rows, 1):
            if seq >= size:
                break
            out.write(leaf.replace(b"\n", b" ") + b"\n")  # a line end is in none that was not altered
            if not done % 1000:
                progress(done, size)


def _write_records(store: Store, file: Path, size: int) -> None:
    with file.open("wb") as out:
        for row in store.stream("records"):
            record = read_stored(row)
            if record.seq >= size:
                break
            out.write(canonical(write_record(record)) + b"\n")

"""One file of the spool: lines on disk, each a sealed decision with its salts. What goes from it is overwritten.

It belongs to the process that has it locked. The lock is the system's and ends with the process; a file that nobody
holds is of one that died.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, get_args

from cookiegate.consent import RecordKind, Sealed, canonical, commit
from cookiegate.store import claim

from .ledger import Ticket

_BINARY = getattr(os, "O_BINARY", 0)
_UNREADABLE = "%s may hold decisions that were never stored, and cannot be read: %s"

_log = logging.getLogger("cookiegate.register")


class SpoolLine(NamedTuple):
    start: int  # where it begins in the file
    text: bytes
    ticket: Ticket | None  # None where it is not whole
    size: int  # leaves that the ledger had at least when it was written

    def is_of(self, consent_id: str) -> bool:
        return self.ticket.consent_id == consent_id if self.ticket else consent_id.encode() in self.text


class SpoolFile:
    """An open file. Methods raise OSError where the disk does not do as told, unless they say otherwise."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._end = 0  # behind the last whole line of ours

    def claim(self) -> bool:
        """Make it ours. False, and closed, where it is another's, or was removed meanwhile."""
        with suppress(OSError):
            if claim(self._descriptor) and os.path.samestat(os.stat(self.path), os.fstat(self._descriptor)):
                self._end = os.fstat(self._descriptor).st_size
                return True
        self.close()
        return False

    def read(self) -> Iterator[SpoolLine]:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", closefd=False) as file:
            content = file.read()
        start = 0
        for text in content.splitlines(keepends=True):
            if text.strip():
                yield _read_line(start, text)
            start += len(text)

    def append(self, lines: Iterable[bytes]) -> None:
        """Durably. What a full disk took of them before it failed is overwritten by the next."""
        content = b"".join(lines)
        self._write(self._end, content)
        os.ftruncate(self._descriptor, self._end + len(content))
        os.fsync(self._descriptor)
        self._end += len(content)

    def blank(self, consent_id: str) -> None:
        """Overwrite the lines of somebody. The others stay where they are, whatever happens meanwhile."""
        for line in self.read():
            if line.is_of(consent_id):
                self._write(line.start, b" " * (len(line.text) - 1) + b"\n")
        os.fsync(self._descriptor)

    def wipe(self) -> None:
        """Overwrite it, remove it and close it. Where that fails the log says so."""
        try:
            self._write(0, b"\n" * os.fstat(self._descriptor).st_size)
            os.fsync(self._descriptor)
            self.path.unlink(missing_ok=True)
        except OSError as error:
            _log.error("%s could not be removed: %s", self.path, error)
        self.close()

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, start: int, content: bytes) -> None:
        os.lseek(self._descriptor, start, os.SEEK_SET)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def take_over(base: Path) -> Iterator[tuple[Path, SpoolFile, list[SpoolLine]]]:
    """The files that nobody holds, made ours, oldest first, with what is in them.

    Where one cannot be read the log says so: it must not keep a gateway from recording anything else.
    """
    try:
        paths = list_spool_files(base)
    except OSError as error:
        _log.error(_UNREADABLE, base.parent, error)
        return
    for path in paths:
        file = None
        try:
            if not (file := open_spool_file(path)) or not file.claim():
                continue
            lines = list(file.read())
        except OSError as error:
            _log.error(_UNREADABLE, path, error)
            if file:
                file.close()
            continue
        yield path, file, lines


def list_spool_files(base: Path) -> list[Path]:
    """Those that are there, oldest first. Raises OSError where the folder cannot be looked into."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return sorted(path for path in base.parent.iterdir() if path.name.startswith(f"{base.name}."))
    return []


def open_spool_file(path: Path) -> SpoolFile | None:
    """The file, not claimed yet; None where it was just removed. Raises OSError where it cannot be read."""
    with suppress(FileNotFoundError):
        return SpoolFile(path, os.open(path, os.O_RDWR | _BINARY))
    return None


def make_spool_file(base: Path) -> SpoolFile:
    """A new file of ours, readable to its owner alone."""
    while True:
        path = base.with_name(f"{base.name}.{time.time_ns():020d}")
        with suppress(FileExistsError):
            file = SpoolFile(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600))
            if file.claim():  # else a process that starts took it for left behind, and removed it
                _sync_folder(path.parent)
                return file


def write_line(ticket: Ticket, size: int) -> bytes:
    """The line of a decision. `size`: leaves that the ledger has at least."""
    kind, hour, event, _, salt, payload, person_salt, person = ticket.sealed
    said: dict[str, object] = {"event": event, "hour": hour, "kind": kind, "payload": payload.decode(),
                               "salt": salt.hex(), "size": size}  # fmt: skip
    if person and person_salt:
        said |= {"person": person.decode(), "person_salt": person_salt.hex()}
    return canonical(said | {"digest": _digest(said)}) + b"\n"


def _read_line(start: int, text: bytes) -> SpoolLine:
    with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        said = json.loads(text)
        if said.pop("digest") != _digest(said):
            return SpoolLine(start, text, None, 0)  # what a disk has spoilt must not become evidence
        salt, payload = bytes.fromhex(said["salt"]), said["payload"].encode()
        person = said["person"].encode() if "person" in said else None
        person_salt = bytes.fromhex(said["person_salt"]) if person else None
        consent_id = str(json.loads(person)["consent_id"]) if person else ""
        sealed = Sealed(said["kind"], int(said["hour"]), str(said["event"]), commit(salt, payload), salt, payload,
                        person_salt, person)  # fmt: skip
        if sealed.kind in get_args(RecordKind):
            return SpoolLine(start, text, Ticket(sealed, consent_id), int(said["size"]))
    return SpoolLine(start, text, None, 0)


def _digest(said: dict[str, object]) -> str:
    return hashlib.sha256(canonical(said)).hexdigest()


def _sync_folder(folder: Path) -> None:
    """So that a new file is found after a power cut; as far as the file system lets us, and some do not."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

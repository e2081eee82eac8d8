"""Where refusals and withdrawals wait on disk while the store is down. They hold at once, so nobody waits for them.

Each process has a file of its own beside the store, `<store>.spool.<when>`; who starts next takes over the files of
those that died. A decision makes the same commitment whoever stores it, so that one look through the ledger's leaves
tells whether it is there already.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cookiegate.errors import StoreError
from cookiegate.store import companion, is_shared

from .ledger import Inheritance, Ticket
from .spoolfile import SpoolFile, list_spool_files, make_spool_file, open_spool_file, take_over, write_line

MOST_LINES = 20_000  # twice what the queue holds: what was stored meanwhile leaves the file only with the rest
_AGAIN = 1.0  # seconds until a disk that failed is tried again
_PATIENCE, _PAUSE = 5.0, 0.1  # seconds for another process to store what it has

_log = logging.getLogger("cookiegate.register")


class Spool:
    """The files of one process. Its methods take as long as a disk does: none is for an event loop."""

    def __init__(self, store_url: str) -> None:
        self._base = _find_base(store_url)
        self._lock = threading.Lock()
        self._own: SpoolFile | None = None  # that is written to
        self._files: set[SpoolFile] = set()  # with those taken over
        self._kept: dict[Ticket, SpoolFile] = {}
        self._again_at = 0.0  # on the monotonic clock
        self.error = ""  # why not all that waits is on disk; "" when it is

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, ticket: object) -> bool:
        return ticket in self._kept

    @property
    def in_use(self) -> bool:
        return bool(self._files or self.error)

    def adopt(self) -> Inheritance:
        """Take over what processes that died have left, in the order in which it was written."""
        sizes = [0]
        with self._lock:
            for path, file, lines in take_over(self._base):
                self._files.add(file)
                for line in lines:
                    if line.ticket:
                        self._kept[line.ticket] = file
                        sizes.append(line.size)
                    else:
                        _log.warning("%s: a line that is not whole was left out", path)
            if self._kept:
                _log.warning("%d decisions wait that another process could not store", len(self._kept))
            return Inheritance(list(self._kept), min(sizes[1:], default=0))

    def keep(self, tickets: Iterable[Ticket], size: int) -> None:
        """Put those on disk that are not there yet. `size`: leaves that the ledger has at least.

        What the disk does not take goes on waiting in memory, and `error` says so.
        """
        with self._lock:
            new = [each for each in tickets if each not in self._kept and not each.abandoned]
            if not new or time.monotonic() < self._again_at:
                return
            try:
                if self._own is None:
                    self._own = make_spool_file(self._base)
                    self._files.add(self._own)
                room = MOST_LINES - sum(file is self._own for file in self._kept.values())
                self._own.append(write_line(each, size) for each in new[:room])
                self._kept.update(dict.fromkeys(new[:room], self._own))
                self._report("" if len(new) <= room else f"{self._own.path} is full")
            except OSError as error:
                self._report(str(error))

    def release(self, waiting: Iterable[Ticket]) -> None:
        """Remove the files of which nothing waits any more."""
        with self._lock:
            needed = {self._kept[each] for each in waiting if each in self._kept}
            for file in self._files - needed:
                self._kept = {ticket: place for ticket, place in self._kept.items() if place is not file}
                self._own = None if file is self._own else self._own
                file.wipe()
            self._files &= needed
            if not self._files:
                self._report("")

    def forget(self, consent_id: str) -> None:
        """Overwrite what is there of somebody. Raises StoreError where the disk does not do so."""
        with self._lock, _reporting():
            for file in self._files:
                file.blank(consent_id)

    def close(self) -> None:
        """Leave what is there to whoever comes next."""
        with self._lock:
            self.disown()

    def disown(self) -> None:
        """In a forked child, where the parent's thread may have held the lock: the files stay the parent's."""
        for file in self._files:
            file.close()
        self._files, self._kept, self._own = set(), {}, None

    def _report(self, error: str) -> None:
        if error:
            self._again_at = time.monotonic() + _AGAIN
            if not self.error:
                _log.error("decisions wait in memory alone: %s", error)
        self.error = error


def list_spooled(store_url: str) -> Iterator[Ticket]:
    """The decisions that processes on this machine have on disk, the dead ones included. Raises StoreError."""
    with _reporting():
        for path in list_spool_files(_find_base(store_url)):
            if (file := open_spool_file(path)) is None:
                continue
            yield from (line.ticket for line in file.read() if line.ticket)
            file.close()


def forget_spooled(store_url: str, consent_id: str) -> None:
    """Overwrite what processes that died have left of somebody, and wait for those that live to store what they have.

    Raises StoreError where the disk does not do as told, or they do not come to it within five seconds.
    """
    until = time.monotonic() + _PATIENCE
    while not _forget_left(_find_base(store_url), consent_id):
        if time.monotonic() >= until:
            raise StoreError("a gateway has something of this person that is not stored yet: try again in a minute")
        time.sleep(_PAUSE)


def _forget_left(base: Path, consent_id: str) -> bool:
    """Overwrite what nobody holds. False where somebody holds something still."""
    forgotten = True
    with _reporting():
        for path in list_spool_files(base):
            if (file := open_spool_file(path)) is None:
                continue
            if not any(line.is_of(consent_id) for line in file.read()):
                pass
            elif file.claim():
                file.blank(consent_id)
            else:
                forgotten = False
            file.close()
    return forgotten


def _find_base(store_url: str) -> Path:
    """Beside a database file. Of a shared store in the working folder, apart from another that is used there."""
    base = companion(store_url, ".spool")
    if not is_shared(store_url):
        return base
    place = store_url.partition("?")[0].rpartition("@")[2].rpartition("//")[2]  # a password may change
    return base.with_name(f"{base.name}.{hashlib.sha256(place.encode()).hexdigest()[:8]}")


@contextmanager
def _reporting() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"what waits on disk to be stored cannot be overwritten: {error}") from error

"""A lock on a file, held by one process at a time and freed by the system when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .owner import open_private

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BEYOND = 1 << 30  # bytes: behind the end of any file that is claimed


@contextmanager
def hold(path: Path, beside: Path | None = None) -> Iterator[int]:
    """Open the file (made with mode 0600), lock it for as long as the block runs, and give its descriptor.

    Waits for another holder. Made by root, it gets the owner of `beside`, or of its folder. Raises OSError where the
    file cannot be opened or locked.
    """
    descriptor = open_private(path, beside)
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield descriptor
        finally:
            # Said aloud, not left to close(): a child forked meanwhile holds a copy of the descriptor.
            if sys.platform == "win32":
                os.lseek(descriptor, 0, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def claim(descriptor: int) -> bool:
    """Lock an open file until it is closed, also by this process's death; False where somebody else has."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _BEYOND, os.SEEK_SET)  # there a locked byte cannot be read: one that is never written
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

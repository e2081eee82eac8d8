"""Whose a new file is. What root makes among the files of a service is the service's, which could not open it else."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)


def make_private(path: Path, beside: Path | None = None) -> int:
    """A new file with mode 0600, open; its owner as `share_owner`. Raises FileExistsError, and any other OSError."""
    descriptor = os.open(path, _FLAGS | os.O_EXCL, 0o600)
    share_owner(descriptor, beside if beside and beside.exists() else path.parent)
    return descriptor


def open_private(path: Path, beside: Path | None = None) -> int:
    """The same; where there is such a file already, that one, and as it is."""
    with suppress(FileExistsError):
        return make_private(path, beside)
    return os.open(path, _FLAGS, 0o600)


def share_owner(descriptor: int, other: Path) -> None:
    """Give an open file the owner and the group of another, or of a folder, where we are root."""
    if sys.platform != "win32" and os.geteuid() == 0:
        theirs = other.stat()
        with suppress(PermissionError):  # a container's root may not be allowed to
            os.fchown(descriptor, theirs.st_uid, theirs.st_gid)

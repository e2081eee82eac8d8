"""Where a command writes what holds personal data: whole, and readable to its owner alone."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import CookiegateError


@contextmanager
def opened(output: str) -> Iterator[IO[str]]:
    """Standard output, or a file that takes its place when it is whole; readable to its owner alone.

    A link stays, and what it leads to is written. So does anything that is no file, such as a pipe or a device.
    """
    if output == "-":
        yield sys.stdout
        return
    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            with open(os.open(path, os.O_WRONLY), "w", encoding="utf-8", newline="") as out:
                yield out
            return
        with _replacing(Path(os.path.realpath(path))) as out:
            yield out
    except OSError as error:
        raise CookiegateError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    # A name of its own: whatever lies at a fixed one would be lost, and its mode or whom it leads to taken over.
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as out:
            yield out
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)

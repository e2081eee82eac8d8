"""Where a command writes what holds personal data: whole, and readable to its owner alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import CookiegateError


@contextmanager
def opened(output: str) -> Iterator[IO[str]]:
    """Standard output, or a file that takes its place when it is whole; readable to its owner alone."""
    if output == "-":
        yield sys.stdout
        return
    path = Path(output)
    new = path.with_name(path.name + ".new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as out:
            yield out
        new.replace(path)
    except OSError as error:
        raise CookiegateError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        new.unlink(missing_ok=True)

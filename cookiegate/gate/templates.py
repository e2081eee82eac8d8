"""Template elements that are open: what stands in one is not shown, so that a body in it is none."""

from __future__ import annotations

import re

from .syntax import TAGS

_ANY = re.compile(rb"<\/?template", re.I)


class Templates:
    """Counts them over the beginning of a page."""

    def __init__(self) -> None:
        self.open = 0

    def pass_over(self, buffer: bytes, start: int, end: int) -> None:
        """Text, comments and whole tags."""
        if _ANY.search(buffer, start, end) is None:
            return
        for found in TAGS.finditer(buffer, start, end):
            if found[2] is not None and found[2].lower() == b"template":
                self.open = max(0, self.open - 1) if found[1] else self.open + 1

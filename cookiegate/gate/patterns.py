"""Many texts in one expression, so that looking for all of them takes one search."""

from __future__ import annotations

import re


def compile_any(texts: set[str]) -> re.Pattern[bytes]:
    """Finds any of these texts; grouped by first letter, and without those that hold another, to be found sooner."""
    if "" in texts:
        return re.compile(b"")
    shortest = sorted(text for text in texts if not any(other in text for other in texts - {text}))
    groups = [
        re.escape(first) + "(?:" + "|".join(re.escape(text[1:]) for text in shortest if text[0] == first) + ")"
        for first in sorted({text[0] for text in shortest})
    ]
    return re.compile("|".join(groups).encode() or rb"(?!)")

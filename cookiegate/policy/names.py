"""The names of cookies and storage keys as a policy writes them, with `*` for anything."""

from __future__ import annotations

import re


def compile_names(patterns: list[str]) -> re.Pattern[str]:
    """One expression for all names; it is also what the in-page guard is given, so plain enough for JavaScript."""
    parts = {re.sub(r"\\\*", ".*", re.escape(pattern)).replace(r"\-", "-") for pattern in patterns}
    return re.compile("|".join(sorted(parts)) or "(?!)")

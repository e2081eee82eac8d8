"""Cells of a CSV file that a spreadsheet takes for what they are."""

from __future__ import annotations

# What a spreadsheet takes for a formula (OWASP, CSV injection), also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def write_cell(value: object) -> str:
    """The value as text; behind an apostrophe where a spreadsheet would calculate it."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

"""Cells of a CSV file that a spreadsheet takes for what they are, and text that a terminal only shows."""

from __future__ import annotations

# What a spreadsheet takes for a formula (OWASP, CSV injection), also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def write_cell(value: object) -> str:
    """The value as text; behind an apostrophe where a spreadsheet would calculate it."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def make_printable(value: object) -> str:
    """The value as text in which nothing moves a cursor or turns the direction of writing."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))

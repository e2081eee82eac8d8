"""Compiles regular expressions that rely on possessive repeats, rightly on every Python from 3.11.0.

CPython before 3.11.5 loses its place when a possessively repeated group fails half-way (cpython#106052). An atomic
group around a greedy repeat means the same and is matched rightly there, only more slowly.
"""

from __future__ import annotations

import re
from typing import AnyStr

SOUND = re.fullmatch("(?:ab?c)*+", "a") is None


def compile(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile`, with possessive groups spelt in the way this Python understands."""
    if SOUND:
        return re.compile(pattern, flags)
    if isinstance(pattern, bytes):
        return re.compile(spell_out(pattern.decode("latin-1")).encode("latin-1"), flags)
    return re.compile(spell_out(pattern), flags)


def spell_out(pattern: str) -> str:
    """Every `(…)*+`, `(…)++` and `(…)?+` as `(?>(…)*)`, `(?>(…)+)` and `(?>(…)?)`; single characters stay."""
    out: list[str] = []
    opened: list[int] = []  # where, in `out`, the groups that are open begin
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            out.append(pattern[at : at + 2])
            at += 2
        elif pattern[at] == "[":
            end = pattern.index("]", at + (3 if pattern.startswith("[^", at) else 2))
            while _is_escaped(pattern, end):
                end = pattern.index("]", end + 1)
            out.append(pattern[at : end + 1])
            at = end + 1
        elif pattern[at] == "(":
            opened.append(len(out))
            out.append("(")
            at += 1
        elif pattern[at] == ")":
            begin = opened.pop()
            out.append(")")
            at += 1
            if pattern[at : at + 2] in ("*+", "++", "?+"):
                out.insert(begin, "(?>")
                out.append(pattern[at] + ")")
                at += 2
        else:
            out.append(pattern[at])
            at += 1
    return "".join(out)


def _is_escaped(pattern: str, at: int) -> bool:
    backslashes = at - len(pattern[:at].rstrip("\\"))
    return backslashes % 2 == 1

"""Which of a site's languages a visitor prefers (RFC 9110 section 12.5.4, lookup after RFC 4647 section 3.4)."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 1024  # bytes of the header that are read
_MOST_RANGES = 32
_USUAL = 200  # bytes
_RANGE = re.compile(
    r"[ \t]*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,7})[ \t]*(?:;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


def choose(accept_language: bytes, offered: tuple[str, ...]) -> str:
    """The offered tag that fits best; the first one where none does. `offered` is never empty.

    "fi-FI" is served by "fi", and "en" by "en-GB". A range with q=0 takes its language out. The malformed is skipped.
    """
    # browsers send few different ones; a long one is nobody's setting and not worth remembering
    return (_remembered if len(accept_language) <= _USUAL else _choose)(accept_language, offered)


def _choose(accept_language: bytes, offered: tuple[str, ...]) -> str:
    ranges = _read(accept_language)
    refused = {tag for tag, weight in ranges if not weight}
    left = [tag for tag in offered if not _covers(refused, tag)] or list(offered)
    for wanted, weight in sorted(ranges, key=lambda each: -each[1]):
        if not weight:
            break
        found = _look_up(wanted, left)
        if found:
            return found
    return left[0]


def _read(header: bytes) -> list[tuple[str, float]]:
    texts = header[:_LONGEST].decode("latin-1").lower().split(",", _MOST_RANGES)[:_MOST_RANGES]
    found = [_RANGE.fullmatch(text) for text in texts]
    return [(each[1], float(each[2] or 1)) for each in found if each]


def _covers(ranges: set[str], tag: str) -> bool:
    return any(tag.lower() == wanted or tag.lower().startswith(f"{wanted}-") for wanted in ranges)


def _look_up(wanted: str, offered: list[str]) -> str:
    if wanted == "*":
        return offered[0]
    while wanted:
        for tag in offered:
            if _covers({wanted}, tag):
                return tag
        wanted = wanted.rpartition("-")[0]
    return ""


def prefer(accept_language: bytes) -> str:
    """The primary subtag of the language that the browser prefers: "fi" of "fi-FI,sv;q=0.8". "" where none is told."""
    return (_preferred if len(accept_language) <= _USUAL else _prefer)(accept_language)


def _prefer(accept_language: bytes) -> str:
    ranges = [(wanted, weight) for wanted, weight in _read(accept_language) if weight and wanted != "*"]
    best = max(ranges, key=lambda each: each[1], default=("", 0.0))[0].partition("-")[0]
    return best if 2 <= len(best) <= 3 else ""  # longer ones are registered to nobody


_preferred = lru_cache(maxsize=512)(_prefer)
_remembered = lru_cache(maxsize=512)(_choose)

"""Where the guard goes: before anything that could run, behind what browsers want to find first."""

from __future__ import annotations

import re

from .syntax import CHARSET, PROLOGUE, TAG

_BOM = b"\xef\xbb\xbf"
_SEEN_FOR_CHARSET = 1024  # bytes in which browsers look for it
_END_OF_HEAD = re.compile(rb"</head|<body", re.I)


def find_place_for_guard(buffer: bytes, final: bool) -> int:
    """Behind doctype, html, head and harmless meta tags; -1 while that, or the charset, cannot be told."""
    found = PROLOGUE.match(buffer)
    place = found.end() if found else 0
    if not final and (_may_go_on(buffer, place) or not _tells_charset(buffer, place)):
        return -1
    return place


def keep_charset(buffer: bytes, place: int) -> bytes:
    """A meta element that says the charset again, where the guard would push it out of what browsers look at."""
    said = _find_charset(buffer, place)
    return b'<meta charset="%b">' % said[1] if said and not CHARSET.search(buffer, 0, place) else b""


def _may_go_on(buffer: bytes, place: int) -> bool:
    """Whether more of the prologue may stand at `place` once the rest has come."""
    rest = buffer[place : place + 4]
    if not rest or _BOM.startswith(buffer):
        return True
    if not rest.startswith(b"<"):
        return False
    if rest[1:2].isalpha():
        return TAG.match(buffer, place) is None
    if rest[1:2] in (b"!", b"?"):
        return b"<!--".startswith(rest) or buffer.find(b">", place) < 0
    return len(rest) == 1


def _tells_charset(buffer: bytes, place: int) -> bool:
    """Whether what came suffices to say whether a charset stands in the head, and which."""
    if len(buffer) >= _SEEN_FOR_CHARSET or CHARSET.search(buffer, 0, place):
        return True
    said = _find_charset(buffer, place)
    return said.end() < len(buffer) if said else _END_OF_HEAD.search(buffer, place) is not None


def _find_charset(buffer: bytes, place: int) -> re.Match[bytes] | None:
    end = _END_OF_HEAD.search(buffer, place, _SEEN_FOR_CHARSET)
    return CHARSET.search(buffer, place, end.start() if end else _SEEN_FOR_CHARSET)

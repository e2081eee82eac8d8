"""ETags and dates by which a browser could be told from others: they pass once the site has said the same twice.

A browser stores the validator of a response and sends it back by itself (RFC 9110 section 13.1), as it does a cookie.
What is true of the resource is the same for everybody. So one passes from the second time on that the site says it of
the same address; until then a copy is asked for anew. (EDPB guidelines 2/2023, paragraph 50: what is cached is stored.)
A server that knows a visitor again anyway, by their address, may say the same to them twice: that is not seen here.
"""

from __future__ import annotations

import re

from .media import is_passive

Headers = list[tuple[bytes, bytes]]

_SAYING = frozenset((b"etag", b"last-modified"))
_TAG = re.compile(rb'(?:W/)?"[^"]*"')
# What servers and proxies add to a tag when they compress: Apache a suffix, nginx the mark of a weak one.
_COMPRESSED = re.compile(rb'[-;](?:gzip|br|zstd|deflate)"\Z')
_MOST = 32_768  # remembered of each kind, the oldest forgotten first; as hashes, since anybody may invent addresses


class Validators:
    """What was said of which address once, and what more than once."""

    def __init__(self) -> None:
        self._once: dict[int, None] = {}
        self._proven: dict[int, None] = {}

    def screen(self, place: bytes, headers: Headers) -> Headers:
        """The headers of an answer from `place` (path and query), without what was said there for the first time, where
        a browser would keep it unasked. What scripts fetch keeps its ETag: they may need it for If-Match."""
        unproven: Headers = []
        passive = False
        for pair in headers:
            name = pair[0] if pair[0].islower() else pair[0].lower()
            if name in _SAYING:
                if not self._note(place, pair[1]):
                    unproven.append(pair)
            elif name == b"content-type":
                passive = is_passive(pair[1])
        if not unproven or not passive:
            return headers
        return [pair for pair in headers if pair not in unproven]

    def strip(self, place: bytes, lines: Headers) -> Headers:
        """The headers of a GET or HEAD of `place` without conditions by which the browser could be known again."""
        kept = []
        for name, value in lines:
            if name == b"if-none-match" and value.strip() != b"*":
                value = b", ".join(tag for tag in _TAG.findall(value) if self._knows(place, tag))
                if not value:
                    continue
            elif name == b"if-modified-since" and not self._knows(place, value):
                continue
            kept.append((name, value))
        if any(name == b"if-range" and not self._knows(place, value) for name, value in lines):
            kept = [pair for pair in kept if pair[0] not in (b"if-range", b"range")]  # a part of what may have changed
        return kept

    def _knows(self, place: bytes, value: bytes) -> bool:
        return hash((place, _reduce(value))) in self._proven

    def _note(self, place: bytes, value: bytes) -> bool:
        """Whether it was said before."""
        key = hash((place, _reduce(value)))
        if key in self._proven:
            return True
        if key in self._once:
            del self._once[key]
            _remember(self._proven, key)
            return True
        _remember(self._once, key)
        return False


def _reduce(value: bytes) -> bytes:
    """As If-None-Match compares (RFC 9110 section 8.8.3.2)."""
    return _COMPRESSED.sub(b'"', value.removeprefix(b"W/"))


def _remember(known: dict[int, None], key: int) -> None:
    if len(known) >= _MOST:
        del known[next(iter(known))]
    known[key] = None

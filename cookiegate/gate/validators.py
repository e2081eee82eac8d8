"""ETags and dates by which a browser could be told from others: of each address one passes, that the site said twice.

A browser stores the validator of a response and sends it back by itself (RFC 9110 section 13.1), as it does a cookie.
What is true of the resource is the same for everybody. So a value passes from the second time on that the site says it
of the same address, and until it says another one twice: as many as pass at a time would be a number for somebody.
Until then a copy is asked for anew. (EDPB guidelines 2/2023, paragraph 50: what is cached is stored.) A server that
knows a visitor again anyway, by their address, may say the same to them twice: that is not seen here.
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
    """What was said of which address once, and what last more than once."""

    def __init__(self) -> None:
        self._once: dict[int, int] = {}  # address and value → value, as hashes
        self._proven: dict[int, int] = {}  # address and kind → value

    def screen(self, place: bytes, headers: Headers) -> Headers:
        """The headers of an answer from `place` (path and query), without what was said there for the first time, where
        a browser would keep it unasked. What scripts fetch keeps its ETag: they may need it for If-Match."""
        unproven: Headers = []
        passive = False
        for pair in headers:
            name = pair[0] if pair[0].islower() else pair[0].lower()
            if name in _SAYING:
                if not self._note(place, name == b"etag", pair[1]):
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
                # in one form, whichever was said: the site compares them so (RFC 9110 section 13.1.2)
                tags = {_reduce(tag) for tag in _TAG.findall(value) or (value,) if self._knows(place, True, tag)}
                if not tags:
                    continue
                value = tags.pop()
            elif name == b"if-modified-since" and not self._knows(place, False, value):
                continue
            kept.append((name, value))
        if any(name == b"if-range" and not self._knows_exactly(place, value) for name, value in lines):
            kept = [pair for pair in kept if pair[0] not in (b"if-range", b"range")]  # a part of what may have changed
        return kept

    def _knows(self, place: bytes, tag: bool, value: bytes) -> bool:
        return self._proven.get(hash((place, tag))) == hash(_reduce(value))

    def _knows_exactly(self, place: bytes, value: bytes) -> bool:
        """A part fits only what it was cut from, so that its tag is sent as it was said, or not at all."""
        tag = b'"' in value
        return self._knows(place, tag, value) and (not tag or value == _reduce(value))

    def _note(self, place: bytes, tag: bool, value: bytes) -> bool:
        """Whether it was said before."""
        key, said = hash((place, tag)), hash(_reduce(value))
        if self._proven.get(key) == said:
            return True
        once = hash((key, said))
        if once in self._once:
            del self._once[once]
            self._proven.pop(key, None)
            _remember(self._proven, key, said)
            return True
        _remember(self._once, once, said)
        return False


def _reduce(value: bytes) -> bytes:
    """As If-None-Match compares (RFC 9110 section 8.8.3.2)."""
    return _COMPRESSED.sub(b'"', value.removeprefix(b"W/"))


def _remember(known: dict[int, int], key: int, value: int) -> None:
    if len(known) >= _MOST:
        del known[next(iter(known))]
    known[key] = value

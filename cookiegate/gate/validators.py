"""ETags and dates by which a browser could be told from others: kept and sent only once another had the same.

A browser stores the validator of a response and sends it back by itself (RFC 9110 section 13.1), as it does a cookie.
What is true of the resource is the same for everybody. So one passes from the second time on that the site says it of
the same address; the first visitor's copy is asked for anew, and that is all it costs. (EDPB guidelines 2/2023,
paragraph 50: what is cached is stored.)
"""

from __future__ import annotations

from collections.abc import Iterable

from .media import is_passive

Headers = list[tuple[bytes, bytes]]

_SAYING = frozenset((b"etag", b"last-modified"))
_ASKING = frozenset((b"if-none-match", b"if-modified-since"))
_MOST = 32_768  # remembered of each kind, the oldest forgotten first; as hashes, since anybody may invent addresses


class Validators:
    """What was said of which address once, and what more than once."""

    def __init__(self) -> None:
        self._once: dict[int, None] = {}
        self._proven: dict[int, None] = {}

    def screen(self, place: bytes, headers: Headers) -> Headers:
        """The headers of an answer from `place` (path and query), without what only this visitor was told, where a
        browser would keep it unasked. What scripts fetch keeps its ETag: they may need it for If-Match."""
        unproven: Headers = []
        passive = False
        for pair in headers:
            name = pair[0]
            if name in _SAYING:
                if not self._note(place, pair[1]):
                    unproven.append(pair)
            elif name == b"content-type":
                passive = is_passive(pair[1])
        if not unproven or not passive:
            return headers
        return [pair for pair in headers if pair not in unproven]

    def strip(self, place: bytes, lines: Headers) -> Headers:
        """The headers of a request to `place` without conditions by which the browser could be known again."""
        kept = [(name, value) for name, value in lines if name not in _ASKING or self._knows(place, name, value)]
        if any(name == b"if-range" and not self._knows(place, name, value) for name, value in lines):
            kept = [pair for pair in kept if pair[0] not in (b"if-range", b"range")]  # a part of what may have changed
        return kept

    def _knows(self, place: bytes, name: bytes, value: bytes) -> bool:
        said: Iterable[bytes] = (value,) if name == b"if-modified-since" else value.split(b",")
        return all(hash((place, each.strip())) in self._proven for each in said)

    def _note(self, place: bytes, value: bytes) -> bool:
        """Whether it was said before."""
        key = hash((place, value))
        if key in self._proven:
            return True
        if key in self._once:
            del self._once[key]
            _remember(self._proven, key)
            return True
        _remember(self._once, key)
        return False


def _remember(known: dict[int, None], key: int) -> None:
    if len(known) >= _MOST:
        del known[next(iter(known))]
    known[key] = None

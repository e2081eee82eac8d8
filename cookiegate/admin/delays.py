"""How long somebody waits who has failed to sign in: longer each time, and nobody for what strangers elsewhere do.

Counted for each network, and for each name at it; never for a name across networks, since whoever is refused for that
is its owner: a stranger needs a new network for each attempt, and so may have one. What many networks can guess is
bounded by how many passwords are hashed at once, and carried by how long those are (docs/staff.md has the figures).
At a network from which somebody came in before, only their own failures there make them wait. Names that do not exist
are counted alike. All of it is in memory: after a start nobody waits.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

_FREE = 3  # failures after which nobody waits yet
_LONGEST = 15 * 60.0  # seconds
_LONGEST_KNOWN = 60.0  # for a network that the person came from before
_FORGOTTEN = 3600.0  # seconds after which a failure counts no more
_NOTED = 30  # failures an hour that get a leaf each; those that come after are counted in the next hour's first
_MOST = 10_000  # of each kind that are kept in mind

_Key = tuple[str, str]


class Delays:
    def __init__(self) -> None:
        self._failures: OrderedDict[_Key, tuple[int, float]] = OrderedDict()  # how many, and when the last was
        self._known: OrderedDict[_Key, None] = OrderedDict()  # name and network that came in
        self._lock = threading.Lock()

    def begin(self, name: str, network: str, now: float) -> float:
        """Seconds to wait before the next attempt; 0: it may be made now, and counts as failed until `succeed`.

        So attempts that come all at once are not all let through before the first of them has failed.
        """
        with self._lock:
            known = (name, network) in self._known
            keys = [(name, network)] if known else [(name, network), ("", network)]
            longest = _LONGEST_KNOWN if known else _LONGEST
            left = max(self._find_wait(key, longest, now) for key in keys)
            if left <= 0:
                for key in keys:
                    self._failures[key] = (self._count(key, now) + 1, now)
                    self._failures.move_to_end(key)
                _shorten(self._failures)
            return max(0.0, left)

    def succeed(self, name: str, network: str) -> None:
        """Somebody came in: what stood against them is forgotten, and against their network for all but the names that
        were tried there."""
        with self._lock:
            for key in ((name, network), ("", network)):
                self._failures.pop(key, None)
            self._known[name, network] = None
            self._known.move_to_end((name, network))
            _shorten(self._known)

    def _count(self, key: _Key, now: float) -> int:
        count, last = self._failures.get(key, (0, 0.0))
        return count if now - last < _FORGOTTEN else 0

    def _find_wait(self, key: _Key, longest: float, now: float) -> float:
        over = self._count(key, now) - _FREE
        if over < 0:
            return 0.0
        last = min(self._failures[key][1], now)  # later only by a clock that was ahead
        return last + min(2.0 ** min(over, 20), longest) - now


def _shorten(kept: OrderedDict[_Key, object] | OrderedDict[_Key, tuple[int, float]] | OrderedDict[_Key, None]) -> None:
    while len(kept) > _MOST:
        kept.popitem(last=False)


class Failures:
    """Attempts that failed, for the ledger: a stranger must not make it grow without end."""

    def __init__(self) -> None:
        self._hour, self._count, self._left = 0, 0, 0
        self._lock = threading.Lock()

    def count(self, now: float) -> int:
        """How many the leaf to be written now is about; 0: none is written yet."""
        with self._lock:
            if self._hour != (hour := int(now) // 3600):
                self._hour, self._count = hour, 0
            self._count += 1
            self._left += 1
            if self._count > _NOTED:
                return 0
            count, self._left = self._left, 0
            return count

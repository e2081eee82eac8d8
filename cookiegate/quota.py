"""How much one network may have written down a minute, so that nobody floods the ledger.

Counts what is written, never pages. Keeps truncated networks only, in memory, as token buckets.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from .exchange import logger
from .visitor import truncate

_MOST = 10_000  # buckets remembered; the oldest goes first
_MINUTE = 60.0
# Where a proxy has not been named as trusted, everybody has its address: nobody could be told apart.
_SHARED = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
                 "::/48", "fc00::/7", "fe80::/10")
)  # fmt: skip


class Quota:
    """So many at once, and as many again in each `period`, for each key."""

    def __init__(
        self, amount: int, what: str, *, period: float = _MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`what`: for the line in the log that tells of those turned away, once a minute at most."""
        self._amount = amount
        self._what = what
        self._rate = amount / period
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # key → what is left, and when that was
        self._turned_away = 0
        self._complain_at = 0.0

    def has_room(self, key: str) -> bool:
        """Whether it can be counted without forgetting another that has not got all back: who has more keys than are
        remembered would otherwise have no limit."""
        if key in self._buckets or len(self._buckets) < _MOST:
            return True
        left, since = self._buckets[next(iter(self._buckets))]
        return left + (self._clock() - since) * self._rate >= self._amount

    def take(self, key: str) -> bool:
        """Whether one more may be written. The key "" stands for nobody in particular, and is not limited."""
        if not key:
            return True
        now = self._clock()
        left, since = self._buckets.pop(key, (float(self._amount), now))
        left = min(self._amount, left + (now - since) * self._rate)
        if len(self._buckets) >= _MOST:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            self._complain(now)
        return left >= 1

    def _complain(self, now: float) -> None:
        self._turned_away += 1
        if now >= self._complain_at:
            logger.warning(
                "more than %d %s, %d were not recorded so far; if all come by a proxy of yours, name it in "
                "COOKIEGATE_TRUSTED_PROXIES",
                self._amount,
                self._what,
                self._turned_away,
            )
            self._complain_at = now + _MINUTE


def find_network(address: str) -> str:
    """The network for which a quota counts; "" where an address does not tell visitors apart."""
    network = truncate(address)
    if not network:
        return ""
    begin = ipaddress.ip_network(network).network_address
    return "" if any(begin in shared for shared in _SHARED) else network

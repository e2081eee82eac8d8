"""From visits to the rows that are stored: browsers described, visitors told apart. Too slow for the request path."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from cookiegate.policy import Policy
from cookiegate.store import VisitRow

from .daykey import DayKeys, visitor_id
from .visits import Visit, day_of, row_from

_LONGEST = 0.02  # seconds at once: a decision may be waiting behind it, and an unknown browser takes a millisecond


class Preparation:
    def __init__(self, policy: Policy, day_keys: DayKeys, clock: Callable[[], float]) -> None:
        self._site = policy.site.name
        self._daily = policy.visits.visitor == "daily"
        self._day_keys = day_keys
        self._clock = clock

    def take(self, queue: deque[Visit], most: int) -> tuple[list[Visit], list[VisitRow]]:
        """Take visits from the queue, and their rows: as many as there are, are asked for, or 20 ms allow."""
        visits: list[Visit] = []
        rows: list[VisitRow] = []
        until = time.monotonic() + _LONGEST
        while queue and len(rows) < most and time.monotonic() < until:
            visit = queue.popleft()
            visits.append(visit)
            rows.append(row_from(visit, self._visitor(visit)))
        return visits, rows

    def _visitor(self, visit: Visit) -> bytes | None:
        key = self._day_keys.key(day_of(visit.time), self._clock()) if self._daily else None
        return visitor_id(key, self._site, visit) if key else None

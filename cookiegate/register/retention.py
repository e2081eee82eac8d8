"""When something is old enough to be deleted (GDPR art. 5(1)(e)), and the deleting."""

from __future__ import annotations

import time
from collections.abc import Callable

from cookiegate.policy import Policy
from cookiegate.store import Store

from .daykey import DayKeys
from .visits import day_of

_DAY = 86_400
_OBSERVATION_DAYS = 90  # unless the policy says otherwise
_EVERY = 60.0  # seconds between two looks at the clock


def oldest_days(policy: Policy, now: float) -> tuple[str, str]:
    """The oldest days whose visits and whose observations are kept, in this order; `now` in seconds."""
    observation_days = policy.retention.get("observations", _OBSERVATION_DAYS)
    return day_of(now - policy.visits.retention_days * _DAY), day_of(now - observation_days * _DAY)


class Chores:
    """What the writer does beside writing: each minute it destroys outlived keys, once a day it deletes what is old."""

    def __init__(self, policy: Policy, day_keys: DayKeys, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._day_keys = day_keys
        self._clock = clock
        self._purged_on = ""
        self.due_at = 0.0  # on the monotonic clock

    def do(self, store: Store) -> bool:
        """Do a part of it, short enough to let a decision wait; whether there is more to do at once."""
        self.due_at = time.monotonic() + _EVERY
        now = self._clock()
        self._day_keys.expire(now)
        if self._purged_on == day_of(now):
            return False
        if store.purge(*oldest_days(self._policy, now)):
            self.due_at = 0.0
            return True
        if store.scrub():  # else a reader is in the way: again in a minute
            self._purged_on = day_of(now)
        return False

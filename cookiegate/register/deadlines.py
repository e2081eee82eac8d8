"""Until when somebody waits for a decision to be stored. One timer for each event loop, not one for each decision."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from cookiegate.errors import StoreError

from .ledger import Ticket

DEADLINE = 5.0  # seconds in which a decision must reach COMMIT
_EVERY = 0.5  # seconds between two looks


class Deadlines:
    """The tickets that tasks of one event loop wait for, oldest first. Used on that loop alone."""

    def __init__(self, abandon: Callable[[Ticket], bool]) -> None:
        self._abandon = abandon
        self._waiting: deque[tuple[float, Ticket]] = deque()  # until when, on the loop's clock
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, ticket: Ticket, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting
        while waiting and _is_done(waiting[0][1]):
            waiting.popleft()
        waiting.append((loop.time() + DEADLINE, ticket))
        if self._timer is None:
            self._timer = loop.call_later(_EVERY, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, waiting = loop.time(), self._waiting
        while waiting and (_is_done(waiting[0][1]) or waiting[0][0] <= now):
            _, ticket = waiting.popleft()
            # else it is being committed: only the outcome tells then
            if not _is_done(ticket) and self._abandon(ticket) and ticket.outcome:
                ticket.outcome.set_result(StoreError(f"not done within {DEADLINE:.0f} seconds"))
        self._timer = loop.call_later(_EVERY, self._look, loop) if waiting else None


def _is_done(ticket: Ticket) -> bool:
    return ticket.outcome is None or ticket.outcome.done()

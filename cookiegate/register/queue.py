"""Decisions on their way onto the ledger: the queue of those that wait, and what becomes of a try that broke off."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Container
from functools import partial

from cookiegate.errors import StoreError
from cookiegate.store import Batch, Store

from .ledger import Attempt, Doubt, Ticket, settle

MOST_DECISIONS = 10_000
BATCH_DECISIONS = 512


class DecisionQueue:
    """Filled by many threads, emptied by the writer's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held for moments only
        self._tickets: deque[Ticket] = deque()
        self._taken: list[Ticket] = []  # in the transaction that is under way
        self._unsure: Doubt | None = None  # whose COMMIT broke off, in this process or in one that died
        self._closed = False
        self.size = 0  # leaves that the ledger has at least
        self.awaited = 0  # tickets in the queue that somebody waits for
        self.dropped = 0

    def __len__(self) -> int:
        unsure = self._unsure.tickets if self._unsure else ()
        return len(self._tickets) + sum(ticket.loop is None for ticket in unsure)

    def submit(self, ticket: Ticket) -> bool:
        """Queue a decision; False when the queue is full or closed."""
        with self._lock:
            if self._closed or len(self._tickets) >= MOST_DECISIONS:
                self.dropped += ticket.loop is None
                return False
            self._tickets.append(ticket)
            self.awaited += ticket.loop is not None
        return True

    def abandon(self, ticket: Ticket) -> bool:
        """Take an awaited decision back. False when it is already being committed: only the outcome tells then."""
        with self._lock:
            ticket.abandoned = not ticket.committing
            return ticket.abandoned

    def inherit(self, doubt: Doubt) -> None:
        """Before the first try: take on what another process left behind. It comes first."""
        self._unsure = doubt

    def list_waiting(self) -> list[Ticket]:
        """What nobody waits for, in its order; also what is just being stored, or may have been."""
        with self._lock:
            tickets = [*(self._unsure.tickets if self._unsure else ()), *self._taken, *self._tickets]
        return [each for each in tickets if each.loop is None and not each.abandoned]

    def write(self, store: Store, index_key: bytes) -> bool:
        """Put what waits onto the ledger, in one transaction and in its order; whether there is more."""
        self._clear_up(store)
        tickets = self._take()
        while tickets:
            attempt = Attempt(tickets, index_key)
            try:
                stored = store.write(Batch(attempt.grow), partial(self._claim, tickets))
            except Exception as error:
                self._put_back(attempt, error)
                raise
            if stored:
                self._taken = []  # before the size is told: who keeps what waits reads them the other way round
                self.size = attempt.end
                settle(tickets, None)
                break
            self._taken = tickets = [each for each in tickets if not each.abandoned]
        return bool(self._tickets)

    def refuse(self, error: Exception) -> None:
        """Answer all that wait; the others stay queued, in their order."""
        with self._lock:
            waiting = [ticket for ticket in self._tickets if ticket.loop]
            self._tickets = deque(ticket for ticket in self._tickets if not ticket.loop)
            self.awaited = 0
        settle(waiting, StoreError(str(error) or type(error).__name__))

    def forget(self, consent_id: str) -> None:
        """Drop what waits to be recorded of somebody who was erased: it would come back after them."""
        with self._lock:
            unsure = self._unsure.tickets if self._unsure else ()
            for ticket in (*unsure, *self._taken, *self._tickets):
                if ticket.loop is None and ticket.consent_id == consent_id:
                    ticket.abandoned = True  # what is being committed is not stopped by it, only never tried again
            self._tickets = deque(each for each in self._tickets if not each.abandoned or each.loop)

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._closed = True

    def give_up(self, spooled: Container[Ticket]) -> int:
        """Let go of what could not be written; how many refusals and withdrawals that are which nothing else holds."""
        unsure, self._unsure = self._unsure, None
        with self._lock:
            left = [*(each for each in (unsure.tickets if unsure else ()) if not each.loop), *self._tickets]
            self._tickets.clear()
            lost = sum(not (each.loop or each.abandoned or each in spooled) for each in left)
            self.dropped += lost
        settle(left, StoreError("the register is closed"))
        return lost

    def _take(self) -> list[Ticket]:
        tickets: list[Ticket] = []
        with self._lock:
            while self._tickets and len(tickets) < BATCH_DECISIONS:
                ticket = self._tickets.popleft()
                self.awaited -= ticket.loop is not None
                if not ticket.abandoned:
                    tickets.append(ticket)
            self._taken = tickets
        return tickets

    def _claim(self, tickets: list[Ticket]) -> bool:
        """Just before COMMIT: either nobody has given up, and from now on nobody can, or it is not committed."""
        with self._lock:
            if any(ticket.abandoned for ticket in tickets):
                return False
            for ticket in tickets:
                ticket.committing = True
            return True

    def _put_back(self, attempt: Attempt, error: Exception) -> None:
        tickets = attempt.tickets
        if not any(ticket.committing for ticket in tickets):
            with self._lock:
                self._taken = []
                self._put_first(tickets)
            return
        # Stored or not, nobody can tell now. Who waits is told that it failed: then nothing is given.
        settle([ticket for ticket in tickets if ticket.loop], StoreError(str(error) or type(error).__name__))
        with self._lock:
            self._unsure, self._taken = attempt, []

    def _clear_up(self, store: Store) -> None:
        """Find out what became of a try that broke off, so that what nobody waits for is stored just once."""
        if self._unsure is None:
            return
        missing = self._unsure.find_missing(store)
        with self._lock:
            self._unsure = None
            self._put_first(missing)

    def _put_first(self, tickets: list[Ticket]) -> None:
        """With the lock held: before all that waits, in their order."""
        for ticket in tickets:
            ticket.committing = False
        self._tickets.extendleft(reversed(tickets))
        self.awaited += sum(ticket.loop is not None for ticket in tickets)

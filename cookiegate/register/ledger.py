"""Decisions on their way onto the ledger, and those who wait for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.store import Batch, Grow, Growth, Head, Store

from .growth import Kept, find_subject, grow_by


class Ticket:
    """One decision in the queue. Awaited if it has a loop; otherwise it is kept until it is stored."""

    __slots__ = ("abandoned", "committing", "consent_id", "loop", "outcome", "sealed")

    def __init__(self, record: ConsentRecord, loop: asyncio.AbstractEventLoop | None = None) -> None:
        # Sealed by the caller: what cannot be fails there, and never stops the queue; and once, so that it is the same
        # record however often it is tried.
        self.sealed = record.seal(os.urandom(64))
        self.consent_id = record.consent_id
        self.loop = loop
        # None when stored, otherwise why not. A result rather than an exception: nobody may be left to read it.
        self.outcome: asyncio.Future[StoreError | None] | None = loop.create_future() if loop else None
        self.abandoned = False  # its caller has given up: it must not be stored any more
        self.committing = False  # past the point at which that could be helped


class Attempt:
    """One try to put tickets on the ledger, which remembers what it would have looked like there.

    A connection may break just when COMMIT was sent. Leaves are unlike all others, their salts being random: so one
    look at the place where the first of them would stand tells whether they were stored.
    """

    def __init__(self, tickets: list[Ticket], index_key: bytes) -> None:
        self.tickets = tickets
        self._grow: Grow = grow_by([_keep(ticket, index_key) for ticket in tickets])
        self._place: tuple[int, bytes] | None = None

    def grow(self, head: Head) -> Growth:
        growth = self._grow(head)
        seq, leaf = growth.changes[0].rows[0]
        assert isinstance(seq, int)
        assert isinstance(leaf, bytes)
        self._place = seq, leaf
        return growth

    def was_stored(self, store: Store) -> bool:
        """Whether the try succeeded after all."""
        if self._place is None:
            return False
        # A server may still be busy with a COMMIT whose connection is gone. It holds the head until it is done: wait.
        store.write(Batch(lambda head: Growth(head, ())), lambda: False)
        seq, leaf = self._place
        return store.query("leaf_run", start=seq, stop=seq + 1) == [(leaf,)]


def _keep(ticket: Ticket, index_key: bytes) -> Kept:
    return Kept(ticket.sealed, find_subject(index_key, ticket.consent_id) if ticket.consent_id else None)


def settle(tickets: Iterable[Ticket], outcome: StoreError | None) -> None:
    """Tell all that wait, from the writer's thread: one wake-up for each event loop."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[StoreError | None]]] = {}
    for ticket in tickets:
        if ticket.loop and ticket.outcome:
            waiting.setdefault(ticket.loop, []).append(ticket.outcome)
    for loop, futures in waiting.items():
        try:
            loop.call_soon_threadsafe(_resolve, futures, outcome)
        except RuntimeError:
            continue  # the loop is closed, and with it everybody who waited there


def _resolve(futures: list[asyncio.Future[StoreError | None]], outcome: StoreError | None) -> None:
    for future in futures:
        if not future.done():
            future.set_result(outcome)

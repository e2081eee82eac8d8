"""Decisions on their way onto the ledger, and those who wait for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Protocol

from cookiegate.consent import Sealed, read_commitment
from cookiegate.errors import StoreError
from cookiegate.store import Batch, Grow, Growth, Head, Store

from .growth import Kept, find_subject, grow_by
from .landing import NOTHING, stop_forwarding


class Ticket:
    """One decision in the queue. Awaited if it has a loop; otherwise it is kept until it is stored.

    It comes sealed: what cannot be fails with the caller, and never stops the queue; and it is the same record, and
    makes the same commitment, however often it is tried.
    """

    __slots__ = ("abandoned", "committing", "consent_id", "loop", "narrows", "outcome", "sealed")

    def __init__(
        self,
        sealed: Sealed,
        consent_id: str,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        narrows: bool = True,
        listener: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """`narrows`: it may take back what this person gave before. `listener`: where it is told that it is stored,
        although it is kept until it is."""
        self.sealed = sealed
        self.consent_id = consent_id
        self.loop = loop
        self.narrows = narrows and bool(consent_id)
        told = loop or listener
        # None when stored, otherwise why not. A result rather than an exception: nobody may be left to read it.
        self.outcome: asyncio.Future[StoreError | None] | None = told.create_future() if told else None
        self.abandoned = False  # given up by its caller, or of somebody who was erased: not to be stored any more
        self.committing = False  # past the point at which that could be helped

    @property
    def services(self) -> frozenset[str]:
        """Those that it gives."""
        return frozenset(json.loads(self.sealed.payload)["services"])


class Doubt(Protocol):
    """Decisions of which nobody knows yet whether they were stored."""

    tickets: list[Ticket]

    def find_missing(self, store: Store) -> list[Ticket]:
        """Those of them that were not, and that have to be."""


class Attempt:
    """One try to put tickets on the ledger, which remembers what it would have looked like there.

    A connection may break just when COMMIT was sent. Leaves are unlike all others, their salts being random: so one
    look at the place where the first of them would stand tells whether they were stored.
    """

    def __init__(self, tickets: list[Ticket], index_key: bytes) -> None:
        self.tickets = tickets
        self._grow: Grow = grow_by([_keep(ticket, index_key) for ticket in tickets])
        narrowing = [_list_standing(ticket, index_key) for ticket in tickets if ticket.narrows]
        self._stops = stop_forwarding(narrowing) if narrowing else []
        self._place: tuple[int, bytes] | None = None

    def grow(self, head: Head) -> Growth:
        growth = self._grow(head)
        seq, leaf = growth.changes[0].rows[0]
        assert isinstance(seq, int)
        assert isinstance(leaf, bytes)
        self._place = seq, leaf
        return Growth(growth.head, [*growth.changes, *self._stops])

    @property
    def end(self) -> int:
        """How many leaves the ledger has once this is stored."""
        return self._place[0] + len(self.tickets) if self._place else 0

    def find_missing(self, store: Store) -> list[Ticket]:
        return [] if self._was_stored(store) else [ticket for ticket in self.tickets if not ticket.loop]

    def _was_stored(self, store: Store) -> bool:
        if self._place is None:
            return False
        wait_for_commits(store)
        seq, leaf = self._place
        return store.query("leaf_run", start=seq, stop=seq + 1) == [(leaf,)]


class Inheritance:
    """What a process that died left behind. Its last COMMIT may have come through: every leaf since then is looked at,
    since of a record that was erased nothing else is left."""

    def __init__(self, tickets: Sequence[Ticket], size: int) -> None:
        """`size`: leaves that the ledger had before the first of them."""
        self.tickets = list(tickets)
        self._size = size

    def find_missing(self, store: Store) -> list[Ticket]:
        wait_for_commits(store)
        missing = {ticket.sealed.commitment: ticket for ticket in self.tickets}
        for _, leaf in store.stream("leaves", after=self._size - 1):
            assert isinstance(leaf, bytes)
            missing.pop(read_commitment(leaf), None)
        return list(missing.values())


def wait_for_commits(store: Store) -> None:
    """Wait until all who were about to commit have done so. A server may be busy with a COMMIT whose connection is
    gone; it holds the head until it is done."""
    store.write(Batch(lambda head: Growth(head, ())), lambda: False)


def _keep(ticket: Ticket, index_key: bytes) -> Kept:
    return Kept(ticket.sealed, find_subject(index_key, ticket.consent_id) if ticket.consent_id else None)


def _list_standing(ticket: Ticket, index_key: bytes) -> tuple[bytes, str]:
    """Whose decision it is, and which services stand after it."""
    services = "".join(f" {each} " for each in sorted(ticket.services)) or NOTHING
    return find_subject(index_key, ticket.consent_id), services


def settle(tickets: Iterable[Ticket], outcome: StoreError | None) -> None:
    """Tell all that wait, from the writer's thread: one wake-up for each event loop."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[StoreError | None]]] = {}
    for ticket in tickets:
        if ticket.outcome:
            waiting.setdefault(ticket.outcome.get_loop(), []).append(ticket.outcome)
    for loop, futures in waiting.items():
        try:
            loop.call_soon_threadsafe(_resolve, futures, outcome)
        except RuntimeError:
            continue  # the loop is closed, and with it everybody who waited there


def _resolve(futures: list[asyncio.Future[StoreError | None]], outcome: StoreError | None) -> None:
    for future in futures:
        if not future.done():
            future.set_result(outcome)

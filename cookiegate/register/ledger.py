"""Decisions on their way into the ledger, and those who wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from cookiegate.consent import FIRST_DIGEST, ConsentRecord, chain_digest
from cookiegate.errors import StoreError
from cookiegate.store import Decision


class Ticket:
    """One decision in the queue. Awaited if it has a loop; otherwise it is kept until it is stored."""

    __slots__ = ("abandoned", "committing", "decision", "loop", "outcome")

    def __init__(self, record: ConsentRecord, loop: asyncio.AbstractEventLoop | None = None) -> None:
        # Serialised by the caller: what cannot be serialised fails there, and never stops the queue.
        self.decision = Decision(record.time, record.event, record.payload())
        self.loop = loop
        # None when stored, otherwise why not. A result rather than an exception: nobody may be left to read it.
        self.outcome: asyncio.Future[StoreError | None] | None = loop.create_future() if loop else None
        self.abandoned = False  # its caller has given up: it must not be stored any more
        self.committing = False  # past the point at which that could be helped


def link(previous: bytes | None, payload: bytes) -> bytes:
    """The digest of a ledger row; the first row follows on FIRST_DIGEST."""
    return chain_digest(FIRST_DIGEST if previous is None else previous, payload)


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

"""What was taken back comes to rest: what waits is dropped with the decision, what is on its way is waited for."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Iterable

from cookiegate.store import Batch, Change, Store

SECONDS = 3.0  # that a request may take, from before it is taken until it is given up
_MARGIN = 1.0  # seconds for a thread that gets no time
LANDING = SECONDS + _MARGIN  # after which nothing that was taken before is sent any more
NOTHING = " "  # the list of services of who has given none
_PAUSE = 0.02


def stop_forwarding(people: Iterable[tuple[bytes, str]]) -> list[Change]:
    """Of each of these people (subject, and the services that stand, each between spaces) nobody else is told any more
    what they did.

    Visitors, events and counts are changed in this order wherever they are, or two gateways could wait for each other.
    """
    claim, rows = os.urandom(16), sorted(people)
    return [
        Change("forget_outbox_visitor", rows),
        Change("stop_outbox_events", [(claim, *row) for row in rows]),
        Change("end_outbox_events", rows),
        *drop_claim(claim, "withdrawn"),
    ]


def wait_for_landing(store: Store, subject: bytes, services: str = NOTHING) -> bool:
    """Wait until nothing of a person is on its way to others than `services`; whether anything is left that was.

    A request takes a few seconds at most, and whoever has sent one but cannot say so sends no other.
    """
    until = clock.monotonic() + LANDING
    while True:
        left, flying = store.query("outbox_left", subject=subject, services=services)[0]
        if not flying or clock.monotonic() >= until:
            return bool(left)
        clock.sleep(_PAUSE)


def clear_landed(store: Store, subject: bytes, services: str = NOTHING) -> None:
    """As `wait_for_landing`; and what did not arrive is gone as well, where it waits again."""
    if wait_for_landing(store, subject, services):
        store.write(Batch(changes=stop_forwarding([(subject, services)])))


def drop_claim(claim: bytes, outcome: str) -> list[Change]:
    """Take out what bears this claim, and count why."""
    return [Change("count_outbox_claim", [(outcome, claim)]), Change("drop_outbox_claim", [(claim,)])]

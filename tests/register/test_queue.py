"""The queue while several threads are at it."""

from __future__ import annotations

from collections.abc import Callable

from cookiegate.consent import ConsentRecord
from cookiegate.policy import Policy
from cookiegate.register import Register
from cookiegate.register.ledger import Ticket
from cookiegate.register.queue import DecisionQueue
from cookiegate.store import Store, open_store
from tests.register.spooled import make_ticket
from tests.register.tree import read_ids


class Interrupted:
    """Left behind by another process; somebody is erased while it is looked through."""

    def __init__(self, tickets: list[Ticket], queue: DecisionQueue) -> None:
        self.tickets = tickets
        self._queue = queue

    def find_missing(self, store: Store) -> list[Ticket]:
        missing = []
        for ticket in self.tickets:
            missing.append(ticket)
            self._queue.forget("hers")
        return missing


def test_who_is_erased_while_it_is_looked_up_what_was_stored_takes_nobody_along(
    url: str, policy: Policy, record: Callable[..., ConsentRecord]
) -> None:
    index_key = Register(url, policy).find_subject("any")
    queue = DecisionQueue()
    queue.inherit(Interrupted([make_ticket(record(name, "withdrawn")) for name in ("hers", "his", "theirs")], queue))
    store = open_store(url)
    assert not queue.write(store, index_key)
    store.close()
    assert read_ids(url) == ["his", "theirs"]

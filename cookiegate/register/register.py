"""The register's front: what the request path calls. None of it waits for the store, except where it must."""

from __future__ import annotations

import asyncio
import atexit
import os
import time
from collections.abc import Callable

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.store import companion

from .ledger import Ticket
from .visits import Visit
from .writer import Writer

_DEADLINE = 5.0  # seconds in which a decision must reach COMMIT


class Register:
    """Records decisions, visits and observations of one site. Opens nothing before the first of them."""

    def __init__(self, store_url: str, policy: Policy, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since 1970-01-01 UTC. Raises StoreError for a URL that names no store we know."""
        companion(store_url, "")
        self._store_url = store_url
        self._policy = policy
        self._clock = clock
        # By process: after a fork the parent's writer stays where it is, untouched, since its thread and its
        # connection are the parent's; the child makes its own.
        self._writers: dict[int, Writer] = {}

    async def record(self, record: ConsentRecord) -> None:
        """Returns once the decision is durable (GDPR art. 7(1): a grant counts only when it can be demonstrated).

        Raises StoreError when the store fails or does not get to it within 5 seconds; the decision is then not
        stored, also not later. Only when COMMIT itself hangs does it take longer: its outcome is waited for.
        """
        writer = self._writer()
        ticket = Ticket(record, asyncio.get_running_loop())
        assert ticket.outcome is not None
        if not writer.submit(ticket):
            raise StoreError("the decision could not be recorded: the register is closed, or too many are waiting")
        try:
            stored, _ = await asyncio.wait((ticket.outcome,), timeout=_DEADLINE)
            if not stored and writer.abandon(ticket):
                raise StoreError(f"the decision could not be recorded within {_DEADLINE:.0f} seconds")
            failure = await ticket.outcome
        except asyncio.CancelledError:
            writer.abandon(ticket)  # nobody will be told that it was saved
            raise
        if failure:
            raise StoreError(f"the decision could not be recorded: {failure}") from failure

    def record_later(self, record: ConsentRecord) -> None:
        """Record a refusal or a withdrawal, which holds whether or not it is recorded: queued until it is."""
        self._writer().submit(Ticket(record))

    def visit(self, visit: Visit) -> None:
        """Keep a visit, if the policy holds the balancing test on which visits may be kept (GDPR art. 6(1)(f))."""
        if self._policy.visits.assessment:
            self._writer().visit(visit)

    def observe(self, kind: str, name: str, path: str) -> None:
        """Count a "host", "cookie" or "storage" key that the policy does not name, on the page where it was seen."""
        self._writer().observe(kind, name, path)

    def close(self) -> None:
        """Write what is queued and stop; at most 10 seconds. What comes afterwards is refused or counted as dropped."""
        self._writer().close()
        atexit.unregister(self.close)

    def health(self) -> dict[str, bool | int | str]:
        """Whether the store works ("store", "error"), and how much is queued and was dropped in this process."""
        return self._writer().health()

    def _writer(self) -> Writer:
        process = os.getpid()
        writer = self._writers.get(process)
        if writer is None:
            writer = self._writers.setdefault(process, Writer(self._store_url, self._policy, self._clock))
            atexit.register(self.close)
        return writer

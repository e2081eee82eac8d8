"""The one thread of a process that writes.

Decisions go out at once, all that wait in one transaction; visits, observations and answers each second or 500 visits,
in a transaction of their own, so that nothing in them can hold a decision up. When the store fails, what waits for an
answer gets one, the rest stays queued, on disk too, and the store is opened anew with growing pauses.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.store import Batch, Change, Store, open_store

from .answers import Answer, Answers
from .events import Event, EventQueue, write_events
from .forking import watch
from .ledger import Ticket
from .observations import Observations
from .pace import Pace
from .preparation import Preparation
from .queue import DecisionQueue
from .redaction import reduce_path
from .spool import Spool
from .upkeep import Upkeep
from .visits import Visit, day_of

MOST_VISITS = 20_000
_BATCH_VISITS = 500
_FLUSH_SECONDS = 1.0
_CLOSING_SECONDS = 10.0
_PAUSE = 0.2  # seconds between tries while closing

_log = logging.getLogger("cookiegate.register")


class Writer:
    """Queues, and the thread that empties them into the store. Belongs to one process; starts at first use."""

    def __init__(self, store_url: str, policy: Policy, upkeep: Upkeep, clock: Callable[[], float]) -> None:
        self._url = store_url
        self._clock = clock
        self._lock = threading.Lock()  # held for moments only
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._gate = threading.Lock()  # held by whoever uses the connection
        self._store: Store | None = None
        self._upkeep = upkeep
        self._preparation = Preparation(policy, lambda day: upkeep.day_keys.key(day, clock()))
        self._decisions = DecisionQueue()
        self._spool = Spool(store_url)
        self._visits: deque[Visit] = deque()
        self._observations = Observations()
        self._answers = Answers()
        self._events = EventQueue()
        self._roused = False  # the thread knows that there are visits or observations
        self._closing = False
        self._stop_at = 0.0  # by when a closing writer gives up what it cannot write
        self._pace = Pace()
        self._flush_at = 0.0  # on the monotonic clock
        self.dropped_visits = 0
        watch(self)

    def submit(self, ticket: Ticket) -> bool:
        """Queue a decision; False when the queue is full or closed."""
        taken = self._decisions.submit(ticket)
        if taken:
            self._rouse()
        return taken

    def abandon(self, ticket: Ticket) -> bool:
        """Take an awaited decision back. False when it is already being committed: only the outcome tells then."""
        return self._decisions.abandon(ticket)

    def forget(self, consent_id: str) -> None:
        """Drop what waits to be recorded of somebody who was erased, on disk too. Raises StoreError."""
        self._decisions.forget(consent_id)
        self._events.forget(consent_id)
        self._spool.forget(consent_id)

    def visit(self, visit: Visit) -> None:
        if self._closing or len(self._visits) >= MOST_VISITS:
            with self._lock:
                self.dropped_visits += 1
            return
        self._visits.append(visit)
        full = len(self._visits) >= _BATCH_VISITS and not self._wake.is_set() and not self._pace.error
        if full or not self._roused:
            self._roused = True
            self._rouse()

    def forward(self, event: Event) -> bool:
        """False where it was dropped."""
        taken = self._events.add(event)
        if taken and not self._roused:
            self._roused = True
            self._rouse()
        return taken

    def list_waiting(self) -> list[Ticket]:
        """Decisions that hold and are not stored yet."""
        return self._decisions.list_waiting()

    def observe(self, kind: str, name: str, path: str) -> None:
        with self._lock:
            self._observations.add(day_of(self._clock()), kind, name, path)
        if not self._roused and not self._closing:
            self._roused = True
            self._rouse()

    def answer(self, path: str, language: str, agent: str, banner: str, answer: str) -> None:
        with self._lock:
            self._answers.add(Answer(day_of(self._clock()), reduce_path(path), language, agent, banner, answer))
        if not self._roused and not self._closing:
            self._roused = True
            self._rouse()

    def close(self) -> None:
        self._decisions.close()
        self._events.close()
        with self._lock:
            self._closing = True
            self._stop_at = time.monotonic() + _CLOSING_SECONDS / 2
        self._wake.set()
        if self._thread:
            self._thread.join(_CLOSING_SECONDS)
            if self._thread.is_alive():  # in a store that hangs: what it holds may get lost with this process
                self._keep_waiting()

    def pause(self) -> None:
        self._gate.acquire()
        self._discard_store()
        self._upkeep.wait()

    def resume(self) -> None:
        self._gate.release()

    def disown(self) -> None:
        self._spool.disown()

    def health(self) -> dict[str, bool | int | str]:
        return {
            "store": not self._pace.error,
            "ledger": self._upkeep.error,
            "error": self._pace.error,
            "queued_decisions": len(self._decisions),
            "spooled_decisions": len(self._spool),
            "spool": self._spool.error,
            "queued_visits": len(self._visits),
            "dropped_decisions": self._decisions.dropped,
            "dropped_visits": self.dropped_visits,
            "dropped_observations": self._observations.dropped,
            "dropped_answers": self._answers.dropped,
            "queued_events": len(self._events),
            "dropped_events": self._events.dropped,
        }

    def _rouse(self) -> None:
        if not self._thread or not self._thread.is_alive():
            # No thread to be had: what waits is told so in time, and the next one to come tries again.
            with self._lock, suppress(RuntimeError):
                if not self._thread or not self._thread.is_alive():
                    thread = threading.Thread(target=self._run, name="cookiegate-register", daemon=True)
                    thread.start()
                    self._thread = thread
        if not self._wake.is_set():  # setting it takes a lock, each time
            self._wake.set()

    def _run(self) -> None:
        self._decisions.inherit(self._spool.adopt())
        while True:
            closing = self._closing  # read first: what was queued before it was set is still seen below
            more = False  # to be done at once
            if closing or self._decisions.awaited or time.monotonic() >= self._pace.retry_at:
                with self._gate:
                    more = self._attempt(closing)
            elif self._pace.error:
                self._keep_waiting()
            if not more and closing:
                if not self._decisions or time.monotonic() >= self._stop_at:
                    break
                time.sleep(_PAUSE)  # another program may hold the store for a moment longer
                continue
            if not more:
                self._wake.wait(self._idle_seconds())
                self._wake.clear()
        with self._gate:
            self._discard_store()
        self._upkeep.wait()
        self._give_up()

    def _attempt(self, closing: bool) -> bool:
        try:
            store = self._store = self._store or open_store(self._url)
            more = self._turn(store, closing)
        except Exception as error:
            self._discard_store()
            self._pace.fail(error)
            self._decisions.refuse(error)
            self._keep_waiting()
            return False
        self._pace.succeed()
        if self._spool.in_use:
            self._spool.release(self._decisions.list_waiting())
        return more

    def _keep_waiting(self) -> None:
        """On disk, so that it outlives this process."""
        size = self._decisions.size  # read first: nothing that waits afterwards was stored before it
        self._spool.keep(self._decisions.list_waiting(), size)

    def _discard_store(self) -> None:
        if self._store:
            with suppress(StoreError):
                self._store.close()
        self._store = None

    def _turn(self, store: Store, closing: bool) -> bool:
        """Write what is due; whether there is more to do at once."""
        more = bool(self._decisions) and self._decisions.write(store, self._upkeep.prepare(store))
        if closing or len(self._visits) >= _BATCH_VISITS or time.monotonic() >= self._flush_at:
            more |= self._write_visits(store)
        if closing and not more:
            self._upkeep.sign(store)
        elif time.monotonic() >= self._upkeep.due_at:
            more |= self._upkeep.do(store)
        return more

    def _write_visits(self, store: Store) -> bool:
        self._roused = False
        events = self._events.take(store)  # first: it asks the store, which may fail
        preparation = self._preparation
        visits: list[Visit] = []
        with self._lock:
            observations, answers = self._observations.take(), self._answers.take()
        try:
            visits, rows = preparation.take(store, self._visits, _BATCH_VISITS)
            counted = preparation.count(store, answers)
            if rows or observations or counted or events:
                add = Change("add_visit", rows), preparation.list_names()
                count = Change("add_observation", sorted(observations)), Change("add_answer", counted)
                told = write_events(events, self._upkeep.index_key) if events else ()
                store.write(Batch(changes=(*add, *count, *told)))
                preparation.confirm()
        except BaseException:
            self._visits.extendleft(reversed(visits))
            with self._lock:
                self._observations.put_back(observations)
                self._answers.put_back(answers)
            self._events.put_back(events)
            raise
        more = bool(self._visits or self._events)
        if not more:
            self._flush_at = time.monotonic() + _FLUSH_SECONDS
        return more

    def _idle_seconds(self) -> float:
        due = [self._upkeep.due_at]
        if self._decisions:
            due.append(0.0)
        if self._visits or self._observations or self._answers or self._events:
            due.append(self._flush_at)
        return max(0.0, max(min(due), self._pace.retry_at) - time.monotonic())

    def _give_up(self) -> None:
        if len(self._spool):
            _log.error("%d refusals or withdrawals wait on disk for the next start", len(self._spool))
        lost = self._decisions.give_up(self._spool)
        self._spool.close()
        self._events.give_up()
        with self._lock:
            self.dropped_visits += len(self._visits)
            self._visits.clear()
        if lost:
            _log.error("%d refusals or withdrawals could not be recorded: %s", lost, self._pace.error)

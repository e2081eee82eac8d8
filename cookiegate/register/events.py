"""Events on their way into the outbox: queued on the request path, written by the register's thread with the visits."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, deque
from typing import NamedTuple

from cookiegate.store import Change, Row, Store

from .growth import find_subject

MOST_QUEUED = 10_000  # in memory
MOST_WAITING = 500_000  # in the store
_BATCH = 500
_EVERY = 60.0  # seconds between two looks at how many wait


class Event(NamedTuple):
    """What one service is to be told of one visitor who agreed to it. The consent id is never written with it."""

    service: str  # id
    consent_id: str
    time: int  # milliseconds since 1970-01-01 UTC
    said: str  # canonical JSON


class EventQueue:
    """Filled by the request path, emptied by the writer's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held for moments only
        self._events: deque[Event] = deque()
        self._closed = False
        self._full = False  # the store has as many as it may have
        self._look_at = 0.0  # on the monotonic clock
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> bool:
        """False where there is no room, and it is dropped."""
        with self._lock:
            if self._closed or len(self._events) >= MOST_QUEUED:
                self.dropped += 1
                return False
            self._events.append(event)
            return True

    def take(self, store: Store) -> list[Event]:
        """Some of them, to be written now; none where the store has no room for more."""
        if self._events and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _EVERY
            self._full = store.query("outbox_size")[0][0] >= MOST_WAITING  # type: ignore[operator]
        with self._lock:
            taken = [self._events.popleft() for _ in range(min(len(self._events), _BATCH))]
            if self._full:
                self.dropped += len(taken)
        return [] if self._full else taken

    def put_back(self, events: list[Event]) -> None:
        with self._lock:
            self._events.extendleft(reversed(events))

    def forget(self, consent_id: str) -> None:
        """Drop what is not written yet of somebody."""
        with self._lock:
            self._events = deque(each for each in self._events if each.consent_id != consent_id)

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._closed = True

    def give_up(self) -> None:
        """Let go of what could not be written."""
        with self._lock:
            self.dropped += len(self._events)
            self._events.clear()


def write_events(events: list[Event], index_key: bytes) -> list[Change]:
    """What puts them into the outbox. The visitor first, who has the visit that an event belongs to."""
    subjects = [find_subject(index_key, each.consent_id) for each in events]
    visitors: list[Row] = []
    rows: list[Row] = []
    for event, subject in zip(events, subjects, strict=True):
        seconds = event.time // 1000
        visitors.append((subject, event.service, os.urandom(16), seconds, seconds))
        rows.append((os.urandom(16), event.service, subject, event.time, event.said, subject, event.service))
    visitors.sort(key=lambda row: row[:2])
    counts = Counter(each.service for each in events)
    return [
        Change("meet_outbox_visitor", visitors),
        Change("add_outbox_event", rows),
        Change("count_outbox", [(service, "accepted", number) for service, number in sorted(counts.items())]),
    ]

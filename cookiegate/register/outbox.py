"""What services are still to be told, as whoever sends it sees it: taken, sent, or dropped because nobody may send it.

An event is taken in a transaction before it is sent, and gone in another after the answer. Who may not be told of it
any more is asked at the ledger each time, so that no event outlives the consent that it rests on (GDPR art. 7(3)).
"""

from __future__ import annotations

import hmac
import json
import os
import threading
import time as clock
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import NamedTuple

from cookiegate.errors import StoreError
from cookiegate.store import Batch, Change, Growth, Row, Store, open_store

from .acts import carry_out, opened
from .forking import watch
from .growth import find_subject
from .landing import LANDING, drop_claim, stop_forwarding

_LOOKED_AT = 200  # events at a time


class Sendable(NamedTuple):
    """One event that may be sent now, once, under this id."""

    id: str  # of this attempt: the event's, a point, and its number
    subject: bytes
    client: bytes  # 16 bytes by which the service knows the visitor
    time: int  # milliseconds since 1970-01-01 UTC
    session: int  # when the visit began, seconds since 1970-01-01 UTC
    said: dict[str, object]
    given: frozenset[str]  # services that the visitor has given now


class Unstored(NamedTuple):
    """A decision that was made and is not on the ledger yet."""

    consent_id: str
    services: frozenset[str]  # given from now on


class Taken(NamedTuple):
    claim: bytes
    events: list[Sendable]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How it stands with one service."""

    service: str
    waiting: int = 0
    oldest: int = 0  # milliseconds since 1970-01-01 UTC
    accepted: int = 0
    sent: int = 0
    withdrawn: int = 0  # dropped: the visitor took the consent back, or was erased or restricted
    refused: int = 0  # dropped: the service would not have it
    expired: int = 0  # dropped: too old
    purged: int = 0  # dropped by command

    @property
    def dropped(self) -> int:
        return self.withdrawn + self.refused + self.expired + self.purged


class Outbox:
    """Takes events out of the store for whoever sends them. Methods raise StoreError."""

    def __init__(
        self, store_url: str, find_index_key: Callable[[], bytes], list_unstored: Callable[[], Iterable[Unstored]]
    ) -> None:
        self._url = store_url
        self._find_index_key = find_index_key
        self._list_unstored = list_unstored
        self._gate = threading.RLock()  # held by whoever uses the connection
        self._store: Store | None = None
        self._leads_since = 0.0  # on the monotonic clock; 0: it does not lead
        watch(self)

    def lead(self) -> bool:
        """Whether it is this process that sends. What another left on its way is free once that cannot be sent any
        more, by a process that is cut off from the store but lives."""
        with self._gate:
            store = self._open()
            if not store.lead("sending"):
                return False
            now = clock.monotonic()
            self._leads_since = self._leads_since or now
            if now - self._leads_since >= LANDING:
                for (left,) in store.query("outbox_claims"):
                    self._write(Change("release_outbox_claim", [(left,)]))
            return True

    def take(self, service: str, most: int, since: int, *, mixed: bool = True) -> Taken:
        """Some events of a service, oldest first, now on their way; those that may not be sent are dropped.

        Of what happened before `since` (milliseconds since 1970 UTC) nobody wants to hear. Unless `mixed` all are of
        one visitor. One that was tried before comes alone.
        """
        with self._gate:
            return self._take(service, most, since, mixed)

    def _take(self, service: str, most: int, since: int, mixed: bool) -> Taken:
        store = self._open()
        unstored = self._find_unstored()
        wanted: list[Row] = []
        expired: list[Row] = []
        ended: list[Row] = []  # taken back while they were on their way, and they did not arrive
        forgotten: set[bytes] = set()
        given: dict[bytes, frozenset[str]] = {}
        first: bytes | None = None
        for id, subject, time, attempts, session in store.query("outbox_waiting", service=service, most=_LOOKED_AT):
            assert isinstance(subject, bytes)
            if not mixed and first not in (None, subject):
                continue
            if subject not in given:
                given[subject] = _find_given(store, subject)
                if subject in unstored:
                    given[subject] &= unstored[subject]
            if service not in given[subject]:
                forgotten.add(subject)
            elif session < 0:  # type: ignore[operator]
                ended.append((id,))
            elif time < since:  # type: ignore[operator]
                expired.append((id,))
            elif wanted and (attempts or len(wanted) >= most):
                break
            else:
                first = subject
                wanted.append((id,))
                if attempts:
                    break
        claim = os.urandom(16)
        changes = [
            *stop_forwarding([(subject, _list(given[subject])) for subject in forgotten]),
            Change("claim_outbox_event", [(claim, *row) for row in wanted]),
            *_drop(ended, "withdrawn"),
            *_drop(expired, "expired"),
        ]
        if forgotten or wanted or ended or expired:
            # in one row with decisions, so that none that has waited longer comes after it
            store.write(Batch(lambda head: Growth(head, ()), changes))
        rows = store.query("outbox_claimed", claim=claim)
        if any(salt is None for *_, salt in rows):  # somebody took their consent back just now
            self._write(Change("release_outbox_claim", [(claim,)]))
            rows = []
        return Taken(claim, [self._read(service, row, given) for row in rows])

    def settle(self, service: str, taken: Taken, *, sent: int, refused: int = 0) -> None:
        """They were taken by the service, or will never be: no attempt follows."""
        counts = [(service, outcome, number) for outcome, number in (("sent", sent), ("refused", refused)) if number]
        self._write(Change("drop_outbox_claim", [(taken.claim,)]), Change("count_outbox", counts))

    def release(self, taken: Taken) -> None:
        """They wait again: nobody knows that the service has them."""
        self._write(Change("release_outbox_claim", [(taken.claim,)]))

    def count(self) -> list[Waiting]:
        with self._gate:
            return count_events(self._open())

    def close(self) -> None:
        """Let another process send."""
        with self._gate:
            if self._store:
                with suppress(StoreError):
                    self._store.close()
            self._store, self._leads_since = None, 0.0

    def pause(self) -> None:
        self._gate.acquire()
        self.close()

    def resume(self) -> None:
        self._gate.release()

    def disown(self) -> None:
        """Nothing is held that was not closed before."""

    def _find_unstored(self) -> dict[bytes, frozenset[str]]:
        """By subject, what decisions give that wait to be stored. Read after the store was opened, so that none slips
        between the two."""
        found: dict[bytes, frozenset[str]] = {}
        for consent_id, services in self._list_unstored():
            subject = find_subject(self._find_index_key(), consent_id)
            found[subject] = found.get(subject, services) & services
        return found

    def _open(self) -> Store:
        self._store = self._store or open_store(self._url)
        return self._store

    def _write(self, *changes: Change) -> None:
        with self._gate:
            self._open().write(Batch(changes=changes))

    def _read(self, service: str, row: Row, given: dict[bytes, frozenset[str]]) -> Sendable:
        id, subject, time, session, said, attempts, salt = row
        assert isinstance(id, bytes)
        assert isinstance(subject, bytes)
        assert isinstance(time, int)
        assert isinstance(session, int)
        assert isinstance(said, str)
        assert isinstance(salt, bytes)
        assert isinstance(attempts, int)
        whom = b"\0".join((b"outbox", service.encode(), subject + salt))
        client = hmac.digest(self._find_index_key(), whom, "sha256")[:16]
        name = f"{id.hex()}.{attempts:d}"
        return Sendable(name, subject, client, time, session, json.loads(said), given[subject])


def count_events(store: Store) -> list[Waiting]:
    """How it stands with each service that there was anything for, by id."""
    found: dict[str, dict[str, int]] = {}
    for service, outcome, number in store.query("outbox_counts"):
        found.setdefault(str(service), {})[str(outcome)] = int(number or 0)
    for service, number, oldest in store.query("outbox_sizes"):
        found.setdefault(str(service), {}).update(waiting=int(number or 0), oldest=int(oldest or 0))
    return [Waiting(service, **numbers) for service, numbers in sorted(found.items())]


def list_waiting(store_url: str) -> list[Waiting]:
    """The same of a store by its URL. Raises StoreError."""
    with closing(open_store(store_url, readonly=True)) as store:
        return count_events(store)


def purge_outbox(store_url: str, service: str, now: float) -> int:
    """Drop what a service was not told yet; how much that was. What is on its way arrives."""
    dropped = 0
    with opened(store_url, existing=True) as store:
        while ids := [(id,) for id, *_ in store.query("outbox_waiting", service=service, most=5000)]:
            store.write(Batch(changes=_drop(ids, "purged")))
            dropped += len(ids)
        if dropped:
            carry_out(store, "outbox purge", now, service=service, events=dropped)
    return dropped


def _drop(ids: Sequence[Row], outcome: str) -> list[Change]:
    """Those of them that still wait. Made ours first, so that just as many are counted as go."""
    claim = os.urandom(16)
    return [Change("claim_outbox_event", [(claim, *id) for id in ids]), *drop_claim(claim, outcome)] if ids else []


def _find_given(store: Store, subject: bytes) -> frozenset[str]:
    """The services that a person's latest decision gives, and may be used for (GDPR art. 7(3), 17, 18)."""
    for payload, restricted in store.query("latest_decision", subject=subject):
        assert isinstance(payload, bytes)
        return frozenset() if restricted else frozenset(json.loads(payload)["services"])
    return frozenset()


def _list(services: frozenset[str]) -> str:
    return f" {' '.join(sorted(services))} "

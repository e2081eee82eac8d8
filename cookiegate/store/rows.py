"""What goes into the store and what comes out of it, and the few verbs that every engine has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

# Digest of a ledger row out of the digest before it (None at the first row) and its payload.
Link = Callable[[bytes | None, bytes], bytes]

Value = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on its way into the ledger; its number and digest are found when it is written."""

    time: int  # milliseconds since 1970-01-01 UTC
    event: str
    payload: bytes


class LedgerRow(NamedTuple):
    seq: int  # from 1, without gaps
    time: int  # milliseconds since 1970-01-01 UTC
    event: str
    payload: bytes
    digest: bytes


class VisitRow(NamedTuple):
    time: int  # seconds since 1970-01-01 UTC
    day: str  # of `time`, UTC
    address: str  # truncated
    path: str
    referrer: str  # origin of another site, or ""
    own: bool  # the referrer was this site
    browser: str
    system: str
    device: str
    status: int
    bot: bool
    visitor: bytes | None  # 8 bytes that hold for one day


class Observation(NamedTuple):
    day: str
    kind: str  # host, cookie or storage
    name: str
    path: str
    times: int  # added to what is there


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction: all of it, or nothing."""

    decisions: Sequence[Decision] = ()
    visits: Sequence[VisitRow] = ()
    observations: Sequence[Observation] = ()


class Store(Protocol):
    """One connection, used by one thread. Every method raises StoreError when the engine does not do as told."""

    def write(self, batch: Batch, link: Link, may_commit: Callable[[], bool] = ...) -> bool:
        """Store the batch in one transaction, durable on return, the ledger continued from its head by `link`.

        `may_commit` is asked last, just before COMMIT; if it says no, nothing is stored and the answer is False.
        """

    def purge(self, visits_before: str, observations_before: str, most: int = ...) -> int:
        """Delete what is older than these days (ISO dates), at most so many rows of each; the number deleted."""

    def scrub(self) -> bool:
        """Make the deleted be gone from the files too. False while a reader is in the way: ask again later."""

    def ledger(self, after: int = ...) -> Iterator[LedgerRow]:
        """The ledger in order, from the row after this number, read a page at a time, however long it is."""

    def query(self, name: str, **parameters: Value) -> list[tuple[Value, ...]]:
        """All rows of a query in `sql/reading.sql`."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Queries inside see one moment, whatever is written meanwhile."""

    def close(self) -> None: ...

"""What goes into the store and what comes out of it, and the few verbs that every engine has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Value = str | int | float | bytes | None
Row = tuple[Value, ...]


Work = Literal["sending", "importing"]  # what one does at a time: to empty the outbox, to bring in a log


class Change(NamedTuple):
    """A statement in `sql/writing/`, and the rows to run it with, one after the other."""

    statement: str
    rows: Sequence[Row]


class Head(NamedTuple):
    """Where the ledger ends: how many leaves it has, and the roots of the perfect subtrees they make."""

    size: int
    frontier: bytes


class Growth(NamedTuple):
    """What the ledger grows by, out of the head that it had: the head it has then, and what is to be stored."""

    head: Head
    changes: Sequence[Change]


Grow = Callable[[Head], Growth]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction: all of it, or nothing."""

    grow: Grow | None = None  # decides what the ledger grows by once its head can no longer change
    changes: Sequence[Change] = ()
    claim: Change | None = None  # run first; where one of its rows alters nothing, nothing is written


class VisitRow(NamedTuple):
    time: int  # seconds since 1970-01-01 UTC
    day: str  # of `time`, UTC
    address: str  # truncated
    path: str
    referrer: str  # origin of another site, or ""
    own: int  # 1: the referrer was this site
    browser: str
    system: str
    device: str
    status: int
    bot: int  # 1: a program
    visitor: bytes | None  # 8 bytes that hold for one day
    language: str = ""  # primary subtag that the browser prefers: "fi"
    campaign: str = ""  # "source / medium / campaign"
    decision: str = "none"  # when the page was asked for: "" asked, "given", "partly", "refused"; "none": not known
    consented: int = 0  # 1: its visitor had given a statistics service
    released: int = 0  # 1: the page carried a statistics service that its visitor had given
    grp: str = ""  # group of pages: "/blog", or the policy's name for it
    banner: str = ""  # mark of the policy whose banner was in the page
    beacon: int = 0  # 1: told by the script of the page, not by a request for one


class Observation(NamedTuple):
    day: str
    kind: str  # host, cookie or storage
    name: str
    path: str
    times: int  # added to what is there


class AnswerRow(NamedTuple):
    """Answers to the banner, counted without saying whose they are."""

    day: str
    grp: str  # of the page on which it was given
    language: str  # in which it was asked
    device: str
    banner: str  # mark of the policy that was shown
    answer: str  # given, partly, refused or withdrawn
    times: int  # added to what is there


def note_days(changes: Sequence[Change]) -> list[Change]:
    """The changes, and after them how many visits and answers they write for each day: its figures know fewer then.

    In the same transaction, so that what was counted can be told from what came later; and last, since in a shared
    store it locks the day until the COMMIT.
    """
    written: Counter[Value] = Counter()
    for statement, rows in changes:
        if statement == "add_visit":
            written.update(row[1] for row in rows)
        elif statement == "add_answer":
            written.update(row[0] for row in rows)
    return [*changes, Change("note_day", sorted(written.items()))] if written else [*changes]


class Store(Protocol):
    """One connection, used by one thread. Every method raises StoreError when the engine does not do as told."""

    upgraded: int  # steps by which opening it brought the schema forward

    def write(self, batch: Batch, may_commit: Callable[[], bool] = ...) -> bool:
        """Write the batch in one transaction, durable on return.

        `may_commit` is asked last, just before COMMIT. If it says no, or the batch's claim alters nothing, nothing is
        stored and the answer is False.
        """

    def purge(self, table: str, before: Value, most: int = ...) -> int:
        """Delete what is older than `before` from a table with a statement `purge_<table>`, about `most` rows at
        once; the number deleted, 0 when nothing is left to delete."""

    def scrub(self) -> bool:
        """Make the deleted be gone from the files too. False while a reader is in the way: ask again later."""

    def query(self, name: str, **parameters: Value) -> list[Row]:
        """All rows of a query in `sql/reading/`."""

    def stream(self, name: str, after: int = ..., **parameters: Value) -> Iterator[Row]:
        """The rows of a query that takes `after` and `most` and whose first column grows, a page at a time."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Queries inside see one moment, whatever is written meanwhile."""

    def lead(self, work: Work) -> bool:
        """Whether this connection is the one that does it: one at a time is, until it is closed."""

    def close(self) -> None: ...

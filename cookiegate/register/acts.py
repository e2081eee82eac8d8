"""What the controller's people do to the register: each act in one transaction with its entry on the ledger.

The entry says what was done, when, by whom and why, never to whom (GDPR art. 5(2)). It also puts acts into one order:
whoever writes to the ledger holds its head until the transaction ends, so of two acts the later sees what the earlier
did.
"""

from __future__ import annotations

import re
import time as clock
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from cookiegate.errors import CookiegateError
from cookiegate.store import Batch, Change, Growth, Head, Store, open_store

from .growth import Entry, grow_by, keep_statement

_HOUR = 3600
_TRIES = 20  # at overwriting what was deleted, while readers are in the way
_PAUSE = 0.1  # seconds between them
# What a note may not hold: a mailbox, an address of a network, a number long enough to be a phone's or a person's.
_PERSONAL = re.compile(
    r"""\S@\S | \w\s*@\s*[\w-]+\.\w                             # a mailbox
    | \w\s*[\[({<]\s*at\s*[\])}>]\s*\w                          # name (at) host
    | \w\s+at\s+[\w-]+(?:\W{1,3}dot\W{1,3}\w+)+                 # name at host dot tld
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                               # IPv4
    | (?<![\w:])(?=[:a-f]*\d)[\da-f:]*::[\da-f:]*(?!\w)         # IPv6, shortened
    | (?<![\w:])[\da-f]{1,4}(?::[\da-f]{1,4}){7}(?!\w)          # IPv6
    | (?:\d[ -]?){6,}\d                                         # a phone
    | (?:\+|\b0(?=\d))(?:\.?\d){6} | \b\d{3}\.\d{3}\.\d{4}\b    # a phone with dots
    | \b\d{6}[-+A-FU-Y]\d{3}\w\b                                # a Finnish personal identity code""",
    re.VERBOSE | re.IGNORECASE,
)
# Long numbers that are nobody's: days, years, and laws by their number and year.
_NOBODYS = re.compile(
    r"""(?<!\d)(?:\d{4}-\d\d-\d\d | \d\d?\.\d\d?\.(?:19|20)\d\d | (?:19|20)\d\d-(?:19|20)\d\d
    | \d{1,4}/(?:19|20)\d\d | (?:19|20)\d\d/\d{1,4})(?!\d)""",
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST_TEXT = 2000
_LONGEST_NAME = 100

_actor: ContextVar[dict[str, str]] = ContextVar("actor", default={})  # noqa: B039 - nobody changes it


@contextmanager
def acting(by: str, why: str = "") -> Iterator[None]:
    """Name on the ledger who does what is done in the block, and why. The name goes with its entry, by age.

    Raises CookiegateError for a reason that names somebody, and for a name that is none.
    """
    said = {"by": require_plain(by, "the name")[:_LONGEST_NAME], "why": require_impersonal(why, "the reason")}
    before = _actor.set({name: text for name, text in said.items() if text})
    try:
        yield
    finally:
        _actor.reset(before)


@contextmanager
def opened(store_url: str, *, existing: bool = False) -> Iterator[Store]:
    """The store, open for writing for the length of the block; made where there is none yet, unless it has to exist.

    Raises StoreError and SchemaError as `open_store`.
    """
    if existing:
        open_store(store_url, readonly=True).close()  # which makes none: its name may be mistyped
    store = open_store(store_url)
    try:
        yield store
    finally:
        store.close()


def carry_out(
    store: Store,
    act: str,
    now: float,
    changes: Sequence[Change] = (),
    entries: Sequence[Entry] = (),
    then: Callable[[int], Change] | None = None,
    **said: str | int,
) -> None:
    """Make the changes, put the entries on the ledger and say there what was done, all of it or nothing.

    `then` gives one change more, from the number of the first entry, which is known only in the transaction. `said`
    names none of those whom it is about. `now` in seconds since 1970-01-01 UTC.
    """
    told = {"act": act, "time": int(now), **_actor.get(), **said}
    statement = keep_statement("audit", "audit", told, int(now) // _HOUR)
    grow = grow_by([*entries, statement])

    def grow_then(head: Head) -> Growth:
        growth = grow(head)
        return growth if then is None else Growth(growth.head, [*growth.changes, then(head.size)])

    store.write(Batch(grow_then, changes))


def note_act(store_url: str, act: str, now: float, **said: str | int) -> None:
    """Say on the ledger that something was done that changes nothing in the register: records shown, a key changed."""
    with opened(store_url) as store:
        carry_out(store, act, now, (), (), None, **said)


def scrub_files(store: Store) -> bool:
    """Make what was deleted be gone from the files. False where readers stay in the way for two seconds."""
    for _ in range(_TRIES):
        if store.scrub():
            return True
        clock.sleep(_PAUSE)
    return False


def require_plain(text: str, what: str) -> str:
    """A text as it may be kept for years: trimmed, at most 2,000 characters, nothing that steers a terminal."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise CookiegateError(f"{what} has {len(text)} characters; write at most {LONGEST_TEXT}")
    if _CONTROL.search(text):
        raise CookiegateError(f"{what} holds a control character; write plain text")
    return text


def require_impersonal(text: str, what: str) -> str:
    """A text that names nobody, as far as can be told from its form (GDPR art. 5(1)(c))."""
    text = require_plain(text, what)
    if _PERSONAL.search(_NOBODYS.sub(";", unicodedata.normalize("NFKC", text))):
        raise CookiegateError(
            f"{what} seems to hold an e-mail address, a network address or a long number: "
            "say what happened without naming the person"
        )
    return text

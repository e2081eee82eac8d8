"""What a person may have done with the records of their decisions: erased, restricted, released, put right.

A person is known by their consent id alone, a random number that only they and the register have: who holds it has
shown that the records are theirs, and nothing more may be asked for (GDPR art. 11, 12(2), 12(6)).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cookiegate.consent import RECTIFIED, Sealed, canonical, commit
from cookiegate.errors import CookiegateError, StoreError
from cookiegate.policy import Policy
from cookiegate.store import Change, Row, Store

from .acts import carry_out, opened, require_plain, scrub_files
from .growth import Entry, Kept, Removed
from .landing import NOTHING, clear_landed, stop_forwarding
from .ledger import wait_for_commits
from .requests import add_tasks, find_request, open_request

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Erased:
    unlinked: int  # decisions kept as evidence, from now on nobody's
    erased: int  # records that are gone altogether
    request: str  # id of the request it answers
    told: tuple[str, ...]  # what was put on the request's list: whom to tell
    scrubbed: bool  # gone from the files of the store, too


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to whom data was disclosed by one service while consent stood (GDPR art. 19)."""

    service: str  # id
    name: str  # of the service
    provider: str
    policy_url: str


def list_recipients(policy: Policy) -> list[Recipient]:
    """Whose services this policy asks about or knows, each with where to reach them."""
    services = {each.id: each for each in (*policy.known, *policy.services.values())}
    return [Recipient(each.id, each.name, each.provider or each.name, each.policy_url) for each in services.values()]


def _write_tasks(told: Sequence[Recipient]) -> Iterator[str]:
    """One for each provider: whoever has several services is told once."""
    for provider in dict.fromkeys(each.provider for each in told):
        theirs = [each for each in told if each.provider == provider]
        names = ", ".join(each.name for each in theirs)
        whom = provider if names == provider else f"{provider} ({names})"
        where = ", ".join(dict.fromkeys(each.policy_url for each in theirs if each.policy_url))
        yield f"tell {whom}: {where or 'look up how to reach them'}"


def list_given_services(store: Store, subject: bytes) -> list[str]:
    """The ids of all services that this person ever gave consent to, sorted."""
    said = (json.loads(_bytes(row[4])) for row in store.query("records_of", subject=subject))
    return sorted({service for each in said for service in each.get("services", ())})


def erase_subject(
    store_url: str, subject: bytes, now: float, *, whole: bool, recipients: Sequence[Recipient], request: str = ""
) -> Erased | None:
    """Take a person out of the register (GDPR art. 17); None where nothing of theirs is there.

    Without `whole` what was decided stays, as evidence that consent was given (art. 7(1), 17(3)(e)): consent id and
    precise time go, and nobody can tell any more whose it was. What they wrote to put a record right goes in any case.
    Of `recipients`, those whose service they gave consent to are put on the request's list of whom to tell (art. 19).
    Without a `request` one is opened. Raises CookiegateError for a request that is not an open one for erasure.
    """
    with opened(store_url) as store:
        wait_for_commits(store)  # of what a gateway is just storing
        rows = store.query("records_of", subject=subject)
        if not rows:
            return None
        opening: list[Change] = []
        if request:
            found = find_request(store, request)
            if found.kind != "erasure" or found.closed:
                raise CookiegateError(f"request {request} is no open request for erasure")
        else:
            request, change = open_request("erasure", now, channel="cookie", identity="consent id")
            opening.append(change)
        given = list_given_services(store, subject)
        told = tuple(_write_tasks([each for each in recipients if each.service in given]))
        kept = [] if whole else [_number(row) for row in rows if row[2] != RECTIFIED]
        gone = [_number(row) for row in rows if whole or row[2] == RECTIFIED]
        changes = [
            *opening,
            add_tasks(store, request, told),
            Change("unlink_record", [(seq,) for seq in kept]),
            Change("erase_record", [(seq,) for seq in gone]),
            *stop_forwarding([(subject, NOTHING)]),
        ]
        entries: list[Entry] = []
        for why, of in (("unlink", kept), ("erase", gone)):
            if of:
                entries.append(Removed(why, int(now) // _HOUR, of=of))
        act = "subject erase --all" if whole else "subject erase"
        carry_out(store, act, now, changes, entries, unlinked=len(kept), erased=len(gone), request=request)
        clear_landed(store, subject)
        return Erased(len(kept), len(gone), request, told, scrub_files(store))


def restrict_subject(store_url: str, subject: bytes, now: float, *, restricted: bool) -> int:
    """Keep a person's records, and use them for nothing else (GDPR art. 18(1)), or again as before; how many."""
    with opened(store_url) as store:
        rows = store.query("records_of", subject=subject)
        if rows:
            changes = [Change("restrict_record", [(int(restricted), _number(row)) for row in rows])]
            changes += stop_forwarding([(subject, NOTHING)]) if restricted else []
            carry_out(store, f"subject {'restrict' if restricted else 'release'}", now, changes, records=len(rows))
        if restricted:
            clear_landed(store, subject)
        return len(rows)


def rectify_record(store_url: str, subject: bytes, seq: int, text: str, now: float) -> bool:
    """Put beside a record what is wrong with it (GDPR art. 16). False where it is not this person's.

    What was recorded stays as it was: a ledger in which it could be changed would prove nothing. What is put beside
    it belongs to the person as the record does, is exported with it, and goes with it.
    """
    text = require_plain(text, "the correction")
    if not text:
        raise CookiegateError("say what is wrong, and what is right")
    with opened(store_url) as store:
        rows = {_number(row): row for row in store.query("records_of", subject=subject)}
        if seq not in rows or rows[seq][2] == RECTIFIED:
            return False
        correction = _write_correction(subject, seq, text, int(now))
        try:
            # It is restricted with what it corrects; nothing comes of it where that was erased a moment ago.
            carry_out(store, "subject rectify", now, entries=[correction],
                      then=lambda number: Change("restrict_alike", [(seq, number)]))  # fmt: skip
        except StoreError:
            if any(_number(row) == seq for row in store.query("records_of", subject=subject)):
                raise
            return False
        return True


def _write_correction(subject: bytes, seq: int, text: str, time: int) -> Kept:
    salt, payload = os.urandom(32), canonical({"of": seq, "said": text, "time": time})
    hour = time // _HOUR
    return Kept(Sealed("audit", hour, RECTIFIED, commit(salt, payload), salt, payload, None, None), subject)


def _number(row: Row) -> int:
    seq = row[0]
    assert isinstance(seq, int)
    return seq


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value

"""Who may be sent direct marketing, and who may not.

Electronic direct marketing to a person needs their prior consent, which they may take back at any time free of charge
(Act 917/2014, chapter 24; GDPR art. 21(2), (3)). A permit is given for it alone: no choice in the cookie banner makes
one. It lasts two years, is looked at once a year, and its address is kept only while it lasts.

A ban outweighs everything. It has to outlast the person's data, or the next list of addresses would undo it; so it is a
keyed hash, from which no address can be read, kept as long as this register is (GDPR art. 6(1)(c), 17(3)(b), 21(3)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cookiegate.errors import CookiegateError
from cookiegate.store import Change, Row, Store

from .acts import carry_out, opened, require_impersonal, scrub_files
from .addresses import fits, hash_address, normalise
from .requests import add_months

YEARS = 2
REVIEW = timedelta(days=365)


class Permit(NamedTuple):
    hash: bytes
    channel: str  # email, sms, call
    address: str  # as it was given
    source: str  # where
    words: str  # SHA-256 of what was read then, hex
    given: int  # seconds since 1970-01-01 UTC, as the next two
    expires: int
    reviewed: int  # 0: never


class Offer(NamedTuple):
    """A permit that somebody says was given."""

    address: str
    channel: str
    source: str
    words: str  # what was read when it was given
    given: int  # seconds since 1970-01-01 UTC


def expiry(given: int) -> int:
    """Two years later by the calendar, at the same time of day."""
    moment = datetime.fromtimestamp(given, UTC)
    day = add_months(moment.date(), 12 * YEARS)
    return int(datetime.combine(day, moment.timetz()).timestamp())


def judge_offer(offer: Offer, now: float) -> str:
    """What is wrong with it, in words that hold no address; "" where nothing is."""
    try:
        address = normalise(offer.address)
        require_impersonal(offer.source, "the source")
        require_impersonal(offer.words, "the wording")  # kept for good, and exported
    except CookiegateError as error:
        return str(error)
    if not fits(offer.channel, address):
        return "the channel email goes with an e-mail address, sms and call with a phone number"
    if not offer.source.strip() or not offer.words.strip():
        return "say where the permit was given and what was read then: without that nothing can be shown"
    if offer.given > now:
        return "a permit cannot have been given in the future"
    if offer.given < 0 or expiry(offer.given) <= now:  # before 1970: what year it was may be beyond the calendar
        return f"it was given more than {YEARS} years ago and has expired"
    return ""


def add_permits(store_url: str, index_key: bytes, offers: Sequence[Offer], now: float) -> list[int]:
    """Keep them all, or raise CookiegateError for the first that is not right. The positions of those left out since
    their address is banned."""
    for offer in offers:
        if wrong := judge_offer(offer, now):
            raise CookiegateError(wrong)
    with opened(store_url) as store:
        hashes = [hash_address(index_key, normalise(offer.address)) for offer in offers]
        banned = [at for at, hash in enumerate(hashes) if store.query("ban", hashed=hash)]
        out = set(banned)
        kept = [pair for at, pair in enumerate(zip(hashes, offers, strict=True)) if at not in out]
        texts = {offer.words.strip().encode() for _, offer in kept}
        shown = [(hashlib.sha256(text).hexdigest(), "permit", int(now), text) for text in sorted(texts)]
        # the statement looks for a ban once more: one may be made just now
        rows = [_row(hash, offer) for hash, offer in kept]
        changes = [Change("add_shown", shown), Change("add_permit", rows)]
        if rows:
            carry_out(store, "permits add", now, changes, permits=len(rows), banned=len(banned))
        return banned


def ban(store_url: str, index_key: bytes, address: str, source: str, now: float) -> bool:
    """From now on nothing may be sent there; every permit for it goes. False where there was a ban already."""
    hash = hash_address(index_key, normalise(address))
    source = require_impersonal(source, "the source")
    with opened(store_url) as store:
        if store.query("ban", hashed=hash):
            return False
        changes = [Change("add_ban", [(hash, int(now), source)]), Change("drop_banned_permits", [(hash,)])]
        carry_out(store, "permits ban", now, changes)
        scrub_files(store)
        return True


def unban(store_url: str, index_key: bytes, address: str, reason: str, now: float) -> bool:
    """Lift a ban, for a reason that stays on the ledger; no permit comes back by it. False where there was none."""
    hash = hash_address(index_key, normalise(address))
    reason = require_impersonal(reason, "the reason")
    if not reason:
        raise CookiegateError("say why the ban is lifted: only the person who wanted it can want that")
    with opened(store_url, existing=True) as store:
        found = bool(store.query("ban", hashed=hash))
        if found:
            carry_out(store, "permits unban", now, [Change("lift_ban", [(hash,)])], reason=reason)
        return found


def withdraw(store_url: str, index_key: bytes, address: str, channel: str | None, now: float) -> list[str]:
    """Take a permit back, for one channel or all; the channels for which there was one. Its address goes with it."""
    hash = hash_address(index_key, normalise(address))
    with opened(store_url, existing=True) as store:
        found = [each.channel for each in _permits(store.query("permits_of", hashed=hash))]
        gone = [each for each in found if channel in (None, each)]
        if gone:
            carry_out(store, "permits withdraw", now, [Change("withdraw_permit", [(hash, each) for each in gone])])
            scrub_files(store)
        return gone


def may_send(store: Store, index_key: bytes, address: str, channel: str | None, now: float) -> str:
    """Why nothing may be sent to this address; "" where a permit stands for the channel, or for any if none is said."""
    hash = hash_address(index_key, normalise(address))
    if store.query("ban", hashed=hash):
        return "it is banned"
    permits = [each for each in _permits(store.query("permits_of", hashed=hash)) if channel in (None, each.channel)]
    if not permits:
        return "there is no permit"
    return "" if any(each.expires > now for each in permits) else "its permit has expired"


def list_permits(store: Store) -> list[Permit]:
    """By address."""
    return _permits(store.query("permits"))


def list_due(store: Store, now: float) -> list[Permit]:
    """Those that have expired, or that nobody has looked at for a year."""
    return _permits(store.query("permits_due", now=int(now), looked=int(now - REVIEW.total_seconds())))


def note_review(store_url: str, permits: Sequence[Permit], now: float) -> None:
    """Say of those that have not expired that somebody has looked at them."""
    rows = [(int(now), each.hash, each.channel) for each in permits if each.expires > now]
    with opened(store_url) as store:
        carry_out(store, "permits review", now, [Change("review_permit", rows)], permits=len(rows))


def _row(hash: bytes, offer: Offer) -> Row:
    words = hashlib.sha256(offer.words.strip().encode()).hexdigest()
    given = (offer.given, expiry(offer.given))
    return hash, offer.channel, offer.address.strip(), offer.source.strip(), words, *given, hash


def _permits(rows: Sequence[Row]) -> list[Permit]:
    return [Permit._make(row) for row in rows]

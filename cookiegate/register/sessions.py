"""Who of the staff is signed in: a random number in the browser, of which the store holds the hash alone."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import closing
from typing import NamedTuple

from cookiegate.errors import CookiegateError
from cookiegate.store import Batch, Change, Growth, Head, Store, open_store

from .acts import acting, note_act, opened
from .onetime import find_step
from .passwords import LONGEST, check_password, hash_password, is_outdated, make_decoy
from .staff import Account, is_name, read_account

IDLE_SECONDS = 15 * 60  # without a page, after which a session is over
LONGEST_SECONDS = 10 * 3600  # that one lasts, whatever is done
_TOUCH_SECONDS = 60  # a look at the clock is written this seldom


class Session(NamedTuple):
    token: str  # what the browser holds
    account: Account
    begun: int  # seconds since 1970-01-01 UTC


def sign_in(store_url: str, name: str, password: str, code: str, now: float) -> Session | None:
    """Let somebody in: None for a wrong name, password or code, for an account that is disabled, and for a password
    that was handed out too long ago, all of which take equally long. The ledger notes who came in.

    `now`: seconds since 1970-01-01 UTC. Raises StoreError.
    """
    with closing(open_store(store_url, readonly=True)) as store:
        found = [read_account(row) for row in store.query("staff_named", who=name if is_name(name) else "")]
    account = found[0] if found else None
    fits = check_password(password[:LONGEST], account.password if account else make_decoy())
    if not account or not fits or account.disabled or 0 < account.temporary < now:
        return None
    step = 0
    if account.secret:
        step = find_step(account.secret, code, now, account.step) or 0
        if not step:
            return None
    session = begin_session(store_url, account, now, step)
    if session is None:
        return None
    try:
        with acting(account.name):
            note_act(store_url, "staff login", now)
    except CookiegateError:
        end_session(store_url, session.token)  # nobody is in of whom the ledger does not know
        raise
    if not account.temporary and is_outdated(account.password):
        with opened(store_url) as store:
            store.write(Batch(changes=[Change("set_staff_password", [(hash_password(password), account.name)])]))
    return session


def begin_session(store_url: str, account: Account, now: float, step: int = 0) -> Session | None:
    """A new session for somebody who has shown who they are, with a code of `step` where they have codes.

    None where the account was disabled meanwhile, or the code was used by somebody else. Old sessions are deleted.
    """
    token = secrets.token_urlsafe(32)
    hashed = _hash(token)
    changes = [
        Change("add_staff_session", [(hashed, int(now), int(now), account.name, step or account.step + 1)]),
        Change("use_staff_code", [(step, account.name, step)]),
    ]
    with opened(store_url) as store:
        store.purge("staff_sessions", int(now) - LONGEST_SECONDS)
        store.write(Batch(_hold, changes))
        begun = store.query("staff_session", token=hashed)
    return Session(token, account, int(now)) if begun else None


def find_session(store: Store, token: str, now: float) -> tuple[Session, bool] | None:
    """The session that a browser's number stands for, and whether it is time to `touch_session`.

    None for what is none, for one that has been idle or has lasted too long, and where the account is disabled.
    """
    for begun, seen, *row in store.query("staff_session", token=_hash(token)):
        session = Session(token, read_account(tuple(row)), int(str(begun)))
        idle = now - int(str(seen))
        if idle > IDLE_SECONDS or now - session.begun > LONGEST_SECONDS or session.account.disabled:
            return None
        return session, idle > _TOUCH_SECONDS
    return None


def touch_session(store_url: str, token: str, now: float) -> None:
    """Say that it was used."""
    with opened(store_url) as store:
        store.write(Batch(changes=[Change("touch_staff_session", [(int(now), _hash(token))])]))


def end_session(store_url: str, token: str) -> None:
    """Sign out: the browser's number means nothing any more."""
    with opened(store_url) as store:
        store.write(Batch(changes=[Change("end_staff_session", [(_hash(token),)])]))


def _hold(head: Head) -> Growth:
    """Nothing new on the ledger, but its head is held until the transaction ends: of two who come with one code the
    later sees that it was used."""
    return Growth(head, ())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

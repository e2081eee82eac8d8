"""The accounts of the staff who look at the dashboard. There is none until somebody makes one, and none is shared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cookiegate.errors import CookiegateError
from cookiegate.store import Change, Row, Store

from .acts import carry_out, opened
from .passwords import check_password, hash_password, make_password, require_strong

# Statistics alone; rights and consents of people; what the policy does not name yet; the accounts; to read it all.
ROLES = ("statistics", "officer", "developer", "admin", "auditor")
LANGUAGES = ("fi", "sv", "en")  # of the dashboard
TEMPORARY_SECONDS = 7 * 86_400  # in which a password that was handed out is used, or is worth nothing
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: str  # one of ROLES
    password: str = field(repr=False)  # hashed
    temporary: int  # until when a password that was handed out may be used, seconds since 1970 UTC; 0: it is their own
    secret: str = field(repr=False)  # of the one-time codes, or ""
    step: int  # the last one whose code was used
    language: str  # one of LANGUAGES, or "": the browser's
    disabled: int  # since when, seconds since 1970 UTC; 0: is not


def is_name(text: str) -> bool:
    """Whether an account may be called so."""
    return _NAME.fullmatch(text) is not None


def add_staff(store_url: str, name: str, role: str, now: float) -> str:
    """Make an account; its one-time password, which is kept nowhere.

    Raises CookiegateError for a name that is taken or is none, and for an unknown role. `now`: seconds since 1970 UTC.
    """
    if not is_name(name):
        raise CookiegateError(
            "the name of an account has up to 32 small letters a to z, figures, dots, dashes and underscores, "
            "and begins with a letter or figure, such as aino.esimerkki"
        )
    _require_role(role)
    password = make_password()
    row = (name, role, hash_password(password), int(now) + TEMPORARY_SECONDS)
    with opened(store_url) as store:
        if store.query("staff_named", who=name):
            raise CookiegateError(f"there is an account {name} already; `cookiegate staff reset` gives a new password")
        carry_out(store, "staff add", now, [Change("add_staff", [row])], staff=name, role=role)
    return password


def list_staff(store: Store) -> list[Account]:
    """All accounts, by name."""
    return [read_account(row) for row in store.query("staff")]


def find_staff(store: Store, name: str) -> Account:
    """Raises CookiegateError where there is none of this name."""
    for row in store.query("staff_named", who=name):
        return read_account(row)
    raise CookiegateError(f"there is no account {name}; `cookiegate staff list` shows them")


def disable_staff(store_url: str, name: str, now: float) -> None:
    """Let somebody in no more; their sessions end at once. Raises CookiegateError for an unknown name."""
    _change(store_url, name, "staff disable", now, [Change("disable_staff", [(int(now), name)])])


def reset_staff(store_url: str, name: str, now: float) -> str:
    """Give a new one-time password and take the one-time codes away: for who has lost either. An account that was
    disabled is open again. Raises CookiegateError for an unknown name."""
    password = make_password()
    row = (hash_password(password), int(now) + TEMPORARY_SECONDS, name)
    _change(store_url, name, "staff reset", now, [Change("reset_staff", [row])])
    return password


def set_role(store_url: str, name: str, role: str, now: float) -> None:
    """Their sessions end, and the next one has the new role. Raises CookiegateError for unknown names and roles."""
    _require_role(role)
    _change(store_url, name, "staff role", now, [Change("set_staff_role", [(role, name)])], role=role)


def change_password(store_url: str, account: Account, password: str, now: float) -> None:
    """Their own from now on; all their sessions end. Raises CookiegateError for a weak one, and for the one it was."""
    require_strong(password, account.name)
    if check_password(password, account.password):
        raise CookiegateError("this is the password that you have: take another")
    change = Change("set_staff_password", [(hash_password(password), account.name)])
    _change(store_url, account.name, "staff password", now, [change])


def set_secret(store_url: str, account: Account, secret: str, step: int, now: float) -> None:
    """Ask for one-time codes of this secret from now on, after `step`, whose code has shown that the person's app has
    it; all their sessions end."""
    change = Change("set_staff_secret", [(secret, step, account.name)])
    _change(store_url, account.name, "staff codes", now, [change])


def set_language(store_url: str, account: Account, language: str, now: float) -> None:
    """Of the dashboard, for this person. Raises CookiegateError for one that it does not have."""
    if language not in ("", *LANGUAGES):
        raise CookiegateError(f"the dashboard has {', '.join(LANGUAGES)}")
    with opened(store_url) as store:
        change = Change("set_staff_language", [(language, account.name)])
        carry_out(store, "staff language", now, [change], staff=account.name)


def read_account(row: Row) -> Account:
    name, role, password, temporary, secret, step, language, disabled = row
    return Account(str(name), str(role), str(password), int(str(temporary)), str(secret), int(str(step)), str(language),
                   int(str(disabled)))  # fmt: skip


def _change(store_url: str, name: str, act: str, now: float, changes: Sequence[Change], **said: str) -> None:
    """In one transaction with the end of all their sessions: whoever else had one is out."""
    with opened(store_url, existing=True) as store:
        found = find_staff(store, name)
        ended = Change("end_staff_sessions_of", [(found.name,)])
        carry_out(store, act, now, [*changes, ended], (), None, staff=found.name, **said)


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise CookiegateError(f"there is no role {role!r}; there are {', '.join(ROLES)}")

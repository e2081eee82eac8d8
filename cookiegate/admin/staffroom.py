"""The accounts, for whoever answers for them."""

from __future__ import annotations

from datetime import UTC, datetime

from cookiegate.register import ROLES, Account, add_staff, disable_staff, list_staff, reset_staff, set_role

from .office import Answer, Ask, Refused, go
from .tables import Column, Page, Table

_COLUMNS = (
    Column("account"),
    Column("role", "word:role"),
    Column("codes", "word:yes"),
    Column("status", "word:status"),
    Column("disabled", "day"),
)


def show_staff(ask: Ask) -> Answer:
    return _show(ask)


def _show(ask: Ask, **handed_out: str) -> Page:
    with ask.office.reading() as store:
        found = list_staff(store)
    rows = [
        (each.name, each.role, "yes" if each.secret else "no", _find_status(each, ask.now), _write_day(each.disabled))
        for each in found
    ]
    more = {"accounts": [each for each in found if each.name != ask.account.name], "roles": ROLES, **handed_out}
    return Page("staff.html", "staff.title", (Table("staff", _COLUMNS, rows),), more)


def _find_status(account: Account, now: float) -> str:
    if account.disabled:
        return "disabled"
    if account.temporary:
        return "waiting" if account.temporary > now else "run_out"
    return "active"


def _write_day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""


def add(ask: Ask) -> Answer:
    """The one-time password is shown this once, and not on an address that could be opened again."""
    name = ask.form.get("name", "").strip().lower()
    with ask.acting():
        password = add_staff(ask.office.store_url, name, ask.form.get("role", ""), ask.now)
    return _show(ask, handed_to=name, password=password)


def reset(ask: Ask) -> Answer:
    name = _find_other(ask)
    with ask.acting():
        password = reset_staff(ask.office.store_url, name, ask.now)
    return _show(ask, handed_to=name, password=password)


def disable(ask: Ask) -> Answer:
    name = _find_other(ask)
    with ask.acting():
        disable_staff(ask.office.store_url, name, ask.now)
    return go("/staff")


def change_role(ask: Ask) -> Answer:
    name = _find_other(ask)
    with ask.acting():
        set_role(ask.office.store_url, name, ask.form.get("role", ""), ask.now)
    return go("/staff")


def _find_other(ask: Ask) -> str:
    """Nobody disables, resets or promotes themselves: so an admin is always left, and two know of every role."""
    if ask.path["name"] == ask.account.name:
        raise Refused(ask.words("staff.not_yourself"))
    return ask.path["name"]

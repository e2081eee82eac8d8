"""`staff`: the accounts of those who look at the dashboard."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime

import click

from ..register import ROLES, add_staff, disable_staff, list_staff, reset_staff, set_role
from ..settings import find
from ..store import open_store
from .acting import named

_STORE = click.option("--store", help="Such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
_ROLE = click.option("--role", required=True, type=click.Choice(ROLES), help="What the person may see and do.")


@click.group()
def staff() -> None:
    """The accounts for the dashboard. There is none until you make one.

    Example: cookiegate staff add aino.esimerkki --role admin
    """


@staff.command()
@click.argument("name")
@_ROLE
@_STORE
@named
def add(name: str, role: str, store: str | None) -> None:
    """Make an account, and say its one-time password.

    It holds for seven days and is changed at the first login.

    Example: cookiegate staff add aino.esimerkki --role officer
    """
    _hand_out(name, add_staff(store or find("store"), name, role, time.time()))


@staff.command("list")
@_STORE
def show_list(store: str | None) -> None:
    """All accounts.

    Example: cookiegate staff list
    """
    with closing(open_store(store or find("store"), readonly=True)) as shelf:
        found = list_staff(shelf)
    for each in found:
        codes = "codes" if each.secret else "no codes"
        status = f"disabled on {datetime.fromtimestamp(each.disabled, UTC):%Y-%m-%d}" if each.disabled else ""
        status = status or ("has to change the password" if each.temporary else "")
        click.echo(f"{each.name:<32}  {each.role:<10}  {codes:<8}  {status}".rstrip())
    if not found:
        click.echo("There is no account: make one with `cookiegate staff add NAME --role admin`.")


@staff.command()
@click.argument("name")
@_STORE
@named
def disable(name: str, store: str | None) -> None:
    """Let somebody in no more. Their sessions end at once; the account is deleted a year later.

    Example: cookiegate staff disable aino.esimerkki
    """
    disable_staff(store or find("store"), name, time.time())
    click.echo(f"{name} is let in no more.")


@staff.command()
@click.argument("name")
@_STORE
@named
def reset(name: str, store: str | None) -> None:
    """Give a new one-time password, and take the one-time codes away.

    For who has lost either. An account that was disabled is open again.

    Example: cookiegate staff reset aino.esimerkki
    """
    _hand_out(name, reset_staff(store or find("store"), name, time.time()))


@staff.command()
@click.argument("name")
@_ROLE
@_STORE
@named
def role(name: str, role: str, store: str | None) -> None:
    """Give somebody another role. Their sessions end.

    Example: cookiegate staff role aino.esimerkki --role auditor
    """
    set_role(store or find("store"), name, role, time.time())
    click.echo(f"{name}: {role}")


def _hand_out(name: str, password: str) -> None:
    click.echo(f"The one-time password of {name}, shown this once:")
    click.echo(password)
    click.echo("It holds for seven days. Hand it over in person or by phone, not by e-mail.")

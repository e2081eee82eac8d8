"""`permits`: who may be sent direct marketing, and who may not (Act 917/2014 chapter 24, GDPR art. 21)."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from ..register import (
    CHANNELS,
    Offer,
    Permit,
    add_permits,
    list_due,
    list_permits,
    load_ledger_key,
    may_send,
    note_act,
    note_review,
)
from ..register import ban as make_ban
from ..register import unban as lift_ban
from ..register import withdraw as withdraw_permit
from ..settings import find
from ..store import open_store
from .acting import named
from .permitfile import read_moment, read_permit_file
from .upkeep import find_key_file

_SHOWN = 10  # rows named in a sentence
_STORE = click.option("--store", help="Such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
_KEY = click.option("--key", help="The ledger's key file; else beside the store.  [COOKIEGATE_LEDGER_KEY]")
_CHANNEL = click.option("--channel", type=click.Choice(CHANNELS), help="Otherwise all of them.")


def _read_given(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    try:
        return read_moment(value) if value else None
    except (ValueError, OverflowError):
        raise click.BadParameter("write a moment as 2026-11-22 or 2026-11-22T10:30 (UTC)") from None


def _open(store: str | None, key: str | None) -> tuple[str, bytes]:
    """The store, and the key under which addresses are hashed."""
    url = store or find("store")
    return url, load_ledger_key(find_key_file(key, url)).index


@click.group()
def permits() -> None:
    """Permits for direct marketing, and bans, which outweigh every permit.

    A permit is given for marketing alone: no choice in the cookie banner makes one.

    Example: cookiegate permits check aino@example.test
    """


@permits.command()
@click.argument("address")
@click.option("--channel", required=True, type=click.Choice(CHANNELS))
@click.option("--source", required=True, help="Where it was given: a form, a shop …")
@click.option("--words", required=True, help="What was read when it was given; kept for good: name nobody.")
@click.option("--given", callback=_read_given, help="When (UTC), such as 2026-11-22T10:30; else now.")
@_STORE
@_KEY
@named
def add(
    address: str, channel: str, source: str, words: str, given: int | None, store: str | None, key: str | None
) -> None:  # fmt: skip
    """Keep a permit for two years. A phone number begins with its country's code.

    Exits with 1 when the address is banned.

    \b
    Example: cookiegate permits add aino@example.test --channel email \\
        --source "order form" --words "Send me offers by e-mail."
    """
    url, index = _open(store, key)
    now = time.time()
    offer = Offer(address, channel, source, words, int(now) if given is None else given)
    if add_permits(url, index, [offer], now):
        click.echo("This address is banned: nothing was kept. `cookiegate permits unban` needs a reason.")
        raise SystemExit(1)
    click.echo("Kept.")


@permits.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_STORE
@_KEY
@named
def import_file(file: Path, store: str | None, key: str | None) -> None:
    """Keep all permits of a CSV file, or none of them if a row is wrong.

    Its columns: address, channel, source, given, words. Banned addresses are left out, and their rows named.

    Example: cookiegate permits import newsletter.csv
    """
    now = time.time()
    rows = read_permit_file(file, now)
    url, index = _open(store, key)
    banned = add_permits(url, index, [offer for _, offer in rows], now)
    click.echo(f"Kept {len(rows) - len(banned)} of {len(rows)}.")
    if banned:
        named = ", ".join(str(rows[at][0]) for at in banned[:_SHOWN])
        more = f" and {len(banned) - _SHOWN} more" if len(banned) > _SHOWN else ""
        click.echo(f"Left out, since they are banned: row {named}{more}.")


@permits.command()
@click.argument("address")
@click.option("--source", default="", help="Where that was said: a call, a reply …")
@_STORE
@_KEY
@named
def ban(address: str, source: str, store: str | None, key: str | None) -> None:
    """Never send marketing there again. Every permit for it goes; the address is not kept, only a keyed hash.

    Example: cookiegate permits ban "+358 40 1234567" --source "told us on the phone"
    """
    url, index = _open(store, key)
    click.echo("Banned." if make_ban(url, index, address, source, time.time()) else "It was banned before.")


@permits.command()
@click.argument("address")
@click.option("--reason", required=True, help="Kept on the ledger for good: name nobody.")
@_STORE
@_KEY
@named
def unban(address: str, reason: str, store: str | None, key: str | None) -> None:
    """Lift a ban, because the person wants it. No permit comes back by it.

    Exits with 1 when there was none.

    Example: cookiegate permits unban aino@example.test --reason "asked for it in writing"
    """
    url, index = _open(store, key)
    if not lift_ban(url, index, address, reason, time.time()):
        click.echo("There is no ban of this address.")
        raise SystemExit(1)
    click.echo("The ban is lifted. There is no permit until a new one is given.")


@permits.command()
@click.argument("address")
@_CHANNEL
@_STORE
@_KEY
@named
def withdraw(address: str, channel: str | None, store: str | None, key: str | None) -> None:
    """Take a permit back. Its address goes with it; `ban` is for who wants nothing ever again.

    Exits with 1 when there was none.

    Example: cookiegate permits withdraw aino@example.test
    """
    url, index = _open(store, key)
    gone = withdraw_permit(url, index, address, channel, time.time())
    if not gone:
        click.echo("There is no such permit.")
        raise SystemExit(1)
    click.echo(f"Withdrawn: {', '.join(gone)}.")


@permits.command()
@click.argument("address")
@_CHANNEL
@_STORE
@_KEY
def check(address: str, channel: str | None, store: str | None, key: str | None) -> None:
    """Ask before sending: exits with 0 when a permit stands, with 1 when not.

    Example: cookiegate permits check aino@example.test --channel email
    """
    url, index = _open(store, key)
    with closing(open_store(url, readonly=True)) as shelf:
        reason = may_send(shelf, index, address, channel, time.time())
    click.echo(f"No: {reason}." if reason else "Yes.")
    raise SystemExit(1 if reason else 0)


@permits.command("list")
@_STORE
@named
def show_list(store: str | None) -> None:
    """All permits, with their addresses. The ledger notes that they were shown.

    Example: cookiegate permits list
    """
    url, now = store or find("store"), time.time()
    with closing(open_store(url, readonly=True)) as shelf:
        found = list_permits(shelf)
    if not found:
        click.echo("There are no permits.")
        return
    note_act(url, "permits list", now, permits=len(found))
    _print(found, now)


@permits.command()
@click.option("--done", is_flag=True, help="Somebody has looked at these: ask again in a year.")
@_STORE
@named
def review(done: bool, store: str | None) -> None:
    """Those that have expired, and those that nobody has looked at for a year.

    Is it still true where it came from, and still what people expect? What has expired is deleted by
    `cookiegate retention run`, which a gateway does by itself. Exits with 1 when there is something to look at.

    Example: cookiegate permits review
    """
    url, now = store or find("store"), time.time()
    with closing(open_store(url, readonly=True)) as shelf:
        found = list_due(shelf, now)
    if not found:
        click.echo("Nothing to look at.")
        return
    if done:
        note_review(url, found, now)
        click.echo(f"Reviewed: {sum(each.expires > now for each in found)}.")
        return
    note_act(url, "permits list", now, permits=len(found))
    _print(found, now)
    raise SystemExit(1)


def _print(found: list[Permit], now: float) -> None:
    for each in found:
        state = "EXPIRED" if each.expires <= now else f"until {_day(each.expires)}"
        line = f"{each.address:<32}  {each.channel:<5}  given {_day(each.given)}  {state:<16}  {each.source}"
        click.echo("".join(letter if letter.isprintable() else "\ufffd" for letter in line))


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

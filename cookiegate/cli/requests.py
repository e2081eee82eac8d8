"""`requests`: what people asked for, and by when it has to be answered (GDPR art. 12)."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, date, datetime

import click

from ..register import (
    KINDS,
    OUTCOMES,
    Request,
    Task,
    add_request,
    close_request,
    extend_request,
    find_request,
    finish_task,
    list_requests,
    list_tasks,
)
from ..settings import find
from ..store import open_store
from .acting import named

_STORE = click.option("--store", help="Such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")


def _read_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter("write a day as 2026-11-22") from None


def _today() -> date:
    return datetime.now(UTC).date()


@click.group()
def requests() -> None:
    """What people asked for, and by when it is due. It names nobody.

    Example: cookiegate requests list
    """


@requests.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--received", callback=_read_day, help="The day it came, such as 2026-11-22; else today (UTC).")
@click.option("--channel", required=True, help="How it came: e-mail, letter, phone …")
@click.option("--identity", required=True, help="How it was shown who asks: receipt, cookie, signed in …")
@click.option("--notes", default="", help="Whatever helps; no names, addresses or numbers of people.")
@_STORE
@named
def add(kind: str, received: date | None, channel: str, identity: str, notes: str, store: str | None) -> None:
    """Put a request into the register. It is due one month later by the calendar.

    Where that day is a weekend or a holiday it stays: the law would give until the
    next working day, and earlier is always in time.

    Example: cookiegate requests add access --channel e-mail --identity receipt
    """
    made = add_request(
        store or find("store"), kind, time.time(), received=received, channel=channel, identity=identity, notes=notes
    )
    click.echo(f"{made.id}: {made.kind}, due on {made.due}")


@requests.command("list")
@click.option("--all", "closed", is_flag=True, help="Those that are closed, too.")
@_STORE
def show_list(closed: bool, store: str | None) -> None:
    """Those that are open, the most urgent first. Exits with 1 when one is overdue.

    "due soon" begins seven days before.

    Example: cookiegate requests list
    """
    today = _today()
    with closing(open_store(store or find("store"), readonly=True)) as shelf:
        found = [each for each in list_requests(shelf) if closed or not each.closed]
    for each in found:
        click.echo(f"{each.id}  {each.kind:<13}  due {each.due}  {each.outcome or each.state(today)}")
    if not found:
        click.echo("No request is open." if not closed else "There are no requests.")
    if any(each.state(today) == "overdue" for each in found):
        raise SystemExit(1)


@requests.command()
@click.argument("id")
@_STORE
def show(id: str, store: str | None) -> None:
    """Everything about one request.

    Example: cookiegate requests show 2026-11-22-k7qd
    """
    with closing(open_store(store or find("store"), readonly=True)) as shelf:
        _print_request(find_request(shelf, id))
        _print_tasks(list_tasks(shelf, id))


@requests.command()
@click.argument("id")
@click.option("--months", default=1, show_default=True, type=click.IntRange(1, 2))
@click.option("--reason", required=True, help="Why: complexity, or the number of requests.")
@_STORE
@named
def extend(id: str, months: int, reason: str, store: str | None) -> None:
    """Make it due one or two months later (GDPR art. 12(3)).

    Once only, within the first month; tell the person, with the reason.

    \b
    Example: cookiegate requests extend 2026-11-22-k7qd \\
        --months 2 --reason "three registers have to be searched"
    """
    click.echo(f"Due on {extend_request(store or find('store'), id, months, reason, time.time()).due}. ", nl=False)
    click.echo("Tell the person today, with the reason.")


@requests.command()
@click.argument("id")
@click.option("--outcome", required=True, type=click.Choice(OUTCOMES))
@click.option("--reason", default="", help="Needed where not everything was done (GDPR art. 12(4)).")
@_STORE
@named
def close(id: str, outcome: str, reason: str, store: str | None) -> None:
    """Say how it ended. Not while a recipient has still to be told.

    Example: cookiegate requests close 2026-11-22-k7qd --outcome fulfilled
    """
    made = close_request(store or find("store"), id, outcome, reason, time.time())
    click.echo(f"{made.id}: {made.outcome}, closed on {made.closed}")


@requests.command()
@click.argument("id")
@click.option("--done", type=click.IntRange(1), help="The number of a task that was done.")
@click.option("--note", default="", help="With --done: how, or why it was impossible.")
@_STORE
@named
def tasks(id: str, done: int | None, note: str, store: str | None) -> None:
    """Whom to tell about what was done (GDPR art. 19), and who was told.

    Example: cookiegate requests tasks 2026-11-22-k7qd --done 1
    """
    if done is not None:
        _print_tasks(finish_task(store or find("store"), id, done, note, time.time()))
        return
    if note:
        raise click.UsageError("--note goes with --done")
    with closing(open_store(store or find("store"), readonly=True)) as shelf:
        _print_tasks(list_tasks(shelf, find_request(shelf, id).id))


def _print_request(made: Request) -> None:
    lines = {
        "request": made.id, "kind": made.kind, "received": made.received, "channel": made.channel,
        "identity": made.identity, "due": f"{made.due} ({made.state(_today())})", "extended": made.extended,
        "notes": made.notes, "outcome": made.outcome, "reason": made.reason, "closed": made.closed,
    }  # fmt: skip
    for name, value in lines.items():
        if value:
            click.echo(f"{name:<10}{value}")


def _print_tasks(found: list[Task]) -> None:
    for task in found:
        note = f" ({task.note})" if task.note else ""
        click.echo(f"task {task.number}  {f'done {task.done}' if task.done else 'to be done':<16}  {task.what}{note}")
    if not found:
        click.echo("No tasks.")

"""`outbox`: what services that this site's server tells have still to be told."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from ..register import Waiting, list_waiting, purge_outbox
from ..settings import find
from .acting import named

_STORE = click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")


@click.group()
def outbox() -> None:
    """Events for services with mode = "server".

    Example: cookiegate outbox status
    """


@outbox.command("status")
@_STORE
def show_status(store: str | None) -> None:
    """How much waits for each service, was sent, and was dropped and why.

    Example: cookiegate outbox status
    """
    found = list_waiting(store or find("store"))
    if not found:
        click.echo("Nothing was ever put into it.")
        return
    click.echo(f"{'service':20} {'waiting':>8} {'sent':>8} {'dropped':>8}  of these / oldest that waits")
    for each in found:
        click.echo(f"{each.service:20} {each.waiting:>8} {each.sent:>8} {each.dropped:>8}  {_explain(each)}".rstrip())


def _explain(each: Waiting) -> str:
    reasons = {"consent withdrawn": each.withdrawn, "refused by the service": each.refused, "too old": each.expired,
               "by command": each.purged}  # fmt: skip
    said = [f"{number} {reason}" for reason, number in reasons.items() if number]
    if each.waiting:
        said.append(f"since {datetime.fromtimestamp(each.oldest // 1000, UTC):%Y-%m-%d %H:%M} UTC")
    return ", ".join(said)


@outbox.command("purge")
@click.argument("service")
@_STORE
@named
def purge(service: str, store: str | None) -> None:
    """Drop what SERVICE was not told yet, as when it is no longer used.

    Example: cookiegate outbox purge google-analytics
    """
    click.echo(f"{purge_outbox(store or find('store'), service, time.time())} events were dropped.")

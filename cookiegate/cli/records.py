"""`visits report`: what was recorded of visits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from ..reports import render, visit_statistics
from ..settings import find

_STORE = click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")


def _read_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write a day as 2026-11-22") from None


@click.group()
def visits() -> None:
    """The visit log.

    Example: cookiegate visits report
    """


@visits.command("report")
@click.option("--from", "first", callback=_read_day, help="First day (UTC), such as 2026-11-01; else 30 days ago.")
@click.option("--to", "last", callback=_read_day, help="Last day (UTC), counted too; else today.")
@_STORE
def report(first: date | None, last: date | None, store: str | None) -> None:
    """Visitors, pages, entries, exits, time on page and browsers of a period.

    Example: cookiegate visits report --from 2026-11-01 --to 2026-11-30
    """
    last = last or datetime.now(UTC).date()
    first = first or last - timedelta(days=29)
    if first > last:
        raise click.UsageError(f"--from {first} is later than --to {last}")
    click.echo(render(visit_statistics(store or find("store"), first, last)))

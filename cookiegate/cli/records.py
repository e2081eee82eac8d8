"""`visits report` and `consents export`: what was recorded, for people and for other programs."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import IO, Literal

import click

from ..reports import export, render, visit_statistics
from ..settings import find_store

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
    click.echo(render(visit_statistics(store or find_store(), first, last)))


@click.group()
def consents() -> None:
    """The consent ledger.

    Example: cookiegate consents export -o consents.jsonl
    """


@consents.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--output", "-o", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file; else here."
)
@_STORE
def export_consents(form: Literal["jsonl", "csv"], output: IO[str], store: str | None) -> None:
    """Every decision with its digest, oldest first. In CSV no cell is taken for a formula.

    Example: cookiegate consents export --format csv -o consents.csv
    """
    count = export(store or find_store(), form, output)
    if not count:
        click.echo("No decision has been recorded yet.", err=True)
    elif sys.stderr.isatty():
        click.echo(f"{count} decisions", err=True)

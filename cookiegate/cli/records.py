"""`visits`: what was recorded of visits, and whether the figures kept of it are right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar, get_args

import click

from ..reports import (
    By,
    Length,
    consent_figures,
    recount_figures,
    render,
    render_csv,
    render_funnel,
    render_json,
    visit_statistics,
)
from ..settings import find

_Command = TypeVar("_Command", bound=Callable[..., None])

_USUAL = timedelta(days=29)  # from the first day of a period to its last
_STORE = click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
_FORMAT = click.option(
    "--format", "kind", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True,
    help="How it is written.",
)  # fmt: skip


def _read_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write a day as 2026-11-22") from None


def _over_days(command: _Command) -> _Command:
    first = click.option(
        "--from", "first", callback=_read_day, help="First day (UTC), such as 2026-11-01; else 30 days ago."
    )
    last = click.option("--to", "last", callback=_read_day, help="Last day (UTC), counted too; else today.")
    return first(last(command))


def _find_days(first: date | None, last: date | None) -> tuple[date, date]:
    last = last or datetime.now(UTC).date()
    first = first or max(last, date.min + _USUAL) - _USUAL
    if first > last:
        raise click.UsageError(f"--from {first} is later than --to {last}")
    return first, last


@click.group()
def visits() -> None:
    """The visit log.

    Example: cookiegate visits report
    """


@visits.command("report")
@_over_days
@click.option("--by", type=click.Choice(get_args(Length)), help="Add the figures of each day, week or month.")
@_FORMAT
@_STORE
def report(first: date | None, last: date | None, by: Length | None, kind: str, store: str | None) -> None:
    """Visitors, pages, entries, exits, time on page and browsers of a period.

    Example: cookiegate visits report --from 2026-11-01 --to 2026-11-30 --by week
    """
    found = visit_statistics(store or find("store"), *_find_days(first, last), step=by or "day")
    if kind == "csv":
        click.echo(render_csv(found), nl=False)
    elif kind == "json":
        click.echo(render_json(statistics=found), nl=False)
    else:
        click.echo(render(found, by_step=by is not None))


@visits.command("funnel")
@_over_days
@click.option("--by", type=click.Choice(get_args(By)), default="total", show_default=True,
              help="By what the answers are told apart.")  # fmt: skip
@_FORMAT
@_STORE
def funnel(first: date | None, last: date | None, by: By, kind: str, store: str | None) -> None:
    """How often the banner asked, what was answered, and how many views are left for tools that need consent.

    Example: cookiegate visits funnel --from 2026-11-01 --to 2026-11-30 --by device
    """
    url, days = store or find("store"), _find_days(first, last)
    found = consent_figures(url, *days, by)
    rows, gap = found.funnels[by], found.gap
    if kind == "csv":
        click.echo(render_csv(rows, gap), nl=False)
    elif kind == "json":
        click.echo(render_json(funnel=rows, gap=gap), nl=False)
    else:
        click.echo(render_funnel(rows, gap))


@visits.command("verify")
@_STORE
def verify(store: str | None) -> None:
    """Count again each day whose visits are still there, and compare with the figures that were kept of it.

    Example: cookiegate visits verify
    """
    found = recount_figures(store or find("store"))
    for day in found.differing:
        click.echo(f"{day}: the figures are not those of its visits")
    if found.differing:
        raise SystemExit(1)
    click.echo(f"The figures of {found.days} days are those of their visits.")

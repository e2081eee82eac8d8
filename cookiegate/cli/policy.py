"""`init` writes a policy to begin with, `check` says everything that is wrong or doubtful about one."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click

from ..aliases import find_aliases
from ..errors import PolicyError, StoreError
from ..policy import compile_policy, find_doubts, load_policy
from ..reports import Undeclared, find_undeclared
from ..settings import find

_DAYS = 30


@click.command()
@click.argument("path", default="cookiegate.toml", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--host", required=True, help="The site's own host, such as www.example.test.")
@click.option("--company", required=True, help="Who answers for the data: the company's full name.")
@click.option("--email", required=True, help="Where people reach it about their data.")
def init(path: Path, host: str, company: str, email: str) -> None:
    """Write a commented policy to begin with.

    \b
    Example: cookiegate init --host www.example.test \\
        --company "Example Oy" --email privacy@example.test
    """
    text = files("cookiegate.cli").joinpath("cookiegate.toml").read_text("utf-8")
    for name, value in (("host", host.lower()), ("company", company), ("email", email)):
        text = text.replace(f'"@{name}@"', json.dumps(value, ensure_ascii=False))  # as TOML quotes it too
    compile_policy(tomllib.loads(text), "the policy that would be written")  # not a file that `check` refuses
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise click.UsageError(f"{path} is there already, and is left as it is") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {path}. Add the services your site uses, then run: cookiegate check {path}")


@click.command()
@click.argument("path", default="cookiegate.toml", type=click.Path())
@click.option("--store", help="The store to look into, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
@click.pass_context
def check(context: click.Context, path: str, store: str | None) -> None:
    """Say everything that is wrong with a policy, and what the site does that it does not name.

    Exits with 1 when the policy cannot be used.

    Example: cookiegate check cookiegate.toml
    """
    try:
        policy = load_policy(path)
    except PolicyError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    asked = ", ".join(f"{purpose.id} ({len(purpose.services)})" for purpose in policy.purposes)
    click.echo(f"{path}: fine. Asks for {asked}; entries that need no consent: {len(policy.necessary)}.")
    for doubt in (*find_doubts(policy), *find_aliases(policy)):
        click.echo(f"  to look at: {doubt}")
    today = datetime.now(UTC).date()
    try:
        seen = find_undeclared(store or find("store"), policy, today - timedelta(days=_DAYS), today)
    except StoreError as error:
        if store:
            raise
        click.echo(f"\nWhat the site does was not looked at: {error}")  # the policy is fine all the same
        return
    _list_seen(
        f"Seen on the site in the last {_DAYS} days and named nowhere in this policy, so it "
        + ("is kept out" if policy.gate.unknown == "block" else 'will be kept out with unknown = "block"'),
        [each for each in seen if not each.partly],
    )
    _list_seen(
        "Seen too, on hosts of which the policy names some paths: another path, or it was before they were named",
        [each for each in seen if each.partly],
    )
    if seen:
        click.echo("Declare what the site needs under [purposes] and [services], or as [[necessary]] with a reason.")


def _list_seen(heading: str, seen: list[Undeclared]) -> None:
    if seen:
        click.echo(f"\n{heading}:")
    for each in seen:
        click.echo(f"  {each.kind:<8} {each.name:<48} {each.times:>7} times, as on {each.path or '/'}")

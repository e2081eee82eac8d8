"""`keys`, `db` and `retention`: what the person who runs the machine does for the store now and then."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ..errors import StoreError
from ..policy import load_policy
from ..register import (
    LedgerKey,
    list_rules,
    load_ledger_key,
    make_ledger_key,
    note_act,
    rotate_ledger_key,
    run_out,
)
from ..settings import find
from ..store import companion, has_ledger, upgrade_store
from .acting import named

_STORE = click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
_FILE = click.option("--file", "said", help="The key file; otherwise beside the store.  [COOKIEGATE_LEDGER_KEY]")
_POLICY = click.option("--policy", default="cookiegate.toml", show_default=True, type=click.Path(dir_okay=False))


def find_key_file(said: str | None, store: str | None = None) -> Path:
    """Where the ledger's key is: as said, as set, or beside the store."""
    named = said or find("ledger_key")
    return Path(named) if named else companion(store or find("store"), ".ledgerkey")


def find_checkpoint_file(store: str) -> Path:
    """Where the last checkpoint is kept: as set, or beside the store."""
    named = find("checkpoint")
    return Path(named) if named else companion(store, ".checkpoint")


@click.group()
def keys() -> None:
    """The keys of the consent ledger.

    Example: cookiegate keys show
    """


@keys.command("new")
@click.argument("name")
@_FILE
@_STORE
@named
def new_key(name: str, said: str | None, store: str | None) -> None:
    """Make the key file of the ledger called NAME, which is usually the site's host.

    A SQLite store gets one by itself. For PostgreSQL make one and give the same file to every gateway.

    Example: cookiegate keys new www.example.test --file /etc/cookiegate/ledgerkey
    """
    file = find_key_file(said, store)
    if file.exists():
        raise click.UsageError(f"{file} is there already; `cookiegate keys rotate` puts a new key into it")
    made = make_ledger_key(file, name)
    click.echo(f"Wrote {file}. Its public half, to be given to whoever checks the ledger:")
    click.echo(made.verifiers[0])
    _note_key("keys new", store, made)


@keys.command("rotate")
@_FILE
@_STORE
@named
def rotate_key(said: str | None, store: str | None) -> None:
    """Sign with a new key from now on. The old ones stay, since they verify what they signed.

    Start the gateways again afterwards, and give the new public half to whoever checks the ledger. The secret that
    signs visitors' cookies is another: put a new one first in COOKIEGATE_SECRET, and take the old one out when the
    longest consent has run out.

    Example: cookiegate keys rotate
    """
    made = rotate_ledger_key(find_key_file(said, store))
    click.echo(made.verifiers[0])
    _note_key("keys rotate", store, made)


def _note_key(act: str, store: str | None, made: LedgerKey) -> None:
    """Say on the ledger, where there is one, which key signs from now on."""
    url = store or find("store")
    try:
        if has_ledger(url):
            note_act(url, act, time.time(), key=str(made.verifiers[0]))
    except StoreError as error:
        click.echo(f"The key is changed, and the ledger could not be told: {error}", err=True)
        raise SystemExit(1) from None


@keys.command("show")
@_FILE
def show_keys(said: str | None) -> None:
    """The public halves, the one in use first.

    Example: cookiegate keys show
    """
    for verifier in load_ledger_key(find_key_file(said)).verifiers:
        click.echo(verifier)


@click.group()
def db() -> None:
    """The store's schema.

    Example: cookiegate db upgrade
    """


@db.command("upgrade")
@_STORE
def upgrade(store: str | None) -> None:
    """Bring the store to the schema of this version. Stop the gateways and make a backup first.

    Example: cookiegate db upgrade --store sqlite:////var/lib/cookiegate.db
    """
    steps = upgrade_store(store or find("store"))
    click.echo("The store is up to date." if not steps else f"The store was brought forward by {steps} steps.")


@click.group()
def retention() -> None:
    """How long each table keeps what it keeps.

    Example: cookiegate retention show
    """


@retention.command("show")
@_POLICY
def show_rules(policy: str) -> None:
    """Each table with its purpose, its legal basis and its period.

    Example: cookiegate retention show --policy cookiegate.toml
    """
    for rule in list_rules(load_policy(policy)):
        period = "kept" if rule.days is None else f"{rule.days} days"
        click.echo(f"{rule.table:16} {period:>10}  {rule.purpose} ({rule.basis})")


@retention.command("run")
@_POLICY
@_STORE
def run_retention(policy: str, store: str | None) -> None:
    """Delete now what is past its time, as a running gateway does by itself once a day.

    Example: cookiegate retention run
    """
    if not run_out(store or find("store"), load_policy(policy), time.time()):
        click.echo("What was past its time is deleted; the files may hold it until their readers are done.", err=True)
        raise SystemExit(1)
    click.echo("What was past its time is gone.")

"""`subject`: what a person has a right to, done with the records that are theirs (GDPR art. 15 to 20).

Who asks is known by the consent id, in a receipt, in the cookie or by itself; by nothing else (art. 11, 12(2)).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from ..consent import Token
from ..policy import load_policy
from ..register import (
    erase_subject,
    find_subject,
    forget_spooled,
    list_recipients,
    load_ledger_key,
    note_act,
    rectify_record,
    restrict_subject,
)
from ..reports import Dossier, read_dossier, render_dossier, write_csv, write_html, write_json
from ..settings import find, load_settings
from .acting import named
from .output import opened
from .upkeep import find_key_file

_F = TypeVar("_F", bound=Callable[..., Any])

CANNOT_IDENTIFY = """\
We cannot identify the person. The records of choices about cookies hold no name, no e-mail address and no network
address; each stands under a random number that only the browser and the receipt hold (GDPR art. 11). An address such as
203.0.113.7 is shared by many and proves nothing, and no further proof of identity is asked for (art. 12(2), 12(6)).

What the person can do (art. 11(2)): open the site in the browser in which the choice was made and save the receipt from
its cookie settings, or send the value of the cookie called cookiegate. Who has refused everything has no such number,
and nothing is kept under it. A number whose records were erased or have passed their time leads to nothing, too."""

_OPTIONS = (
    click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), help="The receipt, a JSON file."),
    click.option("--consent-id", help="The consent id itself."),
    click.option("--cookie", help="The cookie's value; needs COOKIEGATE_SECRET."),
    click.option("--policy", default="cookiegate.toml", show_default=True, type=click.Path(dir_okay=False)),
    click.option("--store", help="Such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]"),
    click.option("--key", help="The ledger's key file; else beside the store.  [COOKIEGATE_LEDGER_KEY]"),
)


def _identified(command: _F) -> _F:
    """The options by which a person is known, and where their records are."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class _Asked:
    """Whose records, and what is in them. Ends with status 1 and the words to send them where that cannot be told."""

    def __init__(
        self, receipt: Path | None, consent_id: str | None, cookie: str | None, policy: str, store: str | None,
        key: str | None,
    ) -> None:  # fmt: skip
        if sum(each is not None for each in (receipt, consent_id, cookie)) != 1:
            raise click.UsageError("say who asks, in one way: --receipt FILE, --consent-id ID or --cookie VALUE")
        self.store = store or find("store")
        said = _read_receipt(receipt) if receipt else {}
        id = consent_id or str(said.get("consent_id", ""))
        if cookie is not None:
            token = Token(load_policy(policy), load_settings().secrets)
            id = token.identify(cookie.rpartition("=")[2].encode("utf-8", "replace"))
        index = load_ledger_key(find_key_file(key, self.store)).index
        if not id or not id.isascii():  # ours all are
            fail_to_identify()
        self.id = id
        self.subject = find_subject(index, id)
        self.dossier: Dossier = read_dossier(self.store, self.subject, id)
        if not self.dossier.decisions or (receipt and not self.dossier.agrees_with(said)):
            fail_to_identify()


def fail_to_identify() -> NoReturn:
    """Say so, in words that can be sent to whoever asked (GDPR art. 11(2), 12(2)), and end with status 1."""
    click.echo(CANNOT_IDENTIFY)
    raise SystemExit(1)


def _read_receipt(file: Path) -> dict[str, Any]:
    """What a receipt says; {} for what is none."""
    try:
        said = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("consent_id"), str) else {}


@click.group()
def subject() -> None:
    """The records of one person, known by their consent id alone.

    Example: cookiegate subject show --receipt receipt.json
    """


@subject.command()
@_identified
@named
def show(**who: Any) -> None:
    """Show what is kept about the person. The ledger notes that it was shown.

    Example: cookiegate subject show --receipt receipt.json
    """
    asked = _Asked(**who)
    note_act(asked.store, "subject show", time.time(), records=len(asked.dossier.entries))
    click.echo(render_dossier(asked.dossier), nl=False)


@subject.command()
@_identified
@click.option("--format", "form", type=click.Choice(["json", "csv", "html"]), default="json", show_default=True)
@click.option("--output", "-o", default="-", help="A file, readable to its owner alone; else here.")
@named
def export(form: str, output: str, **who: Any) -> None:
    """A copy for the person (GDPR art. 15(3)); JSON is for other programs, too (art. 20).

    Example: cookiegate subject export --receipt receipt.json --format html -o copy.html
    """
    asked, now = _Asked(**who), time.time()
    note_act(asked.store, "subject export", now, records=len(asked.dossier.entries))
    made = datetime.fromtimestamp(now, UTC)
    with opened(output) as out:
        if form == "csv":
            out.write(write_csv(asked.dossier))
        else:
            out.write((write_json if form == "json" else write_html)(asked.dossier, made))


@subject.command()
@_identified
@click.option("--all", "whole", is_flag=True, help="The decisions too, not only whose they were.")
@click.option("--request", "request_id", default="", help="The request it answers; otherwise one is opened.")
@named
def erase(whole: bool, request_id: str, **who: Any) -> None:
    """Erase the person from the records (GDPR art. 17).

    What was decided stays as evidence, and nobody can tell any more whose it was; with --all it goes as well.

    Example: cookiegate subject erase --receipt receipt.json --request 2026-11-22-k7qd
    """
    policy = load_policy(who["policy"])
    asked = _Asked(**who)
    forget_spooled(asked.store, asked.id)
    done = erase_subject(
        asked.store, asked.subject, time.time(), whole=whole, recipients=list_recipients(policy), request=request_id
    )
    if done is None:  # somebody else was faster
        fail_to_identify()
    if done.unlinked:
        click.echo(f"Anonymised: {_count(done.unlinked, 'decision')}. The consent id and the precise time are gone.")
        click.echo("  Remains: what was decided, to the hour, as evidence that consent was asked for and given")
        click.echo("  (GDPR art. 7(1), 17(3)(e)). It is no longer about anybody. --all erases it as well.")
    if done.erased:
        click.echo(f"Erased: {_count(done.erased, 'record')}. Of each, a number that says nothing stays in the ledger,")
        click.echo("  so that it can be shown that nothing else was taken out.")
    click.echo(f"Request {done.request}: {_count(len(done.told), 'recipient')} to tell (GDPR art. 19).")
    for task in done.told:
        click.echo(f"  {task}")
    click.echo("Not in this register: backups made before, which go as they are told to; the cookie in the browser,")
    click.echo("  which the person deletes, or whose next choice is recorded anew.")
    if not done.scrubbed:
        click.echo("A reader is in the way of overwriting the log file: the gateway does it by itself, or run")
        click.echo("  cookiegate retention run")


@subject.command()
@_identified
@named
def restrict(**who: Any) -> None:
    """Keep the records, and use them for nothing (GDPR art. 18).

    Example: cookiegate subject restrict --receipt receipt.json
    """
    asked = _Asked(**who)
    count = restrict_subject(asked.store, asked.subject, time.time(), restricted=True)
    click.echo(f"Restricted: {_count(count, 'record')}. `cookiegate subject release` ends it; tell the person before.")


@subject.command()
@_identified
@named
def release(**who: Any) -> None:
    """End a restriction. Tell the person first (GDPR art. 18(3)).

    Example: cookiegate subject release --receipt receipt.json
    """
    asked = _Asked(**who)
    count = restrict_subject(asked.store, asked.subject, time.time(), restricted=False)
    click.echo(f"Released: {_count(count, 'record')}.")


@subject.command()
@_identified
@click.option("--number", required=True, type=click.IntRange(0), help="Of the record, as `show` says it.")
@click.option("--text", required=True, help="What is wrong, and what is right.")
@named
def rectify(number: int, text: str, **who: Any) -> None:
    """Put beside a record what is wrong with it (GDPR art. 16).

    The record itself stays as it was, or it would prove nothing. What is put beside it is exported with it.

    \b
    Example: cookiegate subject rectify --receipt receipt.json \\
        --number 17 --text "I was asked in Swedish, not in Finnish."
    """
    asked = _Asked(**who)
    if not rectify_record(asked.store, asked.subject, number, text, time.time()):
        raise click.UsageError(f"this person has no decision of number {number}; see `cookiegate subject show`")
    click.echo(f"Put beside record {number}.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

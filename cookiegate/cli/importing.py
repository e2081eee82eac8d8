"""`visits import`: the visits of an access log, as if the gateway had been there."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import click

from ..errors import CookiegateError
from ..policy import load_policy
from ..register import LONGEST_LINE, Imported, LogImport, note_act
from ..settings import find
from ..store import has_ledger
from .acting import named

_GZIP = b"\x1f\x8b"
_STEP = 5000  # lines from one movement of the bar to the next


@click.command("import")
@click.argument("logs", nargs=-1, required=True, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--add", is_flag=True, help="Also to days that hold visits already: they are counted beside those.")
@click.option("--host", "hosts", multiple=True, help="Where the log names hosts: take this one, else the policy's.")
@click.option("--policy", default="cookiegate.toml", show_default=True, type=click.Path(dir_okay=False))
@click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
@named
def import_logs(logs: tuple[str, ...], add: bool, hosts: tuple[str, ...], policy: str, store: str | None) -> None:
    """Take the visits of past days from access logs of nginx or Apache ("combined"), plain or packed by gzip.

    Addresses are truncated as they are read. Give all logs of a period at once: a day that holds visits already is
    left out, or the same log would be counted twice. "-" reads standard input.

    Example: cookiegate visits import /var/log/nginx/access.log*
    """
    rules = load_policy(policy)
    if rules.visits.assessment is None:
        raise click.UsageError(f"{policy} has no [visits.assessment]: no visits may be kept (GDPR art. 6(1)(f))")
    for log in logs:
        _require_readable(log)
    url, now = store or find("store"), time.time()
    taking = LogImport(url, rules, now, add=add, hosts=map(str.lower, hosts))
    try:
        with _noting(url, now, taking), _interrupted_by_sigterm():
            for log in logs:
                _take(log, taking)
            taking.finish()
    except (CookiegateError, KeyboardInterrupt) as error:
        click.echo(f"Broken off: {taking.done.visits} visits of {_list_days(taking.done)} are in the store.", err=True)
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(1) from None
        raise
    _tell(taking.done, rules.visits.retention_days)
    if taking.done.held or taking.done.final or not taking.done.visits:
        raise SystemExit(1)


@contextmanager
def _noting(url: str, now: float, taking: LogImport) -> Iterator[None]:
    """What has come into the store is said on the ledger, however the import ends."""
    try:
        yield
    finally:
        taking.close()
        if taking.done.visits and has_ledger(url):  # where none was begun, its key is still to be made
            days = sorted(taking.done.days)
            note_act(url, "visits import", now, visits=taking.done.visits, first=days[0], last=days[-1])


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """As by Ctrl-C: what stops a service tells what is in the store, too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _require_readable(log: str) -> None:
    """Before anything is taken: half a day in the store could not be completed later. A pipe is opened but once."""
    with _reporting(log):
        if log != "-" and stat.S_ISREG(os.stat(log).st_mode):
            open(log, "rb").close()


def _take(log: str, taking: LogImport) -> None:
    """The bar shows on a terminal, as far as it is known how much is to come."""
    with _open(log) as (lines, raw, size):
        hidden = not (size and sys.stderr.isatty())
        with click.progressbar(length=size, label=log, file=sys.stderr, hidden=hidden) as bar:
            _take_lines(log, taking, lines, raw, bar.update)


def _take_lines(log: str, taking: LogImport, lines: IO[bytes], raw: IO[bytes], advance: Callable[[int], None]) -> None:
    at = 0
    for number, line in enumerate(_read_lines(lines), 1):
        taking.take(log, number, line)
        if not number % _STEP and raw.seekable():
            before, at = at, raw.tell()
            advance(at - before)


@contextmanager
def _open(log: str) -> Iterator[tuple[IO[bytes], IO[bytes], int]]:
    """The lines, what they are read from, and how many bytes that has; 0 where nobody knows."""
    with _reporting(log), os.fdopen(0, "rb", closefd=False) if log == "-" else open(log, "rb") as raw:
        size = 0 if log == "-" else os.fstat(raw.fileno()).st_size
        packed = raw.peek(2)[:2] == _GZIP  # whatever it is called
        yield (gzip.GzipFile(fileobj=raw) if packed else raw), raw, size  # type: ignore[misc]


@contextmanager
def _reporting(log: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise CookiegateError(f"{log} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _read_lines(lines: IO[bytes]) -> Iterator[bytes]:
    """Each line, of a longer one the beginning."""
    while line := lines.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = lines.readline(LONGEST_LINE)
        yield line


def _list_days(done: Imported) -> str:
    days = sorted(done.days)
    return "no day" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _tell(done: Imported, retention_days: int) -> None:
    click.echo(f"{done.lines} lines: {done.visits} visits of {_list_days(done)}, {done.programs} of them by programs")
    for count, what in (
        (done.others, "requests for something that is no page"),
        (done.elsewhere, "requests for other hosts"),
        (done.ahead, "requests whose time is still to come"),
        (done.forgotten, "requests so old that their figures would not be kept either ([retention] figures)"),
    ):
        if count:
            click.echo(f"{count} {what}")
    if done.older:
        click.echo(
            f"{done.older} visits are older than {retention_days} days: their days are counted, and `cookiegate "
            "retention run` deletes them"
        )
    for day, count in sorted(done.held.items()):
        click.echo(f"{day} was left out ({count} lines): it holds visits already; --add counts these beside them")
    for day, count in sorted(done.final.items()):
        click.echo(f"{day} was left out ({count} lines): it is past the retention, and its figures are final")
    if done.malformed:
        click.echo(f"{done.malformed} lines could not be read")
        for log, number, reason in done.shown:
            click.echo(f"    {log}, line {number}: {reason}")

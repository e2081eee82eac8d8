"""Who does what a command does, and why: for the ledger (GDPR art. 5(2), 24(1))."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..register import acting

_F = TypeVar("_F", bound=Callable[..., Any])


def named(command: _F) -> _F:
    """The options --by and --why. Everything that the command puts on the ledger bears them."""

    @functools.wraps(command)
    def run(*arguments: Any, by: str | None, why: str, **options: Any) -> Any:
        with acting(_find_login() if by is None else by, why):
            return command(*arguments, **options)

    add_by = click.option("--by", help="Who does it, for the ledger; else the name of the login.")
    add_why = click.option("--why", default="", help="Why, for the ledger; without names of people.")
    return add_by(add_why(run))  # type: ignore[return-value]


def _find_login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return ""

"""The commands. Exit codes: 0 fine, 1 a finding, 2 misuse."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

import click

from .. import __version__
from ..errors import CookiegateError
from .admin import admin
from .consents import consents
from .importing import import_logs
from .outbox import outbox
from .permits import permits
from .policy import check, init
from .records import visits
from .requests import requests
from .serve import serve
from .staff import staff
from .subject import subject
from .upkeep import db, keys, retention

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class _Commands(click.Group):
    """Says what went wrong in words, without a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            result = super().invoke(context)
            if sys.stdout:  # None where it was closed before
                sys.stdout.flush()  # else it fails where nobody can say so any more
        except CookiegateError as error:
            click.echo(str(error), err=True)
            raise SystemExit(2) from None
        except OSError as error:
            if error.errno not in _FULL:
                raise
            _drop_output()
            with suppress(OSError):
                click.echo(f"what this prints cannot be written: {error.strerror}", err=True)
            raise SystemExit(2) from None
        return result


def _drop_output() -> None:
    """What is left in the buffer, which the interpreter would try to write once more at its end."""
    with suppress(OSError), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="cookiegate")
def main() -> None:
    """A gate between a website and its visitors: nothing that needs consent passes before it was given.

    Example: cookiegate serve --upstream http://127.0.0.1:8080
    """


visits.add_command(import_logs)
for _command in (
    init, check, serve, visits, consents, keys, db, retention, subject, requests, permits, outbox, staff, admin,
):  # fmt: skip
    main.add_command(_command)

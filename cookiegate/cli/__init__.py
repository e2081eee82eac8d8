"""The commands. Exit codes: 0 fine, 1 a finding, 2 misuse."""

from __future__ import annotations

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


class _Commands(click.Group):
    """Says what went wrong in words, without a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CookiegateError as error:
            click.echo(str(error), err=True)
            raise SystemExit(2) from None


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

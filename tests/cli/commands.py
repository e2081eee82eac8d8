"""Runs the commands as somebody types them."""

from __future__ import annotations

from click.testing import CliRunner, Result

from cookiegate.cli import main

INIT = (
    "init",
    "--host",
    "www.lumikello.example",
    "--company",
    "Lumikello Oy",
    "--email",
    "tietosuoja@lumikello.example",
)


def run(*words: str) -> Result:
    """What a command prints and how it ends; a traceback fails the test."""
    result = CliRunner().invoke(main, words, prog_name="cookiegate")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result

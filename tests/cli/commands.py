"""Runs the commands as somebody types them."""

from __future__ import annotations

from click.testing import CliRunner, Result

from cookiegate.cli import main


def run(*words: str) -> Result:
    """What a command prints and how it ends; a traceback fails the test."""
    result = CliRunner().invoke(main, words, prog_name="cookiegate")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result

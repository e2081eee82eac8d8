"""`cookiegate keys` as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.register import load_ledger_key
from tests.cli.commands import run


def test_a_new_key_is_written_and_then_said(tmp_path: Path) -> None:
    file = tmp_path / "ledger.key"
    made = run("keys", "new", "www.example.test", "--file", str(file))
    said, public = made.output.splitlines()
    assert said.startswith(f"Wrote {file}.")
    assert public == str(load_ledger_key(file).verifiers[0])
    again = run("keys", "new", "www.example.test", "--file", str(file))
    assert again.exit_code == 2
    assert "Wrote" not in again.output


def test_what_was_not_written_is_not_said_to_be(tmp_path: Path) -> None:
    refused = run("keys", "new", "www.example.test", "--file", str(tmp_path / "no folder" / "ledger.key"))
    assert refused.exit_code != 0
    assert "Wrote" not in refused.output


def test_a_key_is_made_before_anything_is_recorded(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIEGATE_STORE", url)
    made = run("keys", "new", "www.example.test", "--file", "ledger.key")
    assert made.exit_code == 0
    assert "could not be told" not in made.output


def test_a_key_is_made_before_its_database(postgresql: str, tmp_path: Path) -> None:
    store = postgresql.rpartition("/")[0] + "/cookiegate_is_not_there"
    made = run("keys", "new", "www.example.test", "--file", str(tmp_path / "ledger.key"), "--store", store)
    assert made.exit_code == 0
    assert "could not be told" not in made.output

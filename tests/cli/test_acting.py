"""Who did something, and why, stands in the entry that every command leaves on the ledger."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cookiegate.cli import main
from cookiegate.register import run_out
from tests.cli.commands import run
from tests.cli.folder import prepare
from tests.register.conftest import make_policy
from tests.register.rights import AINO, OTSO, Site
from tests.stories.site import choose, keep, make_gate, post, website

# Those that change or show what is recorded; the others write nothing, or by rule alone.
SILENT = {
    "init", "check", "serve", "outbox status", "visits report", "visits funnel", "visits verify", "consents verify",
    "consents checkpoint", "keys show", "db upgrade", "staff list", "admin",
    "retention show", "retention run", "requests list", "requests show", "permits check",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)


def list_commands(group: click.Group, words: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        place = f"{words} {name}".strip()
        if isinstance(command, click.Group):
            yield from list_commands(command, place)
        else:
            yield place, command


def test_every_command_that_leaves_an_entry_can_say_by_whom_and_why() -> None:
    for place, command in list_commands(main):
        options = {parameter.name for parameter in command.params}
        assert ({"by", "why"} <= options) == (place not in SILENT), place


@pytest.mark.parametrize(
    "words",
    [
        ("subject", "show", "--consent-id", AINO),
        ("subject", "export", "--consent-id", AINO),
        ("subject", "restrict", "--consent-id", AINO),
        ("subject", "release", "--consent-id", AINO),
        ("subject", "rectify", "--consent-id", AINO, "--number", "0", "--text", "it was in Swedish"),
        ("subject", "erase", "--consent-id", AINO),
        ("requests", "add", "access", "--channel", "letter", "--identity", "receipt"),
        ("permits", "add", "aino@example.test", "--channel", "email", "--source", "shop", "--words", "Send me offers."),
        ("permits", "ban", "aino@example.test"),
        ("consents", "export"),
        ("consents", "prove", "0"),
        ("keys", "rotate"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_it_names_who_was_said_to_do_it_or_else_the_login(site: Site, words: tuple[str, ...]) -> None:
    def last() -> dict[str, Any]:
        return site.acts()[-1]

    run(*words, "--by", "Mäkinen", "--why", "asked for in a letter")
    assert (last()["by"], last()["why"]) == ("Mäkinen", "asked for in a letter")
    assert last()["act"] == " ".join(words[:2])
    if words[:2] in (("subject", "erase"), ("permits", "ban")):
        words = tuple(OTSO if word == AINO else word.replace("aino", "otso") for word in words)
    run(*words)
    assert last()["act"] == " ".join(words[:2])
    assert last()["by"] == getpass.getuser()
    assert "why" not in last()


def test_a_reason_that_names_somebody_is_refused_and_nothing_is_done(site: Site) -> None:
    result = run("subject", "erase", "--consent-id", AINO, "--why", "aino@example.test asked for it")
    assert result.exit_code == 2
    assert "without naming the person" in result.output
    assert site.rows(AINO)
    assert site.acts() == []


def test_a_changed_key_stands_on_the_ledger_and_signs_it(site: Site) -> None:
    before = run("keys", "show").stdout.split()
    rotated = run("keys", "rotate", "--by", "Mäkinen")
    assert rotated.exit_code == 0
    assert site.acts()[-1]["key"] == rotated.stdout.strip()
    assert run("consents", "checkpoint", "--sign").exit_code == 0
    result = run("consents", "prove", "0", "--key", rotated.stdout.strip())
    assert result.exit_code == 0
    assert before[0] != rotated.stdout.strip()


def test_a_key_is_changed_also_where_the_ledger_cannot_be_told(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "garbage.db").write_bytes(b"no database " * 1000)
    monkeypatch.setenv("COOKIEGATE_STORE", f"sqlite:///{tmp_path}/garbage.db")
    before = run("keys", "show").stdout.split()
    result = run("keys", "rotate")
    assert result.exit_code == 1
    assert "the ledger could not be told" in result.output
    assert run("keys", "show").stdout.split()[1:] == before


def test_what_visitors_do_with_their_own_records_is_theirs(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def act() -> None:
        mine = keep(await choose(gate))
        for what in ("restrict", "release", "erase"):
            assert (await post(gate, "receipt", f"act={what}", {"cookie": mine})).status == 200

    asyncio.run(act())
    gate.register.close()
    site = Site(f"sqlite:///{tmp_path}/site.db", tmp_path / "site.db.ledgerkey", b"")
    assert [(said["act"], said["by"]) for said in site.acts()] == [
        ("subject restrict", "data subject"),
        ("subject release", "data subject"),
        ("subject erase", "data subject"),
    ]


def test_who_did_what_goes_when_a_record_of_that_age_would(site: Site) -> None:
    run("subject", "show", "--consent-id", AINO, "--by", "Mäkinen")
    assert site.acts()
    run_out(site.url, make_policy(), 2_500_000_000)
    assert site.acts() == []
    assert "Mäkinen".encode() not in Path("site.db").read_bytes()
    assert run("consents", "verify").exit_code == 0

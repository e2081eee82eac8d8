"""The commands as somebody types them: what they print, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cookiegate.cli import main
from cookiegate.policy import Policy, load_policy
from cookiegate.store import open_store
from tests.cli.commands import INIT

STORE = "sqlite:///cookiegate.db"
KEY = "www.lumikello.example+fb12f4bc+AYV5DVqMQxbBCIZU3ponL7pXOcmid0G9EyQjY7MmJoBc"  # some ledger's


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET", "STORE", "SETTINGS", "UPSTREAM", "TRUSTED_PROXIES", "LEDGER_KEY", "CHECKPOINT"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, words, prog_name="cookiegate")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def list_commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from list_commands(command, (*words, name))
        else:
            yield (*words, name)


@pytest.fixture
def policy() -> Policy:
    assert run(*INIT).exit_code == 0
    return load_policy("cookiegate.toml")


@pytest.mark.parametrize("words", list(list_commands(main)), ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help_with_an_example_that_fits_the_screen(words: tuple[str, ...], option: str) -> None:
    result = run(*words, option)
    assert result.exit_code == 0
    example = next(line.strip() for line in result.output.splitlines() if line.strip().startswith("Example: "))
    assert example.startswith(" ".join(("Example: cookiegate", *words)))
    assert max(map(len, result.output.splitlines())) <= 80


def test_the_commands_are_these() -> None:
    assert {" ".join(words) for words in list_commands(main)} == {
        "", "init", "check", "serve", *(f"visits{act}" for act in ("", " report", " funnel", " verify", " import")),
        "consents", *(f"consents {act}" for act in ("verify", "prove", "checkpoint", "export", "accept-restore")),
        "db", "db upgrade", "keys", "keys new", "keys rotate", "keys show",
        "retention", "retention show", "retention run",
        "subject", *(f"subject {act}" for act in ("show", "export", "erase", "restrict", "release", "rectify")),
        "requests", *(f"requests {act}" for act in ("add", "list", "show", "extend", "close", "tasks")),
        "outbox", "outbox status", "outbox purge",
        "staff", *(f"staff {act}" for act in ("add", "list", "disable", "reset", "role")), "admin",
        "permits",
        *(f"permits {act}" for act in ("add", "import", "ban", "unban", "withdraw", "check", "list", "review")),
    }  # fmt: skip


def test_a_command_that_does_not_exist_is_misuse() -> None:
    assert run("chekc").exit_code == 2
    assert run("check", "--fast").exit_code == 2


REPORTS = [
    ("visits", "report"),
    ("visits", "funnel"),
    ("visits", "verify"),
    ("consents", "export"),
    ("consents", "export", "--format", "csv"),
    ("consents", "verify", "--key", KEY),
    ("consents", "checkpoint"),
]


@pytest.mark.parametrize("words", REPORTS, ids=lambda words: " ".join(words[:4]))
def test_a_missing_store_is_said_in_words_and_not_made(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "cookiegate.db" in result.output
    assert not Path("cookiegate.db").exists()


ACTS = [
    ("retention", "run"),
    ("outbox", "purge", "matomo"),
    ("staff", "disable", "aino"),
    ("staff", "reset", "aino"),
    ("staff", "role", "aino", "--role", "admin"),
    ("requests", "extend", "1", "--reason", "many"),
    ("requests", "close", "1", "--outcome", "fulfilled"),
    ("requests", "tasks", "1", "--done", "1"),
    ("permits", "unban", "aino@example.test", "--reason", "asked"),
    ("permits", "withdraw", "aino@example.test"),
]


@pytest.mark.parametrize("words", ACTS, ids=lambda words: " ".join(words[:4]))
def test_a_mistyped_store_is_not_made_by_what_changes_one(words: tuple[str, ...], policy: Policy) -> None:
    assert run("keys", "new", "www.lumikello.example").exit_code == 0
    result = run(*words)
    assert result.exit_code == 2
    assert "cookiegate.db: there is no such file" in result.output
    assert not Path("cookiegate.db").exists()


@pytest.mark.parametrize("words", REPORTS, ids=lambda words: " ".join(words[:4]))
@pytest.mark.parametrize("content", [b"", b"this is no database" * 100], ids=["empty", "other"])
def test_a_file_that_is_no_store_is_said_in_words_and_left_as_it_is(words: tuple[str, ...], content: bytes) -> None:
    Path("cookiegate.db").write_bytes(content)
    result = run(*words)
    assert result.exit_code == 2
    assert "cookiegate.db" in result.output
    assert Path("cookiegate.db").read_bytes() == content


@pytest.mark.parametrize("words", REPORTS, ids=lambda words: " ".join(words[:4]))
def test_a_store_of_an_unknown_kind_is_said_in_words(words: tuple[str, ...]) -> None:
    result = run(*words, "--store", "mysql://db.test/gate")
    assert result.exit_code == 2
    assert 'a store of the kind "mysql" is not known' in result.output


def test_a_ledger_without_a_decision_is_said_in_words_beside_the_export() -> None:
    open_store(STORE).close()
    result = run("consents", "export")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "No decision has been recorded yet.\n"


def test_a_report_without_visits_is_a_report() -> None:
    open_store(STORE).close()
    result = run("visits", "report")
    assert result.exit_code == 0
    assert result.stdout.strip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-11-30", "--to", "2026-11-01"), "--from 2026-11-30 is later than --to 2026-11-01"),
        (("--from", "2999-01-01"), "is later than --to"),
        (("--from", "yesterday"), "write a day as 2026-11-22"),
        (("--to", "2026-02-30"), "write a day as 2026-11-22"),
    ],
)
def test_days_that_make_no_period_are_misuse(words: tuple[str, ...], said: str) -> None:
    result = run("visits", "report", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_serve_without_a_secret_says_how_to_make_one(policy: Policy) -> None:
    result = run("serve", "--upstream", "http://127.0.0.1:8080")
    assert result.exit_code == 2
    assert "COOKIEGATE_SECRET is not set" in result.output


def test_serve_needs_a_website_that_is_not_itself(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIEGATE_SECRET", "s" * 32)
    nowhere = run("serve")
    assert nowhere.exit_code == 2
    assert "say which website is behind the gate" in nowhere.output
    for words in (("http://localhost:8000/",), ("http://127.0.0.1:8000", "--host", "0.0.0.0")):
        itself = run("serve", "--upstream", *words)
        assert itself.exit_code == 2
        assert "--upstream is this gateway itself" in itself.output


def test_serve_with_a_policy_that_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIEGATE_SECRET", "s" * 32)
    result = run("serve", "--upstream", "http://127.0.0.1:8080", "--policy", "none.toml")
    assert result.exit_code == 2
    assert "none.toml: 1 problem" in result.output

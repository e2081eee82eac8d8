"""The commands as somebody types them: what they print, and how they end."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cookiegate.cli import main
from cookiegate.policy import Policy, load_policy
from cookiegate.register import Register
from cookiegate.store import open_store

STORE = "sqlite:///cookiegate.db"
KEY = "www.lumikello.example+fb12f4bc+AYV5DVqMQxbBCIZU3ponL7pXOcmid0G9EyQjY7MmJoBc"  # some ledger's
INIT = (
    "init",
    "--host",
    "www.lumikello.example",
    "--company",
    "Lumikello Oy",
    "--email",
    "tietosuoja@lumikello.example",
)


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


def fill_store(policy: Policy, fill: Callable[[Register], object]) -> None:
    register = Register(STORE, policy)
    try:
        fill(register)
    finally:
        register.close()


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


def test_init_writes_a_policy_that_check_accepts() -> None:
    written = run(*INIT)
    assert written.exit_code == 0
    assert "cookiegate check cookiegate.toml" in written.output
    checked = run("check")
    assert checked.exit_code == 0
    assert "cookiegate.toml: fine." in checked.output
    policy = load_policy("cookiegate.toml")
    assert policy.site.hosts == ("www.lumikello.example",)
    assert policy.controller.name == "Lumikello Oy"


def test_every_example_that_init_writes_as_a_comment_is_right() -> None:
    assert run(*INIT).exit_code == 0
    lines = Path("cookiegate.toml").read_text("utf-8").splitlines()
    opened = [
        line[2:] if line.startswith("# ") and line[2:3] in "[nlrsib" and ("=" in line or line[2] == "[") else line
        for line in lines
    ]
    Path("cookiegate.toml").write_text("\n".join(opened), "utf-8")
    said = tomllib.loads("\n".join(opened))
    assert {"purposes", "necessary", "visits"} <= said.keys()
    assert run("check").exit_code == 0


def test_init_overwrites_nothing() -> None:
    assert run(*INIT).exit_code == 0
    Path("cookiegate.toml").write_text("mine")
    again = run(*INIT)
    assert again.exit_code == 2
    assert "cookiegate.toml is there already, and is left as it is" in again.output
    assert Path("cookiegate.toml").read_text() == "mine"


@pytest.mark.parametrize("company", ['Kirja "Åke" & Pojat', "C:\\Yritys", "a\nb\tc", "[x]", "@email@ Oy", "雪 Oy 🌨"])
def test_init_quotes_whatever_a_company_is_called(company: str) -> None:
    assert run("init", "--host", "WWW.Lumikello.example", "--company", company, "--email", "a@b.example").exit_code == 0
    policy = load_policy("cookiegate.toml")
    assert policy.controller.name == company
    assert policy.controller.email == "a@b.example"
    assert policy.site.hosts == ("www.lumikello.example",)


@pytest.mark.parametrize(
    ("host", "email", "said"),
    [
        ("https://www.lumikello.example/", "a@b.example", "write the host alone"),
        ("*.lumikello.example", "a@b.example", "name each host"),
        ("www.lumikello.example", "desk", "write an e-mail address"),
    ],
)
def test_init_writes_nothing_that_check_would_refuse(host: str, email: str, said: str) -> None:
    result = run("init", "--host", host, "--company", "Lumikello Oy", "--email", email)
    assert result.exit_code == 2
    assert said in result.output
    assert not Path("cookiegate.toml").exists()


def test_init_says_where_it_cannot_write() -> None:
    result = run("init", "none/cookiegate.toml", *INIT[1:])
    assert result.exit_code == 2
    assert "none/cookiegate.toml cannot be written" in result.output


def test_check_names_what_should_be_looked_at(policy: Policy) -> None:
    assert "to look at: visits.assessment" in run("check").output


def test_check_shows_what_the_site_does_and_its_policy_does_not_name(policy: Policy) -> None:
    def fill(register: Register) -> None:
        for _ in range(3):
            register.observe("host", "seuraaja.example.net", "/tuotteet")
        register.observe("cookie", "_salainen", "/")

    fill_store(policy, fill)
    for words in (("check",), ("check", "cookiegate.toml", "--store", STORE)):
        result = run(*words)
        assert result.exit_code == 0
        host = next(line for line in result.output.splitlines() if "seuraaja.example.net" in line)
        assert host.split() == ["host", "seuraaja.example.net", "3", "times,", "as", "on", "/tuotteet"]
        assert "_salainen" in result.output
        assert "Declare what the site needs" in result.output


def test_check_tells_apart_hosts_of_which_the_policy_names_some_paths_and_leaves_out_what_it_names(
    policy: Policy,
) -> None:
    def fill(register: Register) -> None:
        for host in ("seuraaja.example.net", "www.googletagmanager.com", "region1.google-analytics.com"):
            register.observe("host", host, "/")

    fill_store(policy, fill)
    named = '\n[purposes.statistics]\nservices = ["google-analytics"]\n'
    Path("cookiegate.toml").write_text(Path("cookiegate.toml").read_text("utf-8") + named, "utf-8")
    nowhere, _, partly = run("check").output.partition("Seen too, on hosts of which the policy names some paths")
    assert "named nowhere in this policy" in nowhere
    assert "seuraaja.example.net" in nowhere
    assert "www.googletagmanager.com" in partly
    assert "www.googletagmanager.com" not in nowhere
    assert "google-analytics.com" not in nowhere + partly


def test_check_is_silent_about_a_store_that_is_not_there_yet_unless_it_was_named(policy: Policy) -> None:
    assert run("check").exit_code == 0
    named = run("check", "--store", "sqlite:///none.db")
    assert named.exit_code == 2
    assert "none.db" in named.output


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

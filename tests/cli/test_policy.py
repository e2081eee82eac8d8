"""`init` and `check`, as somebody types them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cookiegate.policy import Policy, load_policy
from cookiegate.register import Register
from tests.cli.commands import INIT, run

STORE = "sqlite:///cookiegate.db"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "SETTINGS"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)


@pytest.fixture
def policy() -> Policy:
    assert run(*INIT).exit_code == 0
    return load_policy("cookiegate.toml")


def fill_store(policy: Policy, fill: Callable[[Register], object]) -> None:
    register = Register(STORE, policy)
    try:
        fill(register)
    finally:
        register.close()


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


@pytest.mark.parametrize(
    ("store", "why"),
    [
        ("sqlite:///none.db", "none.db: there is no such file; nothing has been recorded yet"),
        ("sqlite:///cookiegate.toml", "cookiegate.toml: file is not a database"),
        ("mysql://db.test/gate", 'a store of the kind "mysql" is not known'),
        ("postgresql://postgres@127.0.0.1:1/gate", "postgresql://127.0.0.1:1/gate: "),
    ],
)
def test_check_says_why_it_did_not_look_at_what_the_site_does_and_fails_where_the_store_was_named(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, store: str, why: str
) -> None:
    monkeypatch.setenv("COOKIEGATE_STORE", store)
    found = run("check")
    assert found.exit_code == 0
    assert f"What the site does was not looked at: {why}" in found.output
    named = run("check", "--store", store)
    assert named.exit_code == 2
    assert why in named.output

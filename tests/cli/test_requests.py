"""`cookiegate requests` as somebody types it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cookiegate.register.requests import add_months
from tests.cli.commands import run


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "SETTINGS"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)


def today() -> date:
    return datetime.now(UTC).date()


def add(kind: str = "access", *words: str) -> str:
    made = run("requests", "add", kind, "--channel", "e-mail", "--identity", "receipt", *words)
    assert made.exit_code == 0, made.output
    return made.output.split(":")[0]


def test_a_request_is_put_in_shown_made_longer_and_closed() -> None:
    id = add("erasure", "--notes", "came by post")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z2-9]{4}", id)
    shown = run("requests", "show", id)
    assert f"{add_months(date.fromisoformat(id[:10]), 1)} (open)" in shown.output
    assert "came by post" in shown.output
    longer = run("requests", "extend", id, "--months", "2", "--reason", "three registers")
    assert f"Due on {add_months(date.fromisoformat(id[:10]), 3)}. Tell the person today" in longer.output
    closed = run("requests", "close", id, "--outcome", "refused", "--reason", "asked twice a week")
    assert f"{id}: refused, closed on" in closed.output
    assert "asked twice a week" in run("requests", "show", id).output


def test_the_list_says_what_is_urgent_and_ends_with_1_once_it_is_too_late() -> None:
    assert run("requests", "add", "access", "--channel", "letter", "--identity", "cookie").exit_code == 0
    assert run("requests", "list").exit_code == 0
    soon = add("access", "--received", str(add_months(today(), -1) + timedelta(days=3)))
    listed = run("requests", "list")
    assert listed.exit_code == 0
    assert re.match(rf"{soon} .* due soon\n", listed.output)
    late = add("access", "--received", str(add_months(today(), -2)))
    listed = run("requests", "list")
    assert listed.exit_code == 1
    assert re.match(rf"{late} .* overdue\n", listed.output)
    assert run("requests", "close", late, "--outcome", "fulfilled").exit_code == 0
    assert run("requests", "list").exit_code == 0
    assert late not in run("requests", "list").output
    assert late in run("requests", "list", "--all").output


def test_an_empty_register_says_so() -> None:
    id = add()
    run("requests", "close", id, "--outcome", "withdrawn")
    assert run("requests", "list").output == "No request is open.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "complaint", "--channel", "letter", "--identity", "cookie"), "complaint"),
        (("add", "access", "--identity", "cookie"), "--channel"),
        (("add", "access", "--channel", "letter"), "--identity"),
        (("add", "access", "--channel", "letter", "--identity", "cookie", "--received", "31.1.2026"), "2026-11-22"),
        (("add", "access", "--channel", "letter", "--identity", "aino@example.test"), "without naming"),
        (("add", "access", "--channel=", "--identity", "cookie"), "say how the request came"),
        (("add", "access", "--channel", "letter", "--identity= "), "how it was shown who asks"),
        (("show", "2026-01-01-none"), "there is no request 2026-01-01-none"),
        (("extend", "2026-01-01-none", "--reason", "many"), "there is no request"),
        (("extend", "2026-01-01-none", "--months", "3", "--reason", "many"), "3"),
        (("extend", "2026-01-01-none"), "--reason"),
        (("close", "2026-01-01-none", "--outcome", "lost"), "lost"),
        (("tasks", "2026-01-01-none"), "there is no request"),
        (("tasks", "2026-01-01-none", "--note", "told"), "--note goes with --done"),
        (("tasks", "2026-01-01-none", "--done", "0"), "0"),
    ],
)
def test_misuse_is_told_in_words(words: tuple[str, ...], says: str) -> None:
    add()
    answer = run("requests", *words)
    assert answer.exit_code == 2
    assert says in answer.output


def test_looking_makes_no_store() -> None:
    for words in (("list",), ("show", "x"), ("tasks", "x")):
        assert run("requests", *words).exit_code == 2
    assert list(Path().iterdir()) == []

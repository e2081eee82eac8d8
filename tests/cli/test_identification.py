"""Who is taken for the person whose records they are: who holds the receipt, the cookie or the id, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import run
from tests.cli.folder import SECRET, prepare, seal, write_receipt
from tests.register.rights import AINO, OTSO, Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)


@pytest.mark.parametrize("command", ["show", "export", "restrict", "release"])
def test_who_holds_the_receipt_the_cookie_or_the_id_is_known(
    site: Site, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COOKIEGATE_SECRET", SECRET)
    value = seal(AINO)
    for who in (
        ("--receipt", write_receipt(site)),
        ("--receipt", write_receipt(site, at=2)),
        ("--consent-id", AINO),
        ("--cookie", value),
        ("--cookie", f"__Host-cookiegate={value}"),
    ):
        assert run("subject", command, *who).exit_code == 0, who


def forge(change: Callable[[str], str]) -> Callable[[], str]:
    return lambda: change(seal(AINO))


@pytest.mark.parametrize(
    ("option", "make"),
    [
        ("--consent-id", lambda: "203.0.113.7"),
        ("--consent-id", lambda: "2001:db8::1"),
        ("--consent-id", lambda: AINO.lower()),
        ("--consent-id", lambda: ""),
        ("--consent-id", lambda: "\udcff"),
        ("--cookie", lambda: ""),
        ("--cookie", lambda: AINO),
        ("--cookie", forge(lambda value: value.replace(AINO, OTSO))),
        ("--cookie", forge(lambda value: value[:-1])),
        ("--cookie", lambda: seal(AINO, "x" * 40)),
        ("--cookie", lambda: seal("")),
        ("--cookie", lambda: seal("Nobody" * 3)),
    ],
)
@pytest.mark.parametrize("command", ["show", "export", "erase", "restrict", "release"])
def test_anybody_else_is_told_that_they_cannot_be_identified(
    site: Site, monkeypatch: pytest.MonkeyPatch, command: str, option: str, make: Callable[[], str]
) -> None:
    monkeypatch.setenv("COOKIEGATE_SECRET", SECRET)
    before = site.query("records", after=-1, most=100)
    answer = run("subject", command, option, make())
    assert answer.exit_code == 1
    assert answer.output.startswith("We cannot identify the person.")
    assert "art. 11" in answer.output
    assert site.query("records", after=-1, most=100) == before


@pytest.mark.parametrize(
    "altered",
    [
        {"consent_id": OTSO},
        {"consent_id": "Nobody" * 3},
        {"consent_id": ""},
        {"consent_id": 7},
        {"states": {"statistics": "refused"}},
        {"time": 1},
        {"seq": 9},
        {"banner": "cd" * 32},
        {"event": "withdrawn"},
        {"evidence": {"salt": "00" * 32}},
        {"evidence": None},
    ],
    ids=str,
)
def test_an_altered_receipt_identifies_nobody(site: Site, altered: dict[str, Any]) -> None:
    answer = run("subject", "show", "--receipt", write_receipt(site, **altered))
    assert answer.exit_code == 1
    assert answer.output.startswith("We cannot identify the person.")


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "[" * 100_000, '{"consent_id": null}', "\0"])
def test_a_file_that_is_no_receipt_identifies_nobody(site: Site, content: str) -> None:
    Path("receipt.json").write_text(content)
    assert run("subject", "show", "--receipt", "receipt.json").exit_code == 1


def test_one_way_to_say_who_asks_and_files_that_are_there(site: Site) -> None:
    for words in ((), ("--consent-id", AINO, "--cookie", "x"), ("--receipt", "none.json")):
        assert run("subject", "show", *words).exit_code == 2
    answer = run("subject", "show", "--cookie", seal(AINO))
    assert answer.exit_code == 2
    assert "COOKIEGATE_SECRET" in answer.output
    Path("ledger.key").unlink()
    assert run("subject", "show", "--consent-id", AINO).exit_code == 2


def test_a_store_that_is_not_there_is_not_made(site: Site) -> None:
    answer = run("subject", "show", "--consent-id", AINO, "--store", "sqlite:///other.db")
    assert answer.exit_code == 2
    assert "nothing has been recorded yet" in answer.output
    assert not Path("other.db").exists()

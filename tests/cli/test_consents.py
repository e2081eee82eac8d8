"""`consents verify`, `prove`, `checkpoint` and `export` as somebody types them."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from cookiegate.consent import SigningKey
from cookiegate.register import rotate_ledger_key
from cookiegate.store import open_store
from tests.cli.commands import run
from tests.reports.ledger import RESTRICTED, SIZE, Shelf, fill, make_record


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET", "STORE", "SETTINGS", "LEDGER_KEY", "CHECKPOINT"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)


@pytest.fixture
def site(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "cookiegate.db")
    Path("old.txt").write_bytes(fill(shelf))
    return shelf


def alter(site: Shelf, sql: str) -> None:
    with closing(sqlite3.connect(site.file)) as connection:
        connection.execute(sql)
        connection.commit()


def test_an_untouched_ledger_is_said_to_be_so(site: Shelf) -> None:
    result = run("consents", "verify", "--since", "old.txt", "--witness", "cookiegate.db.checkpoint")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "300 leaves, 5 records absent, 5 checkpoints, 0 leaves not signed yet",
        "nothing found: all is as it was signed",
    ]
    assert result.stderr == ""  # a bar is for terminals


def test_findings_are_lines_or_json_and_exit_with_1(site: Shelf) -> None:
    alter(site, "DELETE FROM ledger_records WHERE seq IN (7, 24)")
    said = run("consents", "verify")
    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["record 7", "record 24"]
    assert lines[-1] == "findings: 2"
    told = run("consents", "verify", "--json", "--key", str(site.key.verifiers[0]))
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {
        "findings": lines[:2], "leaves": SIZE, "absent": 7, "checkpoints": 3, "unsigned": 0,
        "keys": [str(site.key.verifiers[0])],
    }  # fmt: skip


def test_the_public_key_is_enough_to_verify(site: Shelf) -> None:
    site.file.with_name("cookiegate.db.ledgerkey").unlink()
    missing = run("consents", "verify")
    assert missing.exit_code == 2
    assert "cookiegate.db.ledgerkey" in missing.output
    assert run("consents", "verify", "--key", str(site.key.verifiers[0])).exit_code == 0
    assert run("consents", "verify", "--key", str(SigningKey.generate("x").verifier)).exit_code == 1
    assert "not a verifier key" in run("consents", "verify", "--key", "x").output


def test_after_a_rotation_several_keys_are_named(site: Shelf) -> None:
    old = str(site.key.verifiers[0])
    site.key = rotate_ledger_key(site.file.with_name("cookiegate.db.ledgerkey"))
    new = str(site.key.verifiers[0])
    site.keep(make_record(SIZE))
    site.sign()
    assert run("consents", "verify", "--key", old).exit_code == 1
    assert run("consents", "verify", "--key", new).exit_code == 1
    for words in (("verify",), ("prove", "24"), ("export", "--format", "bundle", "-o", "out")):
        assert run("consents", *words, "--key", old, "--key", new).exit_code == 0
    assert (Path("out") / "key.txt").read_text("utf-8").split() == [old, new]


def test_the_key_file_also_tells_under_whom_a_record_is_found(site: Shelf) -> None:
    alter(site, "UPDATE ledger_records SET subject = x'00' WHERE seq = 24")
    said = run("consents", "verify")
    assert said.exit_code == 1
    assert said.stdout.startswith("record 24: is found under another person")
    assert run("consents", "verify", "--key", str(site.key.verifiers[0])).exit_code == 0


@pytest.mark.parametrize("option", ["--since", "--witness"])
def test_a_checkpoint_that_cannot_be_read_is_misuse(site: Shelf, option: str) -> None:
    result = run("consents", "verify", option, "none.txt")
    assert result.exit_code == 2
    assert "none.txt cannot be read" in result.output


def test_a_proof_goes_to_a_file_and_can_be_checked_without_the_store(site: Shelf) -> None:
    assert run("consents", "prove", "24", "-o", "proof.json").exit_code == 0
    assert run("consents", "prove", "24").stdout == Path("proof.json").read_text("utf-8")
    site.file.unlink()
    key = str(site.key.verifiers[0])
    held = run("consents", "prove", "--check", "proof.json", "--key", key)
    assert (held.exit_code, held.stdout) == (0, "it holds: leaf 24 was on the ledger, with its record\n")
    text = Path("proof.json").read_text("utf-8")
    Path("proof.json").write_text(text.replace("id24", "id25"), "utf-8")
    altered = run("consents", "prove", "--check", "proof.json", "--key", key)
    assert altered.exit_code == 1
    assert altered.stdout.startswith("record 24: personal part altered")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name either the number of a record, or with --check a proof"),
        (("1", "--check", "old.txt"), "name either the number of a record"),
        (("300",), "the ledger has no leaf 300"),
        (("--check", "old.txt"), "this is no proof"),
        (("--check", "none.txt"), "none.txt cannot be read"),
        (("24", "-o", "none/proof.json"), "none/proof.json cannot be written"),
    ],
)
def test_what_cannot_be_proved_or_checked_is_misuse(site: Shelf, words: tuple[str, ...], said: str) -> None:
    result = run("consents", "prove", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_the_last_checkpoint_is_printed_and_signed_when_asked_for(site: Shelf) -> None:
    assert run("consents", "checkpoint").stdout == site.checkpoint.read_text("utf-8")
    site.keep(make_record(SIZE))
    assert "1 leaves not signed yet" in run("consents", "verify").stdout
    signed = run("consents", "checkpoint", "--sign")
    assert signed.exit_code == 0
    assert signed.stdout.splitlines()[1] == str(SIZE + 1)
    assert "0 leaves not signed yet" in run("consents", "verify").stdout


def test_an_older_copy_is_accepted_only_by_who_says_yes(site: Shelf) -> None:
    shutil.copy(site.file, "copy.db")
    site.keep(make_record(SIZE))
    site.sign()
    assert run("consents", "export", "--format", "bundle", "-o", "out").exit_code == 0
    site.keep(make_record(SIZE + 1))
    site.sign()
    for name in ("cookiegate.db-wal", "cookiegate.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("copy.db").replace(site.file)
    asked = run("consents", "accept-restore", "--erasures", "out/leaves.jsonl")
    assert asked.exit_code == 1
    lines = asked.stdout.splitlines()
    assert (
        lines[0]
        == f"Signed before: {SIZE + 3} leaves. Here: {SIZE}, of which the first {SIZE} are known to be the same."
    )
    assert lines[1] == f"Lost: what was recorded from leaf {SIZE} to {SIZE + 2} and is not in this copy."
    assert lines[2] == "Erasures to be done again: 0 records erased, 0 made nobody's."
    assert lines[3].startswith("Lost with it, and in no export: bans and permits,")
    assert lines[4].startswith(f"Not known: erasures from leaf {SIZE + 1} on.")
    assert "Nothing was changed" in lines[5]
    assert run("consents", "verify").exit_code == 1
    done = run("consents", "accept-restore", "--yes")
    assert done.exit_code == 0
    assert "Nothing was changed" not in done.stdout
    assert run("consents", "verify").exit_code == 0
    again = run("consents", "accept-restore", "--yes")
    assert again.exit_code == 2
    assert "nothing to accept" in again.output


def test_a_checkpoint_of_nothing_is_said_in_words() -> None:
    with closing(open_store("sqlite:///cookiegate.db")):
        pass
    result = run("consents", "checkpoint")
    assert result.exit_code == 2
    assert "nothing was signed yet" in result.output


@pytest.mark.parametrize("form", ["jsonl", "csv", "jsonld"])
def test_an_export_goes_to_a_file_of_ones_own_or_here(site: Shelf, form: str) -> None:
    here = run("consents", "export", "--format", form)
    assert here.exit_code == 0
    assert here.stderr == ""
    assert f"id{RESTRICTED}" not in here.stdout
    assert run("consents", "export", "--format", form, "-o", "out").stdout == ""
    lines = here.stdout.splitlines()
    again = Path("out").read_bytes().decode().splitlines()
    assert again[: len(lines)] == lines
    assert all('"act":"consents export"' in line for line in again[len(lines) :])
    assert stat.S_IMODE(Path("out").stat().st_mode) == 0o600
    assert f"id{RESTRICTED}" in run("consents", "export", "--format", form, "--restricted").stdout


def test_an_export_that_fails_leaves_what_was_there(site: Shelf) -> None:
    Path("out").write_text("mine")
    alter(site, "UPDATE ledger_records SET payload = x'00' WHERE seq = 299")
    result = run("consents", "export", "-o", "out")
    assert result.exit_code == 2
    assert "record 299 cannot be read" in result.output
    assert Path("out").read_text() == "mine"
    assert not Path("out.new").exists()


def test_a_bundle_is_a_folder(site: Shelf) -> None:
    nowhere = run("consents", "export", "--format", "bundle")
    assert nowhere.exit_code == 2
    assert "a bundle is a folder: name one with --output" in nowhere.output
    result = run("consents", "export", "--format", "bundle", "-o", "out")
    assert result.exit_code == 0
    assert "Wrote 300 leaves into out" in result.stdout
    assert (Path("out") / "verifier.py").exists()
    assert run("consents", "export", "--format", "bundle", "-o", "out").exit_code == 2

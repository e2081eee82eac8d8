"""The folder for an authority: it has everything, and checks itself where nothing of ours is installed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cookiegate.consent import SigningKey
from cookiegate.errors import LedgerError
from cookiegate.register.growth import Removed
from cookiegate.register.ledgerkey import rotate_ledger_key
from cookiegate.reports import verifier, write_bundle
from cookiegate.store import Change
from tests.reports.ledger import BANNER, HOUR, NOW, RESTRICTED, SIZE, Ledger, Shelf, make_record


@pytest.fixture
def folder(ledger: Ledger, tmp_path: Path) -> Path:
    folder = tmp_path / "for" / "authority"
    assert write_bundle(ledger.url, folder, ledger.keys) == SIZE
    return folder


def find(folder: Path) -> list[str]:
    return list(verifier.Bundle(folder).check())


def test_it_holds_all_that_it_takes(folder: Path, ledger: Ledger) -> None:
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        "README.txt", "checkpoint.txt", "checkpoints/100.txt", "key.txt", "leaves.jsonl", "records.jsonl",
        "verifier.py",
        *(f"shown/{name}" for name in (path.name for path in (folder / "shown").iterdir())),
    }  # fmt: skip
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "key.txt").read_text() == f"{ledger.keys[0]}\n"
    assert (folder / "shown" / hashlib.sha256(BANNER).hexdigest()).read_bytes() == BANNER
    readme = (folder / "README.txt").read_text("utf-8")
    assert "python3 verifier.py ." in readme
    assert "VERKKOSIVUSTON" in readme
    records = {each["seq"]: each for each in map(json.loads, (folder / "records.jsonl").read_text().splitlines())}
    assert RESTRICTED in records  # otherwise it would seem to be missing
    assert set(records[24]) == {"payload", "person", "person_salt", "salt", "seq"}
    assert set(records[20]) == set(records[25]) == {"payload", "salt", "seq"}


def test_its_files_are_their_owners_alone_in_a_folder_that_others_may_read(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir(mode=0o755)
    write_bundle(ledger.url, folder, ledger.keys)
    assert [path for path in folder.rglob("*") if path.stat().st_mode & 0o077] == []


def test_it_verifies_itself_with_python_alone(folder: Path) -> None:
    command = [sys.executable, "-I", "-S", "-W", "error", "verifier.py", "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert "300 leaves, 5 records absent, 2 checkpoints" in said.stdout


def test_what_was_shown_cannot_be_changed_or_left_out(folder: Path) -> None:
    name = hashlib.sha256(BANNER).hexdigest()
    (folder / "shown" / name).write_bytes(BANNER + b"!")
    assert find(folder) == [f"shown {name}: altered: its SHA-256 is not its name"]
    (folder / "shown" / name).unlink()
    assert find(folder) == [f"shown {name}: missing: record 0 says that it was shown"]  # once, not for each visitor


def test_personal_parts_cannot_be_changed_put_in_or_taken_out(folder: Path) -> None:
    file = folder / "records.jsonl"
    whole = file.read_text("utf-8")
    part = '"person":"{\\"consent_id\\":\\"id24\\",\\"time\\":1772323200147}"'
    assert part in whole
    for altered in (part.replace("id24", "id25"), '"person":""'):
        file.write_text(whole.replace(part, altered), "utf-8")
        assert find(folder) == ["record 24: personal part altered: it is not what its payload commits to"]
    file.write_text(whole.replace(part + ",", ""), "utf-8")
    assert find(folder) == ["record 24: personal part altered: it is not what its payload commits to"]
    lines = [json.loads(line) for line in whole.splitlines()]
    for line in lines:
        if line["seq"] == 24:
            del line["person"], line["person_salt"]
        if line["seq"] in (20, 25):
            line |= {"person": "{}", "person_salt": "00" * 32}
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert find(folder) == [
        "record 20: personal part present, though a later leaf unlinks it",
        "record 24: personal part missing: no later leaf unlinks it",
        "record 25: a personal part that its payload does not commit to",
    ]


def test_an_unlinking_that_is_not_on_the_ledger_covers_nothing(folder: Path) -> None:
    file = folder / "leaves.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"of":[20,23]', b'"of":[20,24]'))
    starts = [finding.partition(":")[0] for finding in find(folder)]
    assert starts == ["record 23", "record 24", "checkpoint 'checkpoint.txt'"]


def test_after_a_rotation_both_keys_are_told_and_each_verifies_its_own(shelf: Shelf, tmp_path: Path) -> None:
    shelf.declare()
    shelf.sign()
    shelf.key = rotate_ledger_key(shelf.file.with_name("shelf.db.ledgerkey"))
    shelf.keep(make_record(1))
    shelf.sign(NOW + 86_400)
    write_bundle(shelf.url, tmp_path / "out", shelf.key.verifiers)
    assert find(tmp_path / "out") == []
    (tmp_path / "out" / "key.txt").write_text(f"{shelf.key.verifiers[0]}\n")
    assert find(tmp_path / "out") == ["checkpoint '1.txt': not signed with a key in key.txt"]


def test_it_goes_as_far_as_was_signed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.declare()
    with pytest.raises(LedgerError, match="nothing was signed yet"):
        write_bundle(shelf.url, tmp_path / "out", shelf.key.verifiers)
    shelf.sign()
    shelf.keep(*map(make_record, range(1, 5)))
    assert write_bundle(shelf.url, tmp_path / "out", shelf.key.verifiers) == 1
    assert find(tmp_path / "out") == []
    shelf.sign()
    shelf.add(Removed("erase", HOUR, of=(2,)), changes=[Change("erase_record", [(2,)])])
    with pytest.raises(LedgerError, match="records were erased since the last checkpoint"):
        write_bundle(shelf.url, tmp_path / "more", shelf.key.verifiers)
    shelf.sign()
    write_bundle(shelf.url, tmp_path / "more", shelf.key.verifiers)
    assert find(tmp_path / "more") == []


def test_it_writes_over_nothing_and_nowhere_else(ledger: Ledger, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is not empty"):
        write_bundle(ledger.url, folder, ledger.keys)
    with pytest.raises(LedgerError, match="cannot be written"):
        write_bundle(ledger.url, ledger.file, ledger.keys)
    ledger.change("INSERT INTO shown VALUES ('../../out', 'banner', 0, x'00')")
    write_bundle(ledger.url, tmp_path / "new", ledger.keys)
    assert not list(tmp_path.rglob("out"))


def test_it_is_not_made_with_a_key_that_signed_nothing(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="none of the known keys"):
        write_bundle(ledger.url, tmp_path / "out", [SigningKey.generate("www.saha.example").verifier])

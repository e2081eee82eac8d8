"""Whose the files are that root makes among those of a service."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cookiegate.register import make_ledger_key, rotate_ledger_key
from cookiegate.store import hold, make_private, open_store

SERVICE = 54_321  # a user, and a group, of nobody

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners of POSIX")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """To whom each file would be given, by its inode, if we were root."""
    owners: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda file, *owner: owners.update({os.fstat(file).st_ino: owner}))
    return owners


def owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def test_what_root_makes_gets_the_owner_of_its_folder(tmp_path: Path, given: dict[int, tuple[int, int]]) -> None:
    file = tmp_path / "file"
    os.close(make_private(file))
    with hold(tmp_path / "lock"):
        assert {file.stat().st_ino, (tmp_path / "lock").stat().st_ino} == given.keys()
    assert set(given.values()) == {owner(tmp_path)}


def test_what_is_there_keeps_its_owner(tmp_path: Path, given: dict[int, tuple[int, int]]) -> None:
    (tmp_path / "lock").touch()
    with hold(tmp_path / "lock"):
        assert given == {}


def test_who_is_not_root_gives_nothing_away(
    tmp_path: Path, given: dict[int, tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SERVICE)
    os.close(make_private(tmp_path / "file"))
    assert given == {}


def test_a_changed_key_keeps_owner_mode_and_the_link_to_it(tmp_path: Path, given: dict[int, tuple[int, int]]) -> None:
    file, link = tmp_path / "real", tmp_path / "ledger.key"
    make_ledger_key(file, "www.example.test")
    file.chmod(0o400)
    link.symlink_to(file)
    before, was = file.read_text("utf-8"), owner(file)
    rotate_ledger_key(link)
    assert link.is_symlink()
    assert file.read_text("utf-8") != before
    assert file.stat().st_mode & 0o777 == 0o400
    assert given[file.stat().st_ino] == was


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="root alone gives files away")
@pytest.mark.parametrize("made_first", [True, False])
def test_all_files_of_a_store_that_root_opens_are_the_services(made_first: bool, tmp_path: Path) -> None:
    """Of the one whose the database is; before there is one, of the one whose the folder is."""
    if made_first:
        (tmp_path / "site.db").touch()
        os.chown(tmp_path / "site.db", SERVICE, SERVICE)
    else:
        os.chown(tmp_path, SERVICE, SERVICE)
    with closing(open_store(f"sqlite:///{tmp_path}/site.db")) as store:
        assert store.lead("importing")
        store.query("ledger_size")
        files = list(tmp_path.iterdir())
        assert {"site.db", "site.db.lock", "site.db.importing"} < {each.name for each in files}
        assert {owner(each) for each in files} == {(SERVICE, SERVICE)}

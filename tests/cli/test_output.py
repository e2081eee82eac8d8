"""Where `-o` writes to: a file that is replaced whole, or anything else that is left where it is."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from cookiegate.cli.output import opened
from cookiegate.errors import CookiegateError

TEXT = "henkilötietoja\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and modes of POSIX")


def write(path: Path, text: str = TEXT) -> None:
    with opened(str(path)) as out:
        out.write(text)


def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # neither end then waits for the other
    try:
        write(pipe)
        assert os.read(reader, 100).decode() == TEXT
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    target = folder / "target"
    if there:
        target.write_text("old", "utf-8")
    link = tmp_path / "link"
    link.symlink_to(Path("elsewhere") / "target")
    write(link)
    assert link.is_symlink()
    assert target.read_text("utf-8") == TEXT


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CookiegateError, match="cannot be written: Is a directory"):
        write(tmp_path)


def test_nothing_else_in_the_folder_is_touched_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path, beside = tmp_path / "x.json", tmp_path / "x.json.new"
    for each in (path, beside):
        each.write_text("old", "utf-8")
        each.chmod(0o644)
    write(path)
    assert path.read_text("utf-8") == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert beside.read_text("utf-8") == "old"
    assert sorted(tmp_path.iterdir()) == [path, beside]


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("old", "utf-8")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half of \ud83d")
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]

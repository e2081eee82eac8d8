"""Whole documents before and after: each file of tests/pages is one, input above ten dashes, output below.

A file whose name begins with "page-" is rewritten with guard and control, the others without either.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .site import BARE, FULL, allow, rewrite

FILES = sorted((Path(__file__).resolve().parent.parent / "pages").glob("*.txt"))


def read(path: Path) -> tuple[bytes, bytes]:
    before, _, after = path.read_bytes().partition(b"\n----------\n")
    return before, after.removesuffix(b"\n")


every_page = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_there_are_pages() -> None:
    assert len(FILES) > 40


@every_page
@pytest.mark.parametrize("size", [None, 1, 7], ids=["whole", "1 byte", "7 bytes"])
def test_a_page_comes_out_as_written_however_it_is_cut(path: Path, size: int | None) -> None:
    before, after = read(path)
    insertions = FULL if path.stem.startswith("page-") else BARE
    assert rewrite(before, allow(), insertions, size) == after


@every_page
def test_rewriting_a_rewritten_page_changes_nothing(path: Path) -> None:
    once = rewrite(read(path)[0], allow())
    assert rewrite(once, allow()) == once

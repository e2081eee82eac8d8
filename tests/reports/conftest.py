"""Ledgers to be read: one that has everything, in a copy that may be damaged, and an empty one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from cookiegate.consent import VerifierKey
from tests.reports.ledger import Ledger, Shelf, fill


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Sequence[VerifierKey]]:
    shelf = Shelf(tmp_path_factory.mktemp("pattern") / "site.db")
    return shelf.file, fill(shelf), shelf.key.verifiers


@pytest.fixture
def ledger(pattern: tuple[Path, bytes, Sequence[VerifierKey]], tmp_path: Path) -> Ledger:
    """A copy that may be damaged."""
    file, old, keys = pattern
    for suffix in ("", ".ledgerkey", ".checkpoint"):
        shutil.copy(file.with_name(file.name + suffix), tmp_path / f"site.db{suffix}")
    copy = tmp_path / "site.db"
    return Ledger(f"sqlite:///{copy}", copy, keys, tmp_path / "site.db.checkpoint", old)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty store."""
    return Shelf(tmp_path / "shelf.db")

"""Store URLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.errors import StoreError
from cookiegate.store import companion, open_store


def test_a_path_may_be_relative_or_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///here.db").close()
    open_store(f"sqlite:///{tmp_path}/there.db").close()
    assert (tmp_path / "here.db").exists()
    assert (tmp_path / "there.db").exists()
    assert companion("sqlite:///here.db", ".daykey") == Path("here.db.daykey")
    assert companion("sqlite:////var/lib/site.db", ".daykey") == Path("/var/lib/site.db.daykey")


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/ä ? # %20.db").close()
    assert (tmp_path / "ä ? # %20.db").exists()


@pytest.mark.parametrize("url", ["postgresql://db.example/site", "mysql://db.example/", "site.db", "", "sqlite://x/y"])
def test_another_kind_of_store_is_refused_with_the_right_spelling(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///"):
        open_store(url)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:////var/lib/", "sqlite:///a\0b"])
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="names no file"):
        open_store(url)


def test_a_missing_directory_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="absent"):
        open_store(f"sqlite:///{tmp_path}/absent/site.db")
    assert not (tmp_path / "absent").exists()


def test_reading_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing has been recorded yet"):
        open_store(f"sqlite:///{tmp_path}/site.db", readonly=True)
    assert not list(tmp_path.iterdir())

"""Store URLs: what they may be, and that nothing says aloud a password in one."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import pytest

from cookiegate.errors import StoreError
from cookiegate.store import check_store, companion, is_shared, open_store, upgrade_store
from tests.databases.postgresql import find_free_port

SECRET = "sala"


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


def test_a_shared_store_has_its_files_in_the_working_folder() -> None:
    for scheme in ("postgresql", "postgres"):
        assert is_shared(f"{scheme}://aino@db.example/site")
        assert companion(f"{scheme}://aino@db.example/site", ".daykey") == Path("cookiegate.daykey")
    assert not is_shared("sqlite:///site.db")


def test_both_names_of_the_scheme_lead_to_the_same_store(postgresql: str) -> None:
    open_store(postgresql).close()
    store = open_store(postgresql.replace("postgresql://", "postgres://"))
    assert store.upgraded == 0
    store.close()


@pytest.mark.parametrize("url", ["mysql://aino:sala@db.example/", "site.db", "", "sqlite://x/y", "postgresql+x://h/d"])
def test_another_kind_of_store_is_refused_with_the_right_spelling(url: str) -> None:
    for use in (open_store, upgrade_store, check_store, is_shared):
        with pytest.raises(StoreError, match=r"sqlite:///.*postgresql://") as refused:
            use(url)
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:////var/lib/", "sqlite:///a\0b"])
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="names no file"):
        open_store(url)


def test_a_missing_directory_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="absent"):
        open_store(f"sqlite:///{tmp_path}/absent/site.db")
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("readonly", [False, True])
def test_a_folder_is_called_a_folder(tmp_path: Path, readonly: bool) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    with pytest.raises(StoreError, match=f"{folder} is a folder: name the file in it, such as {folder}/cookiegate.db"):
        open_store(f"sqlite:///{folder}", readonly=readonly)
    assert list(tmp_path.iterdir()) == [folder]


def test_reading_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing has been recorded yet"):
        open_store(f"sqlite:///{tmp_path}/site.db", readonly=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://aino:sala@127.0.0.1:{port}/site",
        "postgresql://aino:sala@127.0.0.1:{port}/site?sslmode=require",
        "postgres://aino:sala@[::1]:{port}/site",
        "postgresql://aino:sa/sala@127.0.0.1:{port}/site",
        "postgresql://aino:sa?sala@127.0.0.1:{port}/site",
        "postgresql://aino:sa#sala@127.0.0.1:{port}/site",
        "postgresql://aino:sa@sala@127.0.0.1:{port}/site",
        "postgresql://aino:1/sala@127.0.0.1:{port}/site",
        "postgresql://aino:[sala]@127.0.0.1:{port}/site",
        "postgresql://aino:sala",
        "postgresql://aino:sala@",
        "postgresql://aino:sala@127.0.0.1:port/site",
        "postgresql://aino:sala@127.0.0.1:99999/site",
        "postgresql://127.0.0.1:{port}/site?user=aino&password=sala",
        "postgresql://127.0.0.1:{port}/site?user=aino&password=p@sala",
        "postgresql://aino:sala@127.0.0.1:{port}/site?sslmode=maybe",
        "postgresql://aino:sala@127.0.0.1:{port}/site?sslrootcert=/absent/ca.pem&sslmode=verify-full",
        "postgresql://aino:sala@127.0.0.1:{port},127.0.0.1:{port}/site",
        "postgresql://aino:sala@" + "x" * 70 + ".example/site",
        "postgresql://aino:sala@..example/site",
        "postgresql://aino:sala%zz@127.0.0.1:{port}/site",
    ],
)
@pytest.mark.parametrize("readonly", [False, True])
def test_a_password_is_in_no_error(url: str, readonly: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError) as refused:
        open_store(url.format(port=find_free_port()), readonly=readonly)
    assert SECRET not in "".join(traceback.format_exception(refused.value)).replace(url, "")
    assert str(refused.value).strip()


def test_an_error_says_which_store_it_is_about() -> None:
    port = find_free_port()
    with pytest.raises(StoreError, match=rf"postgresql://127\.0\.0\.1:{port}/site: "):
        open_store(f"postgresql://aino:sala@127.0.0.1:{port}/site")
    with pytest.raises(StoreError, match="%2F"):
        open_store("postgresql://aino:sa/la@127.0.0.1/site")


def test_a_database_that_is_not_there_is_a_store_error_and_no_reason_not_to_start(postgresql: str) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_store(f"{postgresql}_absent")
    check_store(f"{postgresql}_absent")
    check_store(f"postgresql://aino@127.0.0.1:{find_free_port()}/site")


def test_a_store_can_be_checked_where_an_event_loop_runs(postgresql: str) -> None:
    async def check() -> None:
        check_store(postgresql)

    asyncio.run(check())

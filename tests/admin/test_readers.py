"""Connections that pages share: one at a time has one, and none that is broken is handed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiegate.admin.readers import Readers
from cookiegate.store import open_store
from tests.databases.asking import break_connections


@pytest.fixture
def server(postgresql: str) -> str:
    open_store(postgresql).close()
    return postgresql


@pytest.fixture
def readers(server: str) -> Iterator[Readers]:
    readers = Readers(server)
    yield readers
    readers.close()


def test_a_server_s_connection_is_used_again_by_one_at_a_time(readers: Readers) -> None:
    with readers.lend() as one:
        with readers.lend() as other:
            assert other is not one
        with readers.lend() as again:
            assert again is other
    with readers.lend() as first, readers.lend() as second:
        assert {first, second} == {one, other}
        assert first.query("ledger_size") == [(0,)]


def test_one_that_broke_meanwhile_is_not_handed_on(readers: Readers, server: str) -> None:
    with readers.lend() as one:
        pass
    break_connections(server)
    with readers.lend() as other:
        assert other is not one
        assert other.query("ledger_size") == [(0,)]


def test_one_with_which_something_went_wrong_is_not_kept(readers: Readers) -> None:
    with pytest.raises(ZeroDivisionError), readers.lend() as one:
        raise ZeroDivisionError
    with readers.lend() as other:
        assert other is not one


def test_a_file_is_opened_anew_since_another_may_have_been_put_in_its_place(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/site.db"
    open_store(url).close()
    readers = Readers(url)
    with readers.lend() as one:
        pass
    with readers.lend() as other:
        assert other is not one

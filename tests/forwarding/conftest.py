"""The services that are told, as stubs on this machine; and gates that are quick to tell them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiegate.register import make_ledger_key
from cookiegate.store import companion, is_shared
from tests.forwarding.stubs import Internet, open_internet


@pytest.fixture
def internet() -> Iterator[Internet]:
    """What it saw must have been as the real services document it."""
    with open_internet() as internet:
        yield internet
    assert internet.wrong == []


@pytest.fixture
def url(url: str) -> str:
    """As above; a shared store's key is made by hand."""
    if is_shared(url):
        make_ledger_key(Path(companion(url, ".ledgerkey")), "site.example")
    return url


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a machine that has nothing else to do."""
    monkeypatch.setattr("cookiegate.register.writer._FLUSH_SECONDS", 0.02)
    monkeypatch.setattr("cookiegate.forwarding.sender._POLL", 0.02)
    monkeypatch.setattr("cookiegate.forwarding.sender._COUNT", 0.02)

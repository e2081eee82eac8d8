"""The key file: what is wrong with it is said in words, and never what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.errors import LedgerError
from cookiegate.policy import Policy
from cookiegate.register import Register, load_ledger_key, make_ledger_key


@pytest.mark.parametrize(
    "index",
    ["index " + "zz" * 32, "index " + "ab" * 31, "index ab c", "index", "index " + "ab" * 32 + "\nindex 00", ""],
)
def test_a_wrong_index_line_is_said_in_words(tmp_path: Path, index: str) -> None:
    file = tmp_path / "ledger.key"
    good = make_ledger_key(file, "www.example.test").index.hex()
    file.write_text(file.read_text().replace(f"index {good}", index))
    with pytest.raises(LedgerError) as refusal:
        load_ledger_key(file)
    assert str(refusal.value) == f"{file}: it needs one line index with 64 hexadecimal digits"


def test_a_file_without_a_signing_key_is_no_key(tmp_path: Path) -> None:
    file = tmp_path / "ledger.key"
    file.touch(0o600)
    file.write_text("index " + "ab" * 32)
    with pytest.raises(LedgerError, match="at least one line PRIVATE"):
        load_ledger_key(file)


def test_a_key_that_another_gateway_makes_just_now_is_not_gone(
    tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two start at once: one makes the key and records, between the other's look for the key and for the ledger."""
    url = f"sqlite:///{tmp_path}/site.db"

    def make_both(store_url: str) -> bool:
        make_ledger_key(tmp_path / "site.db.ledgerkey", "www.example.test")
        return True

    monkeypatch.setattr("cookiegate.register.register.has_ledger", make_both)
    assert len(Register(url, policy).find_subject("somebody")) == 16

"""The key file: what is wrong with it is said in words, and never what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.errors import LedgerError
from cookiegate.register import load_ledger_key, make_ledger_key


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

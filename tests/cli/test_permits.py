"""`cookiegate permits` as somebody types it, and the files that others hand over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from cookiegate.register import make_ledger_key
from tests.cli.commands import run
from tests.databases.asking import ask

MAIL = "aino@example.test"
HEADING = "address,channel,source,given,words\n"
GIVEN = str(datetime.now(UTC).date() - timedelta(days=30))
GOOD = f"aino@example.test,email,order form,{GIVEN},Send me offers.\n"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with a key and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "SETTINGS", "LEDGER_KEY"):
        monkeypatch.delenv(f"COOKIEGATE_{name}", raising=False)
    make_ledger_key(Path("cookiegate.db.ledgerkey"), "www.example.test")


def add(address: str = MAIL, channel: str = "email", *words: str) -> Result:
    return run("permits", "add", address, "--channel", channel, "--source", "form", "--words", "Send offers.", *words)


def import_text(text: str, encoding: str = "utf-8") -> Result:
    Path("file.csv").write_bytes(text.encode(encoding))
    return run("permits", "import", "file.csv")


def kept() -> list[str]:
    return sorted(address for (address,) in ask("sqlite:///cookiegate.db", "SELECT address FROM permits"))


def test_a_permit_is_asked_for_before_sending() -> None:
    assert add().output == "Kept.\n"
    assert run("permits", "check", "AINO@EXAMPLE.TEST").output == "Yes.\n"
    assert run("permits", "check", MAIL, "--channel", "sms").exit_code == 1
    assert run("permits", "withdraw", MAIL).output == "Withdrawn: email.\n"
    refused = run("permits", "check", MAIL)
    assert (refused.exit_code, refused.output) == (1, "No: there is no permit.\n")
    assert run("permits", "withdraw", MAIL).exit_code == 1


def test_a_ban_is_overridden_by_nothing_but_a_reason() -> None:
    add()
    assert run("permits", "ban", MAIL, "--source", "on the phone").output == "Banned.\n"
    assert run("permits", "ban", MAIL).output == "It was banned before.\n"
    refused = add("Aino@Example.Test")
    assert refused.exit_code == 1
    assert "banned" in refused.output
    imported = import_text(HEADING + GOOD + GOOD.replace("aino", "otso"))
    assert imported.exit_code == 0
    assert imported.output == "Kept 1 of 2.\nLeft out, since they are banned: row 2.\n"
    assert kept() == ["otso@example.test"]
    assert run("permits", "check", MAIL).output == "No: it is banned.\n"
    assert run("permits", "unban", MAIL).exit_code == 2
    assert run("permits", "unban", MAIL, "--reason", " ").exit_code == 2
    assert run("permits", "check", MAIL).output == "No: it is banned.\n"
    assert run("permits", "unban", MAIL, "--reason", "asked for it in writing").exit_code == 0
    assert run("permits", "unban", MAIL, "--reason", "asked for it in writing").exit_code == 1
    assert run("permits", "check", MAIL).output == "No: there is no permit.\n"


@pytest.mark.parametrize(
    "text",
    [
        HEADING + GOOD,
        "\ufeff" + (HEADING + GOOD).replace(",", ";").replace("\n", "\r\n"),
        "Words,Given,Source,Channel,Address\nSend,2026-11-01T10:30+02:00,shop,EMAIL,aino@example.test\n\n",
        HEADING + f'"aino@example.test",email,"form, page 2",{GIVEN},"Send me\noffers."\n',
    ],
)
def test_files_are_read_as_spreadsheets_write_them(text: str) -> None:
    assert import_text(text).output == "Kept 1 of 1.\n"
    assert kept() == [MAIL]


def test_a_wrong_row_keeps_all_out_and_every_one_is_named() -> None:
    rows = [
        GOOD,
        GOOD.replace("aino@example.test", "aino"),
        GOOD.replace("email", "fax"),
        GOOD.replace(GIVEN, "1.3.2026"),
        GOOD.replace(GIVEN, "2020-01-01"),
        GOOD.replace("Send me offers.", ""),
        "aino@example.test,email\n",
        GOOD.upper().replace("EMAIL", "email"),
        GOOD.replace("aino@example.test", "040 1234567").replace("email", "sms"),
    ]
    answer = import_text(HEADING + "".join(rows))
    assert answer.exit_code == 2
    lines = answer.output.splitlines()
    assert lines[0] == "file.csv: nothing was imported"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [f"row {number}" for number in range(3, 11)]
    for number, says in ((2, "channel is one of"), (4, "expired"), (6, "2 cells instead of 5"),
                         (7, "the same address and channel as row 2"), (8, "country's code")):  # fmt: skip
        assert says in lines[number]
    assert "aino@" not in answer.output
    assert not Path("cookiegate.db").exists()


def test_errors_fit_a_screen() -> None:
    answer = import_text(HEADING + "aino,email,form,2026-11-01,Send\n" * 300)
    assert answer.exit_code == 2
    lines = answer.output.splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  and 280 more"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "row 1 must name these columns"),
        (b"address,channel\n", "row 1 must name these columns"),
        (HEADING.replace("words", "words,name").encode(), "row 1 must name these columns"),
        ((HEADING + GOOD).encode("utf-16"), "not in UTF-8"),
        ((HEADING + "a" * 200_000 + "\n").encode(), "line 2"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes, says: str) -> None:
    Path("file.csv").write_bytes(content)
    answer = run("permits", "import", "file.csv")
    assert answer.exit_code == 2
    assert says in answer.output


def test_a_table_without_rows_and_a_file_that_is_not_there() -> None:
    assert import_text(HEADING).output == "Kept 0 of 0.\n"
    assert run("permits", "import", "none.csv").exit_code == 2


def test_the_list_shows_addresses_and_the_ledger_says_that_it_did() -> None:
    add()
    listed = run("permits", "list")
    assert MAIL in listed.output
    assert "until" in listed.output
    acts = ask("sqlite:///cookiegate.db", "SELECT payload FROM ledger_records ORDER BY seq")
    assert b'"act":"permits list"' in acts[-1][0]


def test_a_review_ends_with_1_while_something_is_to_be_looked_at() -> None:
    add()
    assert run("permits", "review").output == "Nothing to look at.\n"
    add("+358 40 1234567", "sms", "--given", str(datetime.now(UTC).date() - timedelta(days=400)))
    due = run("permits", "review")
    assert due.exit_code == 1
    assert "+358 40 1234567" in due.output
    assert MAIL not in due.output
    assert run("permits", "review", "--done").output == "Reviewed: 1.\n"
    assert run("permits", "review").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("check", "aino"), "no address"),
        (("ban", "040 1234567"), "country's code"),
        (("add", MAIL, "--channel", "sms", "--source", "form", "--words", "Send"), "goes with"),
        (("add", MAIL, "--channel", "email", "--source", "form", "--words", "Send", "--given", "soon"), "2026-11-22"),
        (("add", MAIL, "--channel", "email", "--source", "form", "--words", "Send", "--given", "2999-01-01"), "future"),
        (
            ("add", MAIL, "--channel", "email", "--source", "a", "--words", "b", "--given", "0001-01-01T00:00+14:00"),
            "has expired",
        ),
        (("add", MAIL, "--channel", "post", "--source", "form", "--words", "Send"), "post"),
        (("add", MAIL, "--channel", "email"), "--source"),
    ],
)
def test_misuse_is_told_in_words(words: tuple[str, ...], says: str) -> None:
    assert add("otso@example.test").exit_code == 0
    answer = run("permits", *words)
    assert answer.exit_code == 2
    assert says in answer.output


def test_without_the_ledgers_key_nothing_is_done() -> None:
    Path("cookiegate.db.ledgerkey").unlink()
    answer = run("permits", "ban", MAIL)
    assert answer.exit_code == 2
    assert "key" in answer.output
    assert not Path("cookiegate.db").exists()

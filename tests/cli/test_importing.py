"""`visits import`, as somebody types it."""

from __future__ import annotations

import asyncio
import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import run
from tests.stories.site import POLICY, choose, make_gate, website

AGENT = "Mozilla/5.0 (X11) Firefox/131.0"
LINE = f'203.0.113.{{0}} - - [01/Mar/2026:12:02:{{0:02}} +0000] "GET /sivu/{{0}} HTTP/1.1" 200 512 "-" "{AGENT}"\n'
LOG = "".join(LINE.format(number) for number in range(1, 21))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COOKIEGATE_STORE", f"sqlite:///{tmp_path}/site.db")
    Path("cookiegate.toml").write_text(POLICY, "utf-8")
    Path("access.log").write_text(LOG, "utf-8")
    return tmp_path


def count() -> int:
    with closing(sqlite3.connect("site.db")) as database:
        return int(database.execute("SELECT count(*) FROM visits").fetchone()[0])


def begin_ledger(folder: Path) -> None:
    gate = make_gate(website, folder)
    asyncio.run(choose(gate))
    gate.register.close()


def read_act() -> Any:
    """The only act that stands on the ledger."""
    with closing(sqlite3.connect("site.db")) as database:
        ((entry,),) = database.execute("SELECT payload FROM ledger_records WHERE event = 'audit'").fetchall()
    return json.loads(entry)


def test_plain_and_packed_logs_and_standard_input_are_read() -> None:
    Path("packed").write_bytes(gzip.compress(LOG.replace("01/Mar", "02/Mar").encode()))
    done = run("visits", "import", "access.log", "packed")
    assert done.exit_code == 0
    assert done.output.splitlines()[0] == "40 lines: 40 visits of 2026-03-01 to 2026-03-02, 0 of them by programs"
    command = [sys.executable, "-W", "error", "-m", "cookiegate", "visits", "import", "-"]
    piped = subprocess.run(command, input=LOG.replace("01/Mar", "03/Mar"), capture_output=True, text=True, check=True)
    assert piped.stdout.splitlines()[0] == "20 lines: 20 visits of 2026-03-03, 0 of them by programs"
    assert piped.stderr == "", "no bar where there is no terminal"
    assert count() == 60


def test_the_same_log_twice_is_a_finding() -> None:
    assert run("visits", "import", "access.log").exit_code == 0
    again = run("visits", "import", "access.log")
    assert again.exit_code == 1
    assert "2026-03-01 was left out (20 lines): it holds visits already" in again.output
    assert count() == 20
    assert run("visits", "import", "access.log", "--add").exit_code == 0
    assert count() == 40


def test_it_stands_on_a_ledger_that_was_begun_and_begins_none(folder: Path) -> None:
    assert run("visits", "import", "access.log").exit_code == 0
    with closing(sqlite3.connect("site.db")) as database:
        assert database.execute("SELECT count(*) FROM ledger_leaves").fetchone() == (0,)
    begin_ledger(folder)  # had one been begun, its key would be missed now
    assert run("visits", "import", "access.log", "--add", "--by", "Mäkinen", "--why", "the time before").exit_code == 0
    said = read_act()
    assert (said["act"], said["by"], said["why"]) == ("visits import", "Mäkinen", "the time before")
    assert (said["visits"], said["first"], said["last"]) == (20, "2026-03-01", "2026-03-01")


def test_visits_past_the_retention_are_told() -> None:
    done = run("visits", "import", "access.log")
    assert "20 visits are older than 90 days: their days are counted" in done.output


def test_malformed_lines_are_told_by_number_and_never_quoted() -> None:
    Path("access.log").write_text(LOG + 'aino.esimerkki@posti.example 203.0.113.77 "GET /" \n' * 7, "utf-8")
    done = run("visits", "import", "access.log")
    assert done.exit_code == 0
    assert "7 lines could not be read\n    access.log, line 21: no time in brackets\n" in done.output
    assert "line 25" in done.output
    assert "line 26" not in done.output
    assert "posti" not in done.output
    assert "203.0.113" not in done.output


def test_a_log_without_visits_is_a_finding_and_one_that_is_not_there_misuse() -> None:
    Path("access.log").write_text("nothing of the kind\n")
    assert run("visits", "import", "access.log").exit_code == 1
    missing = run("visits", "import", "gone.log")
    assert missing.exit_code == 2
    assert "gone.log cannot be read: No such file or directory" in missing.output


def test_a_log_of_the_common_format_is_a_finding_and_not_visits_by_programs() -> None:
    Path("access.log").write_text(LOG.replace(f' "-" "{AGENT}"', ""), "utf-8")
    done = run("visits", "import", "access.log")
    assert done.exit_code == 1
    assert "20 lines: 0 visits of no day, 0 of them by programs" in done.output
    assert '20 lines could not be read\n    access.log, line 1: of the format "common"' in done.output
    assert count() == 0


def test_a_packed_log_that_was_cut_off_is_told_with_what_is_in_the_store_by_then() -> None:
    Path("cut.gz").write_bytes(gzip.compress(LOG.encode() * 50)[:-40])
    cut = run("visits", "import", "access.log", "cut.gz")
    assert cut.exit_code == 2
    assert "cut.gz cannot be read" in cut.output
    assert "Broken off: 0 visits" in cut.output


def test_a_log_that_is_not_there_is_told_before_any_other_is_taken() -> None:
    missing = run("visits", "import", "access.log", "gone.log")
    assert missing.exit_code == 2
    assert "gone.log cannot be read: No such file or directory" in missing.output
    assert not Path("site.db").exists()


def test_what_came_in_before_it_broke_off_stands_on_the_ledger(folder: Path) -> None:
    begin_ledger(folder)
    Path("cut.gz").write_bytes(gzip.compress(LOG.encode() * 300)[:-20])
    cut = run("visits", "import", "cut.gz", "--add", "--by", "Mäkinen")
    assert cut.exit_code == 2
    assert "Broken off: 5000 visits of 2026-03-01 are in the store" in cut.output
    said = read_act()
    assert (said["act"], said["by"], said["visits"]) == ("visits import", "Mäkinen", 5000)


def test_sigterm_breaks_it_off_as_ctrl_c_does(folder: Path) -> None:
    begin_ledger(folder)
    before = count()
    command = [sys.executable, "-m", "cookiegate", "visits", "import", "--add", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as importing:
        assert importing.stdin
        importing.stdin.write(LOG.encode() * 300)
        importing.stdin.flush()
        while count() < before + 5000:
            assert importing.poll() is None
            time.sleep(0.05)
        importing.send_signal(signal.SIGTERM)
        _, said = importing.communicate()
    assert importing.returncode == 1
    assert said == b"Broken off: 5000 visits of 2026-03-01 are in the store.\n"
    assert read_act()["visits"] == 5000


def test_nothing_is_imported_without_the_assessment_that_a_visit_log_rests_on() -> None:
    Path("cookiegate.toml").write_text(POLICY.partition("[visits.assessment]")[0], "utf-8")
    refused = run("visits", "import", "access.log")
    assert refused.exit_code == 2
    assert "no [visits.assessment]" in refused.output
    assert not Path("site.db").exists()

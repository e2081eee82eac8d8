"""The key of the day: made once, shared, and destroyed."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from cookiegate.register import Visit
from cookiegate.register.daykey import DayKeys, visitor_id

MIDNIGHT = 1_772_409_600  # 2026-03-02 00:00 UTC
FIRST, SECOND, THIRD = "2026-03-01", "2026-03-02", "2026-03-03"
VISIT = Visit(MIDNIGHT, "203.0.113.0/24", "/", "", False, "Mozilla/5.0", 200)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.db.daykey"


def test_a_day_has_one_key_for_every_process(file: Path) -> None:
    one, other = DayKeys(file), DayKeys(file)
    key = one.key(FIRST, MIDNIGHT - 10)
    assert key is not None
    assert len(key) == 32
    assert other.key(FIRST, MIDNIGHT - 5) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_day_has_another_key(file: Path) -> None:
    keys = DayKeys(file)
    assert keys.key(FIRST, MIDNIGHT - 10) != keys.key(SECOND, MIDNIGHT + 10)


def test_yesterdays_key_holds_for_less_than_half_an_hour(file: Path) -> None:
    keys = DayKeys(file)
    yesterday = keys.key(FIRST, MIDNIGHT - 10)
    assert yesterday is not None
    keys.expire(MIDNIGHT + 28 * 60)
    assert keys.key(FIRST, MIDNIGHT + 28 * 60) == yesterday
    keys.expire(MIDNIGHT + 29 * 60)
    assert keys.key(FIRST, MIDNIGHT + 29 * 60) is None


def test_a_destroyed_key_is_nowhere_in_the_file(file: Path) -> None:
    keys = DayKeys(file)
    yesterday = keys.key(FIRST, MIDNIGHT - 10)
    assert yesterday is not None
    today = keys.key(SECOND, MIDNIGHT + 10)
    assert today is not None
    before = file.stat().st_ino
    assert yesterday in file.read_bytes()
    keys.expire(MIDNIGHT + 1800)
    assert yesterday not in file.read_bytes()
    assert today in file.read_bytes()
    assert file.stat().st_ino == before  # overwritten, not replaced: the old bytes lie nowhere else
    keys.expire(MIDNIGHT + 86_400 + 1800)
    assert not any(file.read_bytes())


def test_a_key_that_another_process_destroyed_is_forgotten(file: Path) -> None:
    one, other = DayKeys(file), DayKeys(file)
    one.key(FIRST, MIDNIGHT - 10)
    other.key(FIRST, MIDNIGHT - 10)
    one.expire(MIDNIGHT + 1800)
    other.expire(MIDNIGHT + 1800)
    assert other.key(FIRST, MIDNIGHT + 1800) is None


def test_no_key_is_made_for_a_day_that_is_over_or_to_come(file: Path) -> None:
    keys = DayKeys(file)
    assert keys.key(FIRST, MIDNIGHT + 10) is None
    assert keys.key(THIRD, MIDNIGHT + 10) is None


def test_expiring_makes_no_file(file: Path) -> None:
    DayKeys(file).expire(MIDNIGHT)
    assert not file.exists()


def test_a_clock_that_was_years_ahead_leaves_no_trace(file: Path) -> None:
    keys = DayKeys(file)
    keys.key("2036-02-28", MIDNIGHT + 3650 * 86_400)
    assert keys.key(SECOND, MIDNIGHT + 10) is not None


def test_a_damaged_file_gets_a_new_key(file: Path) -> None:
    file.write_bytes(b"\xff" * 50)
    assert DayKeys(file).key(SECOND, MIDNIGHT) is not None


def test_a_file_that_cannot_be_used_leaves_visits_without_a_visitor(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = DayKeys(tmp_path)
    with caplog.at_level(logging.ERROR):
        assert [keys.key(SECOND, MIDNIGHT) for _ in range(3)] == [None] * 3
    assert len(caplog.records) == 1


def test_a_visitor_is_told_by_key_site_network_and_browser_alone() -> None:
    known = visitor_id(b"k" * 32, "Koivurannan saha", VISIT)
    assert len(known) == 8
    again = VISIT._replace(time=MIDNIGHT + 60, path="/other", referrer="https://search.example", status=404)
    assert visitor_id(b"k" * 32, "Koivurannan saha", again) == known
    others = {
        visitor_id(b"l" * 32, "Koivurannan saha", VISIT),
        visitor_id(b"k" * 32, "Toinen", VISIT),
        visitor_id(b"k" * 32, "Koivurannan saha", VISIT._replace(address="198.51.100.0/24")),
        visitor_id(b"k" * 32, "Koivurannan saha", VISIT._replace(agent="Opera")),
    }
    assert len(others) == 4
    assert known not in others

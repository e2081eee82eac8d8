"""Decisions are counted by day, on either engine, and restricted ones are used for nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cookiegate.register import restrict_subject
from cookiegate.reports import Decisions, count_decisions
from tests.register.rights import AINO, NOON, OTSO, make_decision, make_site

DAY = date(2026, 2, 28)


def test_every_day_is_counted_by_what_was_answered(url: str, tmp_path: Path) -> None:
    site = make_site(url, tmp_path)
    site.record(
        make_decision(AINO),
        make_decision(OTSO, 1, event="partly-given"),
        make_decision("", 2, event="refused"),
        make_decision("", 3, event="refused"),
        make_decision(AINO, 4, event="withdrawn"),
    )
    before, day, after = count_decisions(url, date(2026, 2, 27), date(2026, 3, 1))
    assert (before, after) == (Decisions(date(2026, 2, 27)), Decisions(date(2026, 3, 1)))
    assert day == Decisions(DAY, given=1, partly=1, refused=2, withdrawn=1)
    assert day.answered == 4


def test_restricted_records_do_not_count(url: str, tmp_path: Path) -> None:
    site = make_site(url, tmp_path)
    site.record(make_decision(AINO), make_decision(OTSO, 1))
    restrict_subject(url, site.subject(AINO), NOON, restricted=True)
    assert count_decisions(url, DAY, DAY) == (Decisions(DAY, given=1),)

"""Ten thousand requests through the gate, and every figure of the reports worked out once more from what was sent.

From visits, from the figures that were kept of them, from both, and when the visits are gone.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cookiegate.register.retention import run_out
from cookiegate.register.rollup import roll_up
from cookiegate.reports import (
    VisitStatistics,
    consent_figures,
    recount_figures,
    visit_statistics,
)
from cookiegate.store import open_store
from tests.databases.asking import ask
from tests.reports.by_hand import Expected, day_of
from tests.reports.golden import DAYS, Act, draw_acts
from tests.reports.sending import Sender
from tests.stories.site import POLICY

REQUESTS = {"daily": 10_000, "off": 2_000}
# All of them are asked of the widest range, and of the others one each.
STEPS = (("day", 20), ("week", 3), ("month", 1))
BYS = ("total", "group", "language", "device", "banner")


class Comparison:
    """What every report on every range of the days, and on more days than there are, has to say."""

    def __init__(self, url: str, acts: list[Act], ids: bool, mark: str) -> None:
        self._url = url
        recorded = sorted({day_of(act) for act in acts})
        ranges = [(one, other) for one in recorded for other in recorded if one <= other]
        self._expected = []
        for number, (first, last) in enumerate([*ranges, (date(2026, 3, 1), date(2026, 4, 30))]):
            expected = Expected(acts, first, last, ids)
            within = [day for day in recorded if first <= day <= last]
            widest = number == len(ranges)
            statistics = {
                (step, top): expected.statistics(within, top, step)
                for step, top in (STEPS if widest else STEPS[number % len(STEPS) :][:1])
            }
            funnels = {by: expected.funnel(by, mark) for by in (BYS if widest else BYS[number % len(BYS) :][:1])}
            self._expected.append((first, last, statistics, funnels, expected.gap()))

    def __call__(self) -> None:
        for first, last, statistics, funnels, gap in self._expected:
            for (step, top), expected in statistics.items():
                assert_same(visit_statistics(self._url, first, last, top, step), expected)  # type: ignore[arg-type]
            found = consent_figures(self._url, first, last, *funnels)  # type: ignore[arg-type]
            assert (found.funnels, found.gap) == (funnels, gap)


def assert_same(found: VisitStatistics, expected: VisitStatistics) -> None:
    """Equal; means and medians but for the last digits."""
    figures = ("mean_seconds", "median_seconds")
    for name in figures:
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name
        for one, other in zip(found.pages, expected.pages, strict=True):
            assert getattr(one, name) == pytest.approx(getattr(other, name)), (name, one.path)
    nothing = dict.fromkeys(figures)
    plain = [
        replace(each, **nothing, pages=tuple(replace(page, **nothing) for page in each.pages))  # type: ignore[arg-type]
        for each in (found, expected)
    ]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("visitor", ["daily", "off"])
def test_every_figure_is_what_was_sent(url: str, tmp_path: Path, visitor: str) -> None:
    policy = POLICY.replace("[visits.assessment]", f'[visits]\nvisitor = "{visitor}"\n\n[visits.assessment]')
    acts = draw_acts(REQUESTS[visitor])
    sender = Sender(tmp_path, url, policy)
    asyncio.run(sender.send(acts))
    sender.gate.register.close()
    assert sender.gate.register.health()["dropped_visits"] == 0
    model = sender.gate.policy
    compare = Comparison(url, acts, visitor == "daily", model.mark)
    for sql in ("DELETE FROM figures", "DELETE FROM page_figures", "DELETE FROM figured_months",
                "UPDATE figured_days SET counted = 0, state = 'open'"):  # fmt: skip
        ask(url, sql)
    compare()  # from visits alone

    def roll_up_to(day: date) -> None:
        with closing(open_store(url)) as store:
            roll_up(store, 1, datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())

    for day, months in ((DAYS[1], []), (DAYS[2], [("2026-03",)])):
        roll_up_to(day)
        assert ask(url, "SELECT min(day) FROM figured_days WHERE state = 'open'") == [(day.isoformat(),)]
        assert ask(url, "SELECT month FROM figured_months") == months
        compare()  # some days from their figures, the others from their visits
    roll_up_to(date(2026, 4, 3))
    assert ask(url, "SELECT day FROM figured_days WHERE state = 'open'") == []
    assert ask(url, "SELECT month FROM figured_months") == [("2026-03",)]
    compare()  # figures alone
    assert recount_figures(url).differing == ()
    assert recount_figures(url).days == len(ask(url, "SELECT day FROM figured_days"))

    short = replace(model, visits=replace(model.visits, retention_days=30))
    run_out(url, short, datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp())
    assert ask(url, "SELECT min(day) FROM visits") == [("2026-04-01",)]
    compare()  # figures of days whose visits are gone, beside others

"""What became of the question in the banner, and what refusal, blockers and bots each take from the consented figures.

docs/statistics.md defines each figure. Answers are counted when they are given, without saying whose they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cookiegate.store import Store

from .period import opened

By = Literal["total", "group", "language", "device", "banner"]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    name: str  # "" in total, or where it is not known; "other": names that are not told apart
    shown: int  # visits in which the question was in a page; without visitor ids: entries to such a page
    given: int
    partly: int
    refused: int
    ignored: int  # by day, what is left of the shown without the answers; never below 0


@dataclass(frozen=True, slots=True)
class Gap:
    """Views from all that were served down to those that a consented tool could see, each a part of the one before."""

    views: int  # pages that were served, to bots too
    human: int  # to people, as far as can be told
    consented: int  # to people who had agreed to statistics
    released: int  # where a statistics service that they had agreed to was in the page; what it saw, only it knows


@dataclass(frozen=True, slots=True)
class ConsentFigures:
    funnels: Mapping[By, tuple[FunnelRow, ...]]  # each with the most shown first
    gap: Gap


def consent_figures(source: str | Store, first_day: date, last_day: date, *bys: By) -> ConsentFigures:
    """The gap, and the funnel by each of `bys`, of the days from first to last (UTC, both counted), of the store at a
    URL, or an open one.

    Raises StoreError where the store cannot be read.
    """
    with opened(source, first_day, last_day) as period:
        total = sum(period.read_totals().values(), Counter[str]())
        funnels = {by: _sort(period.read_funnel(by)) for by in bys}
    return ConsentFigures(funnels, Gap(total["served"], total["views"], total["consented"], total["released"]))


def _sort(rows: Mapping[str, Counter[str]]) -> tuple[FunnelRow, ...]:
    found = (
        FunnelRow(name, row["shown"], row["given"], row["partly"], row["refused"], row["ignored"])
        for name, row in rows.items()
    )
    return tuple(sorted(found, key=lambda row: (-row.shown, row.name)))

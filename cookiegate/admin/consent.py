"""What became of the question: answers as the ledger has them, the funnel beside the traffic, and what is left to tools
that need consent."""

from __future__ import annotations

from collections.abc import Sequence

from cookiegate.reports import By, Decisions, FunnelRow, Gap, consent_figures, count_decisions

from .charts import draw
from .office import Answer, Ask
from .period import find_period
from .tables import Column, Page, Table

_DECISIONS = (Column("begin", "day"), Column("given", "number"), Column("partly", "number"),
              Column("refused", "number"), Column("withdrawn", "number"))  # fmt: skip
_FUNNEL = tuple(Column(name, "number") for name in ("shown", "given", "partly", "refused", "ignored"))
_GAP = (Column("step", "word:gap"), Column("views", "number"), Column("share", "share"))
_BY: tuple[By, ...] = ("total", "language", "device", "group", "banner")
_TOP = 50  # rows of a list


def show_consent(ask: Ask) -> Answer:
    period = find_period(ask)
    with ask.office.reading() as store:
        days = count_decisions(store, period.first, period.last)
        found = consent_figures(store, period.first, period.last, *_BY)
    steps: dict[str, list[Decisions]] = {}
    for each in days:
        steps.setdefault(str(period.find_step(each.day)), []).append(each)
    rows = [
        (begin, *(sum(getattr(each, name) for each in of) for name in ("given", "partly", "refused", "withdrawn")))
        for begin, of in steps.items()
    ]
    given, partly, refused, withdrawn = (sum(row[at] for row in rows) for at in (1, 2, 3, 4))
    totals = {"given": given, "partly": partly, "refused": refused, "withdrawn": withdrawn}
    chart = draw("decisions", [(row[0], row[1] + row[2] + row[3], row[1] + row[2]) for row in rows])
    more = {"period": period, "totals": totals, "answered": given + partly + refused, "chart": chart}
    funnels = (_list_funnel(by, each) for by, each in found.funnels.items())
    tables = (Table("decisions", _DECISIONS, rows), _list_gap(found.gap), *funnels)
    return Page("consent.html", "consent.title", tables, more)


def _list_gap(gap: Gap) -> Table:
    """Each step beside the share of the views that is left of it."""
    steps = {"views": gap.views, "human": gap.human, "consented": gap.consented, "released": gap.released}
    return Table("gap", _GAP, [(name, views, views / gap.views) for name, views in steps.items()] if gap.views else [])


def _list_funnel(by: By, found: Sequence[FunnelRow]) -> Table:
    counts = [(each.shown, each.given, each.partly, each.refused, each.ignored) for each in found[:_TOP]]
    if by == "total":
        return Table("funnel_total", _FUNNEL, counts)
    rows = [(each.name, *count) for each, count in zip(found, counts, strict=False)]
    return Table(f"funnel_{by}", (Column(by, "name"), *_FUNNEL), rows)

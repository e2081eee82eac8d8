"""Pages of figures: visits over time, pages, where visits come from, what they come with."""

from __future__ import annotations

from collections.abc import Sequence

from cookiegate.register import list_requests
from cookiegate.reports import Count, VisitStatistics, find_undeclared, visit_statistics
from cookiegate.store import Store

from .charts import draw
from .office import Answer, Ask
from .period import Period, find_period
from .requests import find_today
from .rights import may
from .tables import Column, Page, Table

_TOP = 50  # rows of a list
_SERIES = (Column("begin", "day"), Column("views", "number"), Column("visits", "number"),
           Column("daily_visitors", "number"), Column("bots", "number"))  # fmt: skip
_PAGES = (Column("page"), Column("views", "number"), Column("median_seconds", "seconds"),
          Column("mean_seconds", "seconds"), Column("timed", "number"))  # fmt: skip


def show_overview(ask: Ask) -> Answer:
    """What each role has to know first."""
    period, role = find_period(ask), ask.account.role
    more: dict[str, object] = {"period": period}
    tables: tuple[Table, ...] = ()
    with ask.office.reading() as store:
        if may(role, "GET /pages"):
            more["figures"] = found = _count(store, period)
            rows = [(str(each.begin), each.views, each.visits, each.daily_visitors, each.bots) for each in found.series]
            more["chart"] = draw("series", [row[:3] for row in rows])
            tables = (Table("series", _SERIES, rows),)
        if may(role, "GET /requests"):
            states = [each.state(find_today(ask)) for each in list_requests(store)]
            more["open"], more["overdue"] = sum(each != "closed" for each in states), states.count("overdue")
        if may(role, "GET /ledger"):
            ((more["size"],),) = store.query("ledger_size")
        if may(role, "GET /undeclared"):
            listed = find_undeclared(store, ask.office.policy, period.first, period.last, most=1000)
            more["undeclared"] = len(listed)
    return Page("overview.html", "overview.title", tables, more)


def show_pages(ask: Ask) -> Answer:
    period = find_period(ask)
    with ask.office.reading() as store:
        found = _count(store, period)
    rows = [(each.path, each.views, each.median_seconds, each.mean_seconds, each.timed) for each in found.pages]
    tables = (
        Table("pages", _PAGES, rows, bars="views"),
        list_counts("entry_pages", "page", "visits", found.entry_pages),
        list_counts("exit_pages", "page", "visits", found.exit_pages or ()),
        list_counts("missing_pages", "page", "times", found.missing_pages),
        list_counts("statuses", "status", "times", found.statuses),
    )
    return _show(ask, "pages", period, found, tables)


def show_sources(ask: Ask) -> Answer:
    period = find_period(ask)
    with ask.office.reading() as store:
        found = _count(store, period)
    tables = (
        list_counts("referrers", "referrer", "views", found.referrers),
        list_counts("campaigns", "campaign", "views", found.campaigns),
    )
    return _show(ask, "sources", period, found, tables)


def show_devices(ask: Ask) -> Answer:
    period = find_period(ask)
    with ask.office.reading() as store:
        found = _count(store, period)
    lists = {"browsers": found.browsers, "systems": found.systems, "devices": found.devices,
             "languages": found.languages}  # fmt: skip
    tables = tuple(list_counts(name, name.removesuffix("s"), "views", counts) for name, counts in lists.items())
    return _show(ask, "devices", period, found, tables)


def list_counts(id: str, name: str, times: str, counts: Sequence[Count]) -> Table:
    """A list of names, the most often met first, with bars."""
    columns = Column(name, "name"), Column(times, "number")
    return Table(id, columns, [(each.name, each.times) for each in counts], bars=times)


def _show(ask: Ask, name: str, period: Period, found: VisitStatistics, tables: tuple[Table, ...]) -> Page:
    more = {"period": period, "figures": found}
    return Page("figures.html", f"{name}.title", tables, more)


def _count(store: Store, period: Period) -> VisitStatistics:
    return visit_statistics(store, period.first, period.last, _TOP, period.step)

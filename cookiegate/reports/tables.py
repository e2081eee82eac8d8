"""Statistics as plain text, for a terminal or a letter."""

from __future__ import annotations

from collections.abc import Iterable

from .cells import make_printable
from .funnel import FunnelRow, Gap
from .statistics import Count, VisitStatistics

_WIDTH = 60  # of the first column


def render(statistics: VisitStatistics, *, by_step: bool = False) -> str:
    """The whole report. Nothing in it can move a terminal's cursor, whatever a visitor has sent."""
    known = statistics.exit_pages is not None
    lines = [
        f"Visits from {statistics.first_day} to {statistics.last_day} (UTC)",
        "",
        _line("Page views", statistics.views),
        _line("Visitors (sum of daily visitors)", _figure(statistics.daily_visitors)),
        _line("Visits" if known else "Visits (views that no page of this site led to)", statistics.visits),
        _line("Time on page, median (estimated)", _duration(statistics.median_seconds)),
        _line("Time on page, mean", _duration(statistics.mean_seconds)),
        _line("Views whose time is known", _share(statistics.coverage)),
        _line("Errors (status 400 and above)", statistics.errors),
        _line("Requests by bots, not counted above", statistics.bots),
    ]
    if statistics.uncounted:
        lines += [
            "",
            f"Not in these figures yet: {statistics.uncounted} visits and answers of the last minutes or today.",
        ]
    if statistics.lost:
        lines += ["", f"Never counted: {statistics.lost} visits and answers, deleted when their time was over."]
    if statistics.views and not known:
        lines += ["", "Visitors, exit pages and times are not known: the log holds no visitor ids."]
    if by_step:
        steps = [(step.begin, step.views, step.visits, _figure(step.daily_visitors), step.bots)
                 for step in statistics.series]  # fmt: skip
        lines += _table("From", ("views", "visits", "visitors", "bots"), steps)
    pages = [(page.path, page.views, _duration(page.median_seconds)) for page in statistics.pages]
    lines += _table("Popular pages", ("views", "median time"), pages)
    lines += _table("Entry pages", ("visits",), _rows(statistics.entry_pages))
    lines += _table("Exit pages", ("visits",), _rows(statistics.exit_pages or ()))
    lines += _table("Browsers", ("views",), _rows(statistics.browsers))
    lines += _table("Systems", ("views",), _rows(statistics.systems))
    lines += _table("Devices", ("views",), _rows(statistics.devices))
    lines += _table("Languages", ("views",), _rows(statistics.languages))
    lines += _table("Came from", ("views",), _rows(statistics.referrers))
    lines += _table("Campaigns", ("views",), _rows(statistics.campaigns))
    lines += _table("Answers by status", ("requests",), _rows(statistics.statuses))
    lines += _table("Pages not found", ("requests",), _rows(statistics.missing_pages))
    return "\n".join(lines) + "\n"


def render_funnel(rows: Iterable[FunnelRow], gap: Gap) -> str:
    """What became of the question, and how many views are left for a tool that needs consent."""
    shown = [
        (row.name or "(all, or not known)", row.shown, row.given, row.partly, row.refused, row.ignored) for row in rows
    ]
    lines = _table("The question", ("shown", "given", "partly", "refused", "ignored"), shown)[1:]
    lines += [
        "",
        _line("Page views, bots included", gap.views),
        _line("Of people", gap.human),
        _line("Of people who had agreed to statistics", gap.consented),
        _line("With a statistics service in the page", gap.released),
        "",
        "What a blocker takes from the last figure is not known here: compare it with what the service itself reports.",
    ]
    return "\n".join(lines) + "\n"


def _rows(counts: Iterable[Count]) -> list[tuple[str, int]]:
    return [(count.name or "(not known)", count.times) for count in counts]


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    shown = [_line(*row) for row in rows]
    return ["", _line(title, *columns), "-" * (_WIDTH + 14 * len(columns)), *shown] if shown else []


def _line(name: object, *cells: object) -> str:
    text = make_printable(name)
    text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
    return text.ljust(_WIDTH) + "".join(str(cell).rjust(14) for cell in cells)


def _figure(value: int | None) -> str:
    return "not known" if value is None else str(value)


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{value:.0%}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "not known"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

"""Works out what the reports have to say, from what was sent on the golden days.

By the definitions in docs/statistics.md and in plain Python: nothing here looks at the store or at its SQL.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

from cookiegate.reports import Count, FunnelRow, Gap, PageFigures, Step, VisitStatistics
from tests.reports.golden import BARE, HALF_HOUR, Act

BOUNDS = (0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800)  # seconds on a page


def day_of(act: Act) -> date:
    return datetime.fromtimestamp(act.time, UTC).date()


def is_view(act: Act) -> bool:
    return not act.person.browser.bot and (act.status < 300 or act.status == 304)


def list_visits(views: list[Act]) -> list[list[Act]]:
    """Views of a day from one network with one browser, with at most half an hour between two."""
    visits: list[list[Act]] = []
    last: dict[tuple[date, str, str], list[Act]] = {}
    for view in views:
        who = (day_of(view), view.person.network, view.person.browser.agent)
        if who in last and view.time - last[who][-1].time <= HALF_HOUR:
            last[who].append(view)
        else:
            last[who] = [view]
            visits.append(last[who])
    return visits


def rank(counts: Counter[str], top: int) -> tuple[Count, ...]:
    ordered = sorted(((name, times) for name, times in counts.items() if times), key=lambda each: (-each[1], each[0]))
    return tuple(Count(name, times) for name, times in ordered[:top])


def mean(seconds: list[int]) -> float | None:
    return sum(seconds) / len(seconds) if seconds else None


def median(seconds: list[int]) -> float | None:
    """By spans: where half of the times lie below, if those of a span are spread over it evenly."""
    spans = Counter(max(at for at, begin in enumerate(BOUNDS[:-1]) if begin <= each) for each in seconds)
    half, below = len(seconds) / 2, 0
    for at in sorted(spans):
        if below + spans[at] >= half:
            return BOUNDS[at] + (half - below) / spans[at] * (BOUNDS[at + 1] - BOUNDS[at])
        below += spans[at]
    return None


class Expected:
    """The figures of the days from `first` to `last`, of what the gate may have kept."""

    def __init__(self, acts: list[Act], first: date, last: date, ids: bool) -> None:
        self.first, self.last, self.ids = first, last, ids
        self.acts = [act for act in acts if first <= day_of(act) <= last]
        self.logged = [act for act in self.acts if act.logged]
        self.views = [act for act in self.logged if is_view(act)]
        self.visits = list_visits(self.views) if ids else [[view] for view in self.views if not view.own]
        self.times = [
            (one.path, following.time - one.time) for visit in self.visits for one, following in pairwise(visit)
        ]

    def statistics(self, recorded: Iterable[date], top: int, step: str) -> VisitStatistics:
        people = [act for act in self.logged if not act.person.browser.bot]
        seconds = [each for _, each in self.times]

        def count(names: Iterable[str]) -> tuple[Count, ...]:
            return rank(Counter(names), top)

        return VisitStatistics(
            first_day=self.first,
            last_day=self.last,
            views=len(self.views),
            followed=len(self.views) if self.ids else 0,
            daily_visitors=self.count_visitors() if self.ids else None,
            visits=len(self.visits),
            timed=len(self.times),
            mean_seconds=mean(seconds),
            median_seconds=median(seconds),
            errors=sum(act.status >= 400 for act in people),
            bots=len(self.logged) - len(people),
            uncounted=0,
            lost=0,
            series=tuple(self.list_steps(recorded, step)),
            pages=tuple(
                PageFigures(path, views, len(spent), mean(spent), median(spent))
                for path, views in ((each.name, each.times) for each in count(view.path for view in self.views))
                for spent in [[each for where, each in self.times if where == path]]
            ),
            entry_pages=count(visit[0].path for visit in self.visits),
            exit_pages=count(visit[-1].path for visit in self.visits) if self.ids else None,
            browsers=count(view.person.browser.name for view in self.views),
            systems=count(view.person.browser.system for view in self.views),
            devices=count(view.person.browser.device for view in self.views),
            languages=count(view.person.language for view in self.views),
            referrers=count(view.origin for view in self.views if view.origin),
            campaigns=count(view.campaign for view in self.views if view.campaign),
            statuses=count(f"{act.status // 100}xx" for act in people),
            missing_pages=count(act.path for act in people if act.status == 404),
        )

    def count_visitors(self) -> int:
        return len({(day_of(view), view.person.network, view.person.browser.agent) for view in self.views})

    def list_steps(self, recorded: Iterable[date], step: str) -> Iterator[Step]:
        days_known = list(recorded)

        def begin(day: date) -> date:
            whole = day if step == "day" else day.replace(day=1)
            if step == "week":
                whole = day - timedelta(days=day.weekday())
            return max(whole, days_known[0])

        for start, days in groupby(days_known, begin):
            within = list(days)
            part = Expected([act for act in self.acts if day_of(act) in within], self.first, self.last, self.ids)
            bots = sum(act.person.browser.bot for act in part.logged)
            visitors = part.count_visitors() if self.ids else None if part.views else 0
            yield Step(start, len(part.views), len(part.visits), visitors, bots)

    def funnel(self, by: str, mark: str) -> tuple[FunnelRow, ...]:
        """By day, the first view of a visit in which its visitor was asked, and the answers; then summed."""

        def name(act: Act) -> str:
            if by == "group":
                return "/" + act.path.split("/")[1]
            if by == "language":
                return act.person.asked_in if act.answer else act.person.language
            return {"total": "", "device": act.person.browser.device, "banner": mark}[by]

        shown = [next((view for view in visit if not view.decision), None) for visit in self.visits]
        cells: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
        for view in filter(None, shown):
            cells[day_of(view), name(view)]["shown"] += 1
        for act in self.acts:
            if act.answer and act.answer != "withdraw":
                kind = {"accept": "given", "refuse": "refused"}.get(act.answer, "partly")
                cells[day_of(act), name(act)][kind] += 1
        rows: dict[str, Counter[str]] = defaultdict(Counter)
        for (_, where), cell in cells.items():
            answered = cell["given"] + cell["partly"] + cell["refused"]
            rows[where].update(cell)
            rows[where]["ignored"] += max(0, cell["shown"] - answered)
        found = [
            FunnelRow(where, *(row[kind] for kind in ("shown", "given", "partly", "refused", "ignored")))
            for where, row in rows.items()
        ]
        return tuple(sorted(found, key=lambda row: (-row.shown, row.name)))

    def gap(self) -> Gap:
        served = sum(act.status < 300 or act.status == 304 for act in self.logged)
        measured = [view for view in self.views if view.measured]
        return Gap(served, len(self.views), len(measured), sum(view.path != BARE for view in measured))

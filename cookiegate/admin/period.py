"""Of which days a page tells: the last thirty, or those that its address names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from .office import Ask

_USUAL = 30  # days
_LONGEST = 3 * 366
SHORTCUTS = (7, 30, 90, 365)


class Period(NamedTuple):
    first: date
    last: date  # counted, too
    today: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Literal["day", "week", "month"]:
        """By what a chart of it is parted."""
        return "day" if self.days <= 62 else "week" if self.days <= 366 else "month"

    def find_step(self, day: date) -> date:
        """The first day, within the period, of the step that a day is in; weeks begin on Monday."""
        back = {"day": 0, "week": day.weekday(), "month": day.day - 1}[self.step]
        return max(self.first, day - timedelta(back))

    @property
    def shortcuts(self) -> list[tuple[int, str, bool]]:
        """Days, the query that asks for the last so many, and whether these are they."""
        begins = [(days, self.today - timedelta(days - 1)) for days in SHORTCUTS]
        return [
            (days, f"?first={first}&last={self.today}", (first, self.today) == (self.first, self.last))
            for days, first in begins
        ]


def find_period(ask: Ask) -> Period:
    """What is no day, or no span of days, counts as not said: it is only looked at."""
    today = datetime.fromtimestamp(ask.now, UTC).date()
    last = _read(ask.query.get("last", "")) or today
    first = _read(ask.query.get("first", "")) or last - timedelta(_USUAL - 1)
    if not first <= last <= first + timedelta(_LONGEST):
        first, last = today - timedelta(_USUAL - 1), today
    return Period(first, last, today)


def _read(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None

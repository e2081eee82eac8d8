"""How many different names a day's visits may bring: paths, referrers, campaigns, which anybody may invent.

The first ones of a day are kept, whoever invents more gets `OTHER`. All gateways of a store count together: what one
has admitted is in the table `names`, where the others find it within a minute.
"""

from __future__ import annotations

import time

from cookiegate.store import Change, Store

OTHER = "other"  # no path, group, origin or campaign looks like it
# Of each kind a day. A report shows the first hundred, and rollups of a year must stay small enough to be read at once;
# sites with more pages than that see the most visited ones by name, since these come first.
MOST = {
    "path": 2000,
    "missing": 200,  # pages answered with an error: as many as somebody may mend in a day
    "crawled": 500,  # pages that programs asked for
    "group": 200,
    "referrer": 500,
    "campaign": 200,
    "language": 100,
    "browser": 200,
    "system": 50,
}
_DAYS = 8  # kept in mind: today, and the days of a log that is imported
_LOOK = 60.0  # seconds between two looks at what other gateways have admitted

Names = dict[str, set[str]]


class Admission:
    """Decides on names. Used by one thread, and between `open` and `confirm` in one transaction."""

    def __init__(self) -> None:
        self._days: dict[str, tuple[float, Names]] = {}  # day → when to look again, what was admitted
        self._store: Store | None = None
        self._new: list[tuple[str, str, str]] = []

    def open(self, store: Store, day: str) -> None:
        """Before names of a day are admitted: find what was. Raises StoreError."""
        if store is not self._store:  # it may be another one, or an older copy that was put back
            self._days, self._store, self._new = {}, store, []
        look_at, names = self._days.get(day) or (0.0, {kind: set() for kind in MOST})
        if time.monotonic() < look_at:
            return
        for kind, name in store.query("names", day=day):
            names[str(kind)].add(str(name))
        while day not in self._days and len(self._days) >= _DAYS:
            del self._days[next(iter(self._days))]
        self._days[day] = (time.monotonic() + _LOOK, names)

    def list_known(self, day: str) -> Names:
        """What was admitted on a day that is open: what is in there needs no asking."""
        return self._days[day][1]

    def admit(self, day: str, kind: str, name: str, may_add: bool) -> str:
        """The name, or OTHER. `may_add`: a program is counted under names that people brought, and brings none."""
        known = self._days[day][1][kind]
        if not name or name in known:
            return name
        if not may_add or len(known) >= MOST[kind]:
            return OTHER
        known.add(name)
        self._new.append((day, kind, name))
        return name

    def list_new(self) -> Change:
        """To be written together with the visits that brought them."""
        return Change("add_name", sorted(self._new))

    def confirm(self) -> None:
        """They were written."""
        self._new = []

"""Brings the visits of an access log into the store, reduced like those that a gateway saw itself.

A line is held for a moment: its address is truncated before the next one is read, and only rows are kept, in batches.
Visitors of a past day are told apart by a key that is made for this run and never written.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cookiegate.errors import CookiegateError
from cookiegate.policy import Policy
from cookiegate.store import Batch, Change, VisitRow, open_store

from .accesslog import LONGEST_LINE, MalformedLine, read_line
from .preparation import Preparation
from .retention import FIGURE_DAYS
from .visits import Visit, day_of, is_page_path, visit_from

_OURS = "/_cookiegate/"
_DAY = 86_400
_BATCH = 5000  # visits in one transaction
_SHOWN = 5  # malformed lines of which the number is told
_PARTS = frozenset((101, 204, 205, 206))  # answers that are no page, or a part of one


@dataclass
class Imported:
    """What became of the lines."""

    lines: int = 0
    visits: int = 0
    programs: int = 0  # of these
    older: int = 0  # of these: past the retention, to be deleted once their day is counted
    others: int = 0  # requests for something that is no page
    elsewhere: int = 0  # for other hosts
    ahead: int = 0  # whose time is still to come
    forgotten: int = 0  # so old that not even their figures would be kept
    days: set[str] = field(default_factory=set)  # that got visits
    held: Counter[str] = field(default_factory=Counter)  # day that held visits already → its lines, left out
    final: Counter[str] = field(default_factory=Counter)  # day whose visits were counted and deleted → the same
    malformed: int = 0
    shown: list[tuple[str, int, str]] = field(default_factory=list)  # name of the log, line, reason: the first of them


class LogImport:
    """One run: give it lines, `finish`, and close it, come what may."""

    def __init__(self, store_url: str, policy: Policy, now: float, *, add: bool, hosts: Iterable[str] = ()) -> None:
        """`add`: also to days that hold visits already. `hosts`: lines of others are left out; the policy's unless
        given. `now`: seconds since 1970 UTC.

        Raises CookiegateError while another import is under way, and StoreError.
        """
        self.done = Imported()
        self._policy = policy
        self._now = now
        self._began = time.monotonic()
        self._kept_since = day_of(now - policy.visits.retention_days * _DAY)
        self._figured_since = day_of(now - policy.retention.get("figures", FIGURE_DAYS) * _DAY)[:7]  # a month
        self._hosts = frozenset(hosts) or frozenset(policy.site.hosts)
        self._keys: dict[str, bytes] = {}  # of days; gone with this process
        self._preparation = Preparation(policy, self._find_key)
        self._waiting: deque[Visit] = deque()
        self._store = open_store(store_url)
        if not self._store.lead("importing"):  # two of the same log at once would each find its days free
            self._store.close()
            raise CookiegateError("another import into this store is under way: start this one when it has ended")
        self._final = self._list_days("final_days")
        self._held = frozenset() if add else self._list_days("visited_days")

    def finish(self) -> None:
        """Write what is still in memory. Raises StoreError."""
        self._write()

    def close(self) -> None:
        self._keys.clear()
        self._store.close()

    def take(self, name: str, number: int, line: bytes) -> None:
        """A line of the log called `name`. Raises StoreError."""
        self.done.lines += 1
        try:
            if len(line) >= LONGEST_LINE:
                raise MalformedLine("it is too long")
            visit = self._read(line)
        except MalformedLine as error:
            self.done.malformed += 1
            if len(self.done.shown) < _SHOWN:
                self.done.shown.append((name, number, str(error)))
            return
        if visit:
            self._waiting.append(visit)
            if len(self._waiting) >= _BATCH:
                self._write()

    def _list_days(self, query: str) -> frozenset[str]:
        return frozenset(str(day) for (day,) in self._store.query(query))

    def _read(self, line: bytes) -> Visit | None:
        said = read_line(line)
        if said.host and said.host not in self._hosts:
            self.done.elsewhere += 1
        elif not self._is_page(said.method, said.path, said.status):
            self.done.others += 1
        elif said.time > self._now:
            self.done.ahead += 1
        elif (day := day_of(said.time)) < self._figured_since:
            self.done.forgotten += 1
        elif day in self._final:
            self.done.final[day] += 1
        elif day in self._held:
            self.done.held[day] += 1
        else:
            return visit_from(
                self._policy,
                time=said.time,
                address=said.address,
                path=said.path,
                query=said.query,
                referrer=said.referrer,
                agent=said.agent,
                status=said.status,
            )
        return None

    def _is_page(self, method: str, path: str, status: int) -> bool:
        """As far as a log tells: it has no media type, and does not say for what a browser asked."""
        ours = path.startswith(_OURS)
        return method == "GET" and not ours and status not in _PARTS and is_page_path(path)

    def _find_key(self, day: str) -> bytes:
        return self._keys.setdefault(day, secrets.token_bytes(32))

    def _write(self) -> None:
        rows: list[VisitRow] = []
        while self._waiting:
            rows += self._preparation.take(self._store, self._waiting, _BATCH)[1]
        rows = self._store_rows(rows)
        self.done.days.update(row.day for row in rows)
        self.done.visits += len(rows)
        self.done.programs += sum(row.bot for row in rows)
        self.done.older += sum(row.day < self._kept_since for row in rows)

    def _store_rows(self, rows: list[VisitRow]) -> list[VisitRow]:
        """Those that were stored: all but of days that a gateway has made final since we began."""
        while rows:
            today = day_of(self._now + time.monotonic() - self._began)
            claim = Change("note_import", [(day, today) for day in sorted({row.day for row in rows})])
            add = Change("add_visit", rows), self._preparation.list_names()
            if self._store.write(Batch(claim=claim, changes=add)):
                self._preparation.confirm()
                break
            self._final = self._list_days("final_days")
            self.done.final.update(row.day for row in rows if row.day in self._final)
            rows = [row for row in rows if row.day not in self._final]
        return rows

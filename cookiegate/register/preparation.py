"""From visits to the rows that are stored: browsers described, visitors told apart, names bounded. Too slow for the
request path."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from functools import lru_cache

from cookiegate.policy import Policy
from cookiegate.store import AnswerRow, Change, Store, VisitRow
from cookiegate.visitor import describe

from .answers import Answer
from .daykey import visitor_id
from .names import Admission
from .visits import Visit, day_of, find_group

_DAY = 86_400
_LONGEST = 0.02  # seconds at once: a decision may be waiting behind it, and an unknown browser takes a millisecond

FindKey = Callable[[str], bytes | None]  # day → the key under which its visitors are told apart, if there is one


class Preparation:
    def __init__(self, policy: Policy, find_key: FindKey) -> None:
        self._site = policy.site.name
        self._daily = policy.visits.visitor == "daily"
        self._find_key = find_key
        self._admission = Admission()
        groups = policy.visits.groups
        self._group = lru_cache(maxsize=4096)(lambda path: find_group(path, groups))

    def take(self, store: Store, queue: deque[Visit], most: int) -> tuple[list[Visit], list[VisitRow]]:
        """Take visits from the queue, and their rows: as many as there are, are asked for, or 20 ms allow.

        Raises StoreError, and then nothing was taken.
        """
        visits: list[Visit] = []
        rows: list[VisitRow] = []
        until = time.monotonic() + _LONGEST
        begin, day = -_DAY, ""
        try:
            while queue and len(rows) < most and time.monotonic() < until:
                visit = queue[0]
                if not begin <= visit.time < begin + _DAY:
                    begin = visit.time // _DAY * _DAY
                    day = day_of(begin)
                    self._admission.open(store, day)
                visits.append(queue.popleft())
                rows.append(self._make_row(visit, day))
        except BaseException:
            queue.extendleft(reversed(visits))
            raise
        return visits, rows

    def count(self, store: Store, answers: Counter[Answer]) -> list[AnswerRow]:
        """The rows of answers. Raises StoreError."""
        rows: Counter[tuple[str, str, str, str, str, str]] = Counter()
        for (day, path, language, agent, banner, answer), times in answers.items():
            self._admission.open(store, day)
            group = self._admission.admit(day, "group", self._group(path), True)
            rows[day, group, language, describe(agent).device, banner, answer] += times
        return [AnswerRow(*key, times) for key, times in sorted(rows.items())]

    def list_names(self) -> Change:
        """What names these rows bring, to be written with them."""
        return self._admission.list_new()

    def confirm(self) -> None:
        """They were written."""
        self._admission.confirm()

    def _make_row(self, visit: Visit, day: str) -> VisitRow:
        (time, address, path, referrer, own, said, status, language, campaign, decision, consented, released, banner,
         beacon) = visit  # fmt: skip
        agent = describe(said)
        browser, system, device, bot = agent.browser, agent.system, agent.device, agent.bot
        known, admit = self._admission.list_known(day), self._admission.admit
        key = self._find_key(day) if self._daily else None
        kind = "crawled" if bot else "missing" if status >= 400 else "path"
        group = self._group(path)
        # asked only where a name is not plainly known: most are, and there are many
        if path not in known[kind]:
            path = admit(day, kind, path, True)
        if referrer and referrer not in known["referrer"]:
            referrer = admit(day, "referrer", referrer, not bot)
        if browser not in known["browser"]:
            browser = admit(day, "browser", browser, True)
        if system not in known["system"]:
            system = admit(day, "system", system, True)
        if language not in known["language"]:
            language = admit(day, "language", language, not bot)
        if campaign:
            campaign = admit(day, "campaign", campaign, not bot)
        if group not in known["group"]:
            group = admit(day, "group", group, not bot and status < 400)
        id = visitor_id(key, self._site, visit) if key else None
        return VisitRow(
            time, day, address, path, referrer, own, browser, system, device, status, bot, id,
            language, campaign, decision, consented, released, group, banner, beacon,
        )  # fmt: skip

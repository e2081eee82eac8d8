"""What a session has open: whose records it looks at and why. In memory only, and gone with the session.

An address in the browser holds a random handle, never the consent id: addresses stay in histories and logs.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from cookiegate.register import IDLE_SECONDS

_MOST_CASES = 50  # of one session; the one that was looked at longest ago goes
_MOST_SESSIONS = 200


@dataclass(frozen=True, slots=True)
class Case:
    consent_id: str = field(repr=False)
    why: str
    request: str  # id of the request it is about, or ""


class Desk:
    """Of one session."""

    def __init__(self) -> None:
        self.secret = ""  # of one-time codes that are being set up
        self._cases: OrderedDict[str, Case] = OrderedDict()

    def open(self, case: Case) -> str:
        """Its handle."""
        handle = secrets.token_urlsafe(12)
        self._cases[handle] = case
        while len(self._cases) > _MOST_CASES:
            self._cases.popitem(last=False)
        return handle

    def find(self, handle: str) -> Case | None:
        case = self._cases.get(handle)
        if case:
            self._cases.move_to_end(handle)
        return case


class Desks:
    """Of all sessions, by their tokens; cleared with the session, or once it has been idle for too long."""

    def __init__(self) -> None:
        self._desks: OrderedDict[str, tuple[Desk, float]] = OrderedDict()  # and when it was last used, oldest first
        self._lock = threading.Lock()

    def find(self, token: str, now: float) -> Desk:
        """The session's, with nothing on it where it is new. `now`: seconds since 1970-01-01 UTC."""
        with self._lock:
            while self._desks and now - next(iter(self._desks.values()))[1] > IDLE_SECONDS:
                self._desks.popitem(last=False)
            desk, _ = self._desks.pop(token, (Desk(), now))
            self._desks[token] = desk, now
            while len(self._desks) > _MOST_SESSIONS:
                self._desks.popitem(last=False)
            return desk

    def clear(self, token: str) -> None:
        with self._lock:
            self._desks.pop(token, None)

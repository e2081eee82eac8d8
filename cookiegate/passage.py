"""Who comes through: what one Cookie header implies, worked out once and looked up as long as it is sent the same."""

from __future__ import annotations

import hashlib

from .consent import UNDECIDED, Consent, heed, name_choice
from .cookie import OwnCookies
from .gate import Allowance, Rules, filter_cookie_header

_MOST = 4096  # Cookie headers remembered
_LONGEST = 4096  # bytes of one worth remembering


class Passage:
    """One visitor on one page: their consent, what it allows, and their cookies as the site may see them."""

    __slots__ = ("allowance", "asked", "consent", "cookies", "decision", "once", "removed")

    def __init__(self, consent: Consent, allowance: Allowance, header: bytes, once: bytes = b"") -> None:
        self.once = once  # what is to be loaded on one page only, as the cookie says it
        self.consent = consent
        self.allowance = allowance
        self.asked = _name_question(consent)
        self.decision = name_choice(allowance.site.policy, consent)
        self.cookies, self.removed = filter_cookie_header(header, allowance) if header else (b"", ())


class Passages:
    """Finds the passage of a request. Forgets all of them at midnight (UTC), when choices may have run out."""

    def __init__(self, rules: Rules, own: OwnCookies) -> None:
        self._rules = rules
        self._own = own
        self._today = 0.0
        self._found: dict[tuple[bytes, bool, frozenset[int], frozenset[str]], Passage] = {}

    def find(self, header: bytes, secure: bool, path: str, refused: frozenset[str], now: float) -> Passage:
        """`header`: all Cookie lines as one, or b"". `refused`: by signals. `now`: seconds since 1970-01-01 UTC."""
        today = now // 86_400
        if today != self._today:
            self._found, self._today = {}, today
        key = (header, secure, self._rules.find_pages(path), refused)
        passage = self._found.get(key)
        if passage is None:
            consent = self._own.read(header, secure, int(today)) if header else UNDECIDED
            consent = heed(self._rules.policy, consent, refused)
            once = self._own.read_once(header, secure) if header else b""
            passage = Passage(consent, self._rules.allowance(consent, path), header, once)
            if len(header) <= _LONGEST and not once:  # such a header is sent for a minute at most
                if len(self._found) >= _MOST:
                    self._found.clear()
                self._found[key] = passage
        return passage


def _name_question(consent: Consent) -> str:
    """Tells apart what the banner says to this visitor; "" where there is none."""
    if consent.decided:
        return ""
    said = f"{sorted(consent.unanswered)} {sorted(consent.signalled)}"
    return "-" + hashlib.sha256(said.encode()).hexdigest()[:8]

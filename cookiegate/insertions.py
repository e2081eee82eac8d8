"""Puts together what of ours goes into a page: guard, hooks, banner or control, and the placeholders of frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .consent import Consent
from .exchange import Scope, find_path
from .gate import Allowance, Insertions, Pages, Rules, Visit, quote
from .notices import Notices
from .passage import Passage
from .visitor import choose

_KEPT = 256  # states and languages for which decisions on tags are remembered


class Composer:
    """Remembers, for each state and language, everything that does not depend on the single request."""

    def __init__(self, notices: Notices, rules: Rules) -> None:
        self._notices = notices
        self._rules = rules
        self._languages = rules.policy.site.languages
        self._pages = Pages()
        self._kits: dict[tuple[str, str], _Kit] = {}

    def compose_for(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        passage: Passage,
        visit: Visit,
        nonce: bytes,
        inline: bool,
    ) -> Insertions:
        """For the page that this request gets. One that a password opens is not remembered."""
        language, remember = headers.get(b"accept-language", b""), b"authorization" not in headers
        path = b"" if scope.get("method") == "POST" else find_path(scope)
        return self.compose(passage.allowance, passage.consent, visit, language, path, nonce, inline, remember)

    def compose(
        self,
        allowance: Allowance,
        consent: Consent,
        visit: Visit,
        accept_language: bytes,
        path: bytes,
        nonce: bytes,
        inline: bool,
        remember: bool,
    ) -> Insertions:
        """`path` is the page's own address, to which a form without scripts comes back, b"" for the answer to a form:
        it has none. `remember` the whole page.

        The page's language decides before those that the browser prefers. For a page that is remembered all of this
        lies with it.
        """

        preferred = choose(accept_language, self._languages)
        pages = None if nonce or not remember else self._pages  # a nonce makes every page another
        asked = (consent.decided, consent.unanswered, consent.signalled)
        given = (allowance.key, consent.services, consent.purposes, asked)
        place = (path, preferred, visit, inline, given)  # all that is said below, by what it follows from
        known = pages.find(place) if pages is not None else None
        if known is not None:
            return known.insertions

        def write(language: str, speak: Callable[[bytes], Insertions] | None = None) -> Insertions:
            kit = self._find_kit(allowance, language)
            control = head = b""
            if visit.top or visit.fragment:
                address, mark = path.decode("latin-1"), nonce.decode("ascii")
                control = self._notices.control(language, consent, return_to=address, nonce=mark, inline=inline)
            if visit.document:
                head = self._open(kit, allowance, consent, nonce, inline)
            worker = self._notices.worker
            return Insertions(head, control, visit.top, kit.placeholder, worker, kit.memory, pages, place, speak=speak)

        def speak(said: bytes) -> Insertions:
            return write(choose(said + b"," + accept_language, self._languages))

        return write(preferred, speak)

    def _find_kit(self, allowance: Allowance, language: str) -> _Kit:
        kit = self._kits.get((allowance.key, language))
        if kit is None:
            if len(self._kits) >= _KEPT:
                self._kits.clear()
            kit = self._kits[allowance.key, language] = _Kit(self._notices, self._rules, language)
        return kit

    def _open(self, kit: _Kit, allowance: Allowance, consent: Consent, nonce: bytes, inline: bool) -> bytes:
        """What runs before anything of the site: the guard, and the hooks of services that may run."""
        decided = consent.decided or bool(consent.services)  # what was given before is not asked anew
        known = kit.heads.get((inline, decided)) if not nonce else None
        if known is not None:
            return known
        mark = nonce.decode("ascii")
        head = self._notices.hooks.element(
            allowance.given, allowance.ahead, decided=decided, blocks=allowance.blocks, nonce=mark, inline=inline
        )
        if allowance.blocks:
            given = bool(allowance.given)
            head = self._notices.guard(allowance.names, given=given, nonce=mark, inline=inline) + head
        if not nonce:
            kit.heads[inline, decided] = head
        return head


class _Kit:
    """For one allowance and one language."""

    def __init__(self, notices: Notices, rules: Rules, language: str) -> None:
        self.heads: dict[tuple[bool, bool], bytes] = {}  # by whether it stands inline, and something was decided
        self.memory: dict[bytes, Any] = {}
        self._notices = notices
        self._rules = rules
        self._language = language

    def placeholder(self, service: str, host: str) -> bytes:
        """A placeholder as the value of a srcdoc attribute."""
        known = self._rules.policy.services.get(service)
        other = self._rules.services.get(service)
        return quote(self._notices.placeholder(self._language, known, other.name if other and not known else host))

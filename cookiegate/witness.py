"""What is noted once a response has passed: what the site tried that nobody declared, and the visit itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .cookie import OwnCookies
from .exchange import Scope, logger
from .forwarding import Forwarder, Occasion
from .gate import NOTHING_SEEN, GatedResponse, Rules, Visit
from .passage import Passage
from .policy import Policy
from .register import Register, is_page_path, visit_from
from .signals import VISIT_LOG, Signals
from .visitor import AGENT_LENGTH

# In which headers browsers said so over the years: today Sec-Purpose.
_AHEAD = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_FETCHED_AHEAD = re.compile(rb"prefetch|prerender|preview", re.IGNORECASE)


class Witness:
    """Tells the register. Waits for nothing, and never keeps a response from its visitor."""

    def __init__(
        self,
        policy: Policy,
        rules: Rules,
        own: OwnCookies,
        signals: Signals,
        register: Register,
        forwarder: Forwarder | None,
    ) -> None:
        self._policy = policy
        self._rules = rules
        self._own = own
        self._signals = signals
        self._register = register
        self._logs = policy.visits.assessment is not None
        self._forwarder = forwarder

    def note(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        passage: Passage,
        response: GatedResponse,
        status: int,
        visit: Visit,
        occasion: Occasion | None,
    ) -> None:
        """`scope` as the site got it, `headers` as the visitor sent them; services are told what `occasion` says.

        The response has gone out: what cannot be noted is said in the log, and is nobody else's trouble.
        """
        try:
            self._note(scope, headers, passage, response, status, visit, occasion)
        except Exception as error:
            # neither the message nor where: both may quote what the visitor sent
            logger.error("a visit could not be noted: %s", type(error).__name__)

    def _note(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        passage: Passage,
        response: GatedResponse,
        status: int,
        visit: Visit,
        occasion: Occasion | None,
    ) -> None:
        seen, path = response.seen, scope["path"]
        again = status == 304 and visit.top and is_page_path(path)  # the browser shows the page that it has
        if seen is NOTHING_SEEN and not response.is_page and not again:
            return
        if seen.failure:
            # not on which page: an address may name a person (GDPR art. 5(1)(c))
            logger.error("a page could not be rewritten, its headers alone gate it", exc_info=seen.failure)
        for verdict in seen.denied:
            if verdict.service not in self._rules.declared:
                self._register.observe("host", verdict.host or verdict.service, path)
        for cookie in (*seen.cookies, *(name.decode("latin-1") for name in passage.removed)):
            if not self._rules.names_cookie(cookie):
                self._register.observe("cookie", cookie, path)
        asked = visit.top and scope["method"] == "GET" and (again or response.is_page) and not _is_ahead(headers)
        if occasion and self._forwarder:
            if asked and (again or status < 300):
                occasion.view()
            self._forwarder.tell_named(occasion, seen.events)
        if self._logs and asked and not self._objects(headers, scope):
            self._register.visit(
                visit_from(
                    self._policy,
                    time=int(self._register.now()),
                    address=scope["state"]["client_address"],
                    path=path,
                    query=scope.get("query_string", b""),
                    referrer=headers.get(b"referer", b"").decode("latin-1"),
                    agent=headers.get(b"user-agent", b"")[:AGENT_LENGTH].decode("latin-1"),
                    languages=headers.get(b"accept-language", b""),
                    status=status,
                    decision=passage.decision,
                    consented=not self._policy.measuring.isdisjoint(passage.consent.services),
                    # what is in a page that the browser still had is not seen
                    released=(bool(passage.allowance.measuring) if again else seen.measures) or self._tells(occasion),
                )
            )

    def _tells(self, occasion: Occasion | None) -> bool:
        """Whether a service that counts visits is told by this server."""
        return occasion is not None and not self._policy.measuring.isdisjoint(occasion.services)

    def _objects(self, headers: Mapping[bytes, bytes], scope: Scope) -> bool:
        """Who objects to the log (GDPR art. 21) is not in it."""
        secure = scope["state"]["client_scheme"] == "https"
        signalled = VISIT_LOG in self._signals.read(headers)
        return self._own.objects(headers.get(b"cookie", b""), secure, signalled)


def _is_ahead(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser fetched it ahead of being asked: nobody has seen it."""
    return any(name in headers and _FETCHED_AHEAD.search(headers[name]) is not None for name in _AHEAD)

"""What is noted once a response has passed: what the site tried that nobody declared, and the visit itself."""

from __future__ import annotations

import time
from collections.abc import Mapping

from .cookie import OwnCookies
from .exchange import Scope, logger
from .gate import NOTHING_SEEN, GatedResponse, Rules, Visit
from .policy import Policy
from .register import Register, visit_from
from .signals import VISIT_LOG, Signals


class Witness:
    """Tells the register. Waits for nothing, and never keeps a response from its visitor."""

    def __init__(self, policy: Policy, rules: Rules, own: OwnCookies, signals: Signals, register: Register) -> None:
        self._policy = policy
        self._rules = rules
        self._own = own
        self._signals = signals
        self._register = register

    def note(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        response: GatedResponse,
        status: int,
        visit: Visit,
        removed: tuple[bytes, ...],
    ) -> None:
        """`scope` as the site got it, `headers` as the visitor sent them, `removed`: names of cookies taken out."""
        seen, path = response.seen, scope["path"]
        if seen is NOTHING_SEEN and not response.is_page:
            return
        if seen.failure:
            # not on which page: an address may name a person (GDPR art. 5(1)(c))
            logger.error("a page could not be rewritten, its headers alone gate it", exc_info=seen.failure)
        for verdict in seen.denied:
            if verdict.service not in self._rules.declared:
                self._register.observe("host", verdict.host or verdict.service, path)
        for cookie in (*seen.cookies, *(name.decode("latin-1") for name in removed)):
            if not self._rules.names_cookie(cookie):
                self._register.observe("cookie", cookie, path)
        logs = self._policy.visits.assessment is not None
        if logs and response.is_page and visit.top and scope["method"] == "GET" and self._counts(headers, scope):
            self._register.visit(
                visit_from(
                    self._policy,
                    time=int(time.time()),
                    address=scope["state"]["client_address"],
                    path=path,
                    referrer=headers.get(b"referer", b"").decode("latin-1"),
                    agent=headers.get(b"user-agent", b"")[:256].decode("latin-1"),
                    status=status,
                )
            )

    def _counts(self, headers: Mapping[bytes, bytes], scope: Scope) -> bool:
        """Not who objects to the log (GDPR art. 21), and not what a browser fetched ahead of being asked."""
        ahead = headers.get(b"sec-purpose", b"") + headers.get(b"purpose", b"")
        secure = scope["state"]["client_scheme"] == "https"
        signalled = VISIT_LOG in self._signals.read(headers)
        return b"prefetch" not in ahead and not self._own.objects(headers.get(b"cookie", b""), secure, signalled)

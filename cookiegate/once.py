"""One page with one service more, because its visitor asked for just that (Act 917/2014 section 205(2)).

The choice stays as it is and nothing is recorded. The page that shows the service also ends the wish for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .cookie import OwnCookies
from .exchange import Message, Scope, Send
from .gate import Rules, Visit
from .passage import Passage


class OncePages:
    """Finds the page that was asked for, and sees to it that there is only one."""

    def __init__(self, rules: Rules, own: OwnCookies) -> None:
        self._rules = rules
        self._own = own

    def widen(
        self, passage: Passage, scope: Scope, headers: Mapping[bytes, bytes], visit: Visit, now: float
    ) -> Passage | None:
        """The passage with what was asked for; None where this is not the page, or nobody looks at it yet."""
        if not visit.top or scope.get("method") != "GET" or b"sec-purpose" in headers:
            return None
        service = self._own.open_once(passage.once, scope["path"], now)
        if not service:
            return None
        more = replace(passage.consent, services=passage.consent.services | {service})
        return Passage(passage.consent, self._rules.allowance(more, scope["path"]), headers[b"cookie"])

    def end(self, send: Send, secure: bool) -> Send:
        """The way to the server for that page: no cache keeps it, and its cookie goes."""
        ending = ((b"cache-control", b"no-store"), (b"set-cookie", self._own.end_once(secure).encode()))

        async def send_once(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"cache-control"]
                message = {**message, "headers": [*headers, *ending]}
            await send(message)

        return send_once

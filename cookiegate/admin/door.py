"""The dashboard's door: which hosts it answers under, whose forms it takes, and what every answer tells the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# No script runs, whatever a page holds; nothing is loaded from elsewhere, framed, or sent elsewhere.
CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "content-security-policy": CSP,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}


class Door:
    """Around the dashboard. `public`: the origin that browsers see, https://…, or "" for http on this machine."""

    def __init__(self, app: ASGIApp, public: str) -> None:
        self._app = app
        self._public = public
        self._host = urlsplit(public).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":  # there is none
                await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if not self.answers_to(headers.get("host", "")):
            # a page elsewhere whose name was turned to this machine's address (DNS rebinding), or a proxy that
            # says another host than browsers do
            await _refuse(send_guarded, 421, "The dashboard does not answer under this host. See docs/staff.md.\n")
        elif scope["method"] not in ("GET", "HEAD") and not self.is_own_form(headers):
            await _refuse(send_guarded, 403, "This form was not sent from a page of the dashboard.\n")
        else:
            await self._app(scope, receive, send_guarded)

    def answers_to(self, host: str) -> bool:
        host = host.lower()
        if self._host:
            return host == self._host
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        return name in LOOPBACK

    def is_own_form(self, headers: Headers) -> bool:
        """By what browsers say of where it comes from (Fetch Metadata), else by its Origin; one of them it has."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        own = self._public or f"http://{headers.get('host', '').lower()}"
        return headers.get("origin", "").lower() == own


async def _refuse(send: Send, status: int, text: str) -> None:
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": text.encode()})

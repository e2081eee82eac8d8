"""The answer where a service hides under the site's own address and was not given: nothing, and why."""

from __future__ import annotations

from .exchange import Receive, Scope, Send
from .gate import Verdict


async def refuse_path(scope: Scope, receive: Receive, send: Send, verdict: Verdict) -> None:
    """403 with the reason in a header, so that whoever debugs the site sees it; the site is not asked."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"vary", b"Cookie"),
        (b"x-cookiegate", b"refused; service=" + verdict.service.encode()),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

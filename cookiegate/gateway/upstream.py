"""Pass each request to a website elsewhere and its answer back, piece by piece as they arrive.

What broke off never ends as if it were complete: a page that stops in the middle is an error for the browser too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from yarl import URL

from cookiegate.errors import UpstreamError
from cookiegate.gateway.headers import forward_request, keep_end_to_end, publish_locations
from cookiegate.gateway.pool import open_session
from cookiegate.gateway.websocket import carry_socket

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger("cookiegate.gateway")

NOT_ANSWERING = """<!doctype html>
<html lang="fi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Ei vastausta · Inget svar · No answer</title></head><body>
<p>Sivusto ei juuri nyt vastaa. Yritä hetken kuluttua uudelleen.</p>
<p lang="sv">Webbplatsen svarar inte just nu. Försök igen om en stund.</p>
<p lang="en">This website is not answering right now. Please try again in a moment.</p>
</body></html>
""".encode()
EXPECTED = "give scheme, host and port, such as http://127.0.0.1:8080"
FAILURES = (aiohttp.ClientError, OSError, UpstreamError)


class Upstream:
    """The website at `url` (scheme, host and port, nothing else) as an ASGI application.

    Connecting may take `connect_timeout` seconds. `read_timeout` seconds may pass from the end of a request to the
    headers of its response, and between two pieces of a body; an event stream may be silent for as long as it likes.
    A failure before the headers is answered with 502 or 504. One after them raises UpstreamError, at which the server
    breaks off its own response. A `url` that cannot be used raises UpstreamError.
    """

    def __init__(self, url: str, *, connect_timeout: float = 5.0, read_timeout: float = 60.0) -> None:
        self.origin = _parse_origin(url)
        self._publish_location = publish_locations(self.origin)
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_timeout, sock_read=read_timeout)
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._pass_socket(scope, receive, send)
        else:
            await self._pass_until_gone(scope, receive, send)

    async def close(self) -> None:
        """Close the connections that the running event loop keeps to the website; the next request opens new ones."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        kind = ""
        while kind != "lifespan.shutdown":
            kind = (await receive())["type"]
            if kind == "lifespan.shutdown":
                await self.close()
            await send({"type": f"{kind}.complete"})

    def _session(self) -> aiohttp.ClientSession:
        # One per loop and made late: only a running loop can own connections, and not every server calls lifespan.
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = open_session(self._timeout)
        return self._sessions[loop]

    def _locate(self, scope: Scope) -> URL:
        """Give the website's URL of this request, path and query byte for byte; ValueError if there can be none."""
        raw_path = scope.get("raw_path") or quote(scope["path"], safe="/:@!$&'()*+,;=").encode()
        if not raw_path.startswith(b"/"):
            raise ValueError("not a path of the website")  # such as `OPTIONS *`, which is about this server
        scheme, _, authority = self.origin.partition("://")
        query = scope.get("query_string", b"").decode()
        return URL.build(scheme=scheme, authority=authority, path=raw_path.decode(), query_string=query, encoded=True)

    async def _pass_until_gone(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request, and stop when the visitor leaves: servers may take what is sent to nobody."""
        upload = _Upload(receive)
        if not await upload.begin():
            return
        passing = asyncio.create_task(self._pass_request(scope, upload, send))
        leaving = asyncio.create_task(upload.wait_until_gone())
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
        if not passing.cancelled():
            passing.result()

    async def _pass_request(self, scope: Scope, upload: _Upload, send: Send) -> None:
        headers, public = forward_request(scope)
        try:
            url = self._locate(scope)
        except ValueError:
            await send({"type": "http.response.start", "status": 400, "headers": [(b"content-length", b"0")]})
            return await send({"type": "http.response.body"})
        try:
            response = await self._session().request(
                scope["method"], url, headers=headers, data=upload.body(), allow_redirects=False
            )
        except FAILURES as problem:
            body = b"" if scope["method"] == "HEAD" else NOT_ANSWERING
            return await _answer(send, self._report(problem), "http.response", body)
        try:
            await self._pass_response(response, public, send)
        finally:
            if upload.ended and response.content.at_eof():
                response.release()
            else:
                response.close()

    async def _pass_response(self, response: aiohttp.ClientResponse, public: bytes, send: Send) -> None:
        headers = [
            (name, self._publish_location(value, public) if name == b"location" else value)
            for name, value in keep_end_to_end(response.raw_headers)
            if not (name == b"content-length" and response.status == 204)  # RFC 9110 §8.6
        ]
        protocol = response.connection.protocol if response.connection is not None else None
        if response.content_type == "text/event-stream" and protocol is not None:
            protocol.read_timeout = None
            protocol.start_timeout()  # which stops the one that runs
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if not response.content.is_eof():
            # Servers hold the headers back until a body begins, and its first piece may be an hour away.
            await send({"type": "http.response.body", "body": b"", "more_body": True})
        more = True
        while more:
            try:
                chunk = await response.content.readany()
            except FAILURES as problem:
                raise UpstreamError(f"{self.origin} broke off in the middle of a response") from problem
            more = not response.content.at_eof()
            await send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def _pass_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        headers, _ = forward_request(scope)
        try:
            upstream = await self._session().ws_connect(
                self._locate(scope), headers=headers, protocols=scope.get("subprotocols", ())
            )
        except (*FAILURES, ValueError) as problem:
            status = problem.status if isinstance(problem, aiohttp.WSServerHandshakeError) else self._report(problem)
            if "websocket.http.response" not in (scope.get("extensions") or {}):
                return await send({"type": "websocket.close", "code": 1014})
            return await _answer(send, status if status >= 400 else 502, "websocket.http.response")
        # Its cookies stay behind: the handshake is no page on which anybody could be asked for them.
        await send({"type": "websocket.accept", "subprotocol": upstream.protocol})
        await carry_socket(upstream, receive, send)

    def _report(self, problem: Exception) -> int:
        """Log why there is no answer, never to whom or to which page (GDPR art. 5(1)(c)); give the status to send."""
        if isinstance(problem, TimeoutError):
            logger.warning("%s did not answer in time", self.origin)
            return 504
        absent = isinstance(problem, aiohttp.ClientConnectorError)
        logger.warning("%s %s", self.origin, "cannot be reached" if absent else "gave no usable response")
        return 502


class _Upload:
    """A request's body on its way: the next piece is taken from the visitor when the website has taken the last."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._piece = b""
        self._gone = False
        self._taken = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing of the body is still to come."""
        return self._taken.is_set()

    async def begin(self) -> bool:
        """Wait for the first piece; False if the visitor left before it."""
        await self._take()
        return not self._gone

    async def wait_until_gone(self) -> None:
        """Wait until the visitor leaves, with the body sent or in the middle of it."""
        await self._taken.wait()
        while not self._gone:
            await self._take()

    def body(self) -> bytes | AsyncIterator[bytes] | None:
        """Give what aiohttp is to send: nothing, all of it, or the pieces as they come."""
        return (self._piece or None) if self.ended else self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            if self._gone:
                await asyncio.Event().wait()  # until cancelled: to end here would make half a body look whole
            if self._piece:
                yield self._piece
            if self.ended:
                return
            await self._take()

    async def _take(self) -> None:
        message = await self._receive()
        self._gone = message["type"] == "http.disconnect"
        self._piece = message.get("body", b"")
        if self._gone or not message.get("more_body"):
            self._taken.set()


async def _answer(send: Send, status: int, kind: str, body: bytes = NOT_ANSWERING) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(NOT_ANSWERING)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"5"),
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


def _parse_origin(url: str) -> str:
    """Give `url` as scheme://host[:port]; a password that it holds is not repeated in the error."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UpstreamError("upstream: this is not a URL; " + EXPECTED) from None
    if parts.scheme not in ("http", "https"):
        raise UpstreamError("upstream: only http and https are possible; " + EXPECTED)
    if not parts.hostname:
        raise UpstreamError("upstream: the host is missing; " + EXPECTED)
    if "@" in parts.netloc:
        raise UpstreamError("upstream: a user and password cannot be part of the URL; " + EXPECTED)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UpstreamError("upstream: a path, query or fragment cannot be part of the URL; " + EXPECTED)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")

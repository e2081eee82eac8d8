"""The connections to a website: kept, counted as used, and tried a second time only when nothing can happen twice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

import aiohttp

from cookiegate.errors import UpstreamError

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

IDEMPOTENT = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})  # RFC 9110 §9.2.2
HEADER_BYTES = 65536  # one header line from the website; aiohttp's 8,190 are too few for some policies
KEEP_ALIVE = 4.0  # seconds: less than the 5 after which Node and uvicorn hang up, so we seldom write into a closed one


def open_session(timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
    """Open a session for the running event loop that adds nothing to a request and takes nothing from a response."""
    pool = Pool()
    return aiohttp.ClientSession(
        connector=pool,
        middlewares=(pool.send_safely,),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        auto_decompress=False,
        timeout=timeout,
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
    )


class Pool(aiohttp.TCPConnector):
    """The connections kept to a website; it knows which requests were sent on one that had been used before."""

    def __init__(self) -> None:
        # No limit: the server in front limits the visitors, and open event streams must not lock out the others.
        super().__init__(limit=0, keepalive_timeout=KEEP_ALIVE)
        self._used: WeakSet[ResponseHandler] = WeakSet()
        self._on_used: WeakSet[aiohttp.ClientRequest] = WeakSet()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """Take a connection from the pool or open one."""
        connection = await super().connect(req, traces, timeout)
        if connection.protocol in self._used:
            self._on_used.add(req)
        elif connection.protocol is not None:
            self._used.add(connection.protocol)
        return connection

    async def send_safely(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send `request`; again only if it has no body, may be repeated and met a kept connection closed meanwhile.

        aiohttp's own repetition goes further, also to bodies of which half was sent; it stops at an UpstreamError.
        """
        try:
            response = await send(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as lost:
            if request.body or request.method not in IDEMPOTENT or request not in self._on_used:
                raise UpstreamError("the connection was lost before the response") from lost
            try:
                response = await send(request)
            except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as lost_again:
                raise UpstreamError("the connection was lost twice before the response") from lost_again
        handshake = "Upgrade" in request.headers
        if response.status == 101 and not handshake:
            response.close()
            raise UpstreamError("a request was answered with a change of protocol")
        if 300 <= response.status < 400 and handshake:
            response.close()  # aiohttp would take the handshake, cookies and all, to wherever the redirect points
            raise UpstreamError("a WebSocket handshake was answered with a redirect")
        return response

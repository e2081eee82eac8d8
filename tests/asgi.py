"""Send one request to an ASGI application and record what it sends back, message by message.

Unlike a client library it shows the pieces of a body in their order, raw headers, and a response that broke off.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Headers = Iterable[tuple[str | bytes, str | bytes]]


@dataclass
class Recorded:
    """A response: `status` is None when none began, `complete` says if it ended, `error` is what the app raised."""

    status: int | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    complete: bool = False
    error: BaseException | None = None

    @property
    def body(self) -> bytes:
        """All that came of the body."""
        return b"".join(self.chunks)

    def all(self, name: str) -> list[str]:
        """Every value of the header `name`, in order."""
        return [value.decode("latin-1") for key, value in self.headers if key.lower() == name.lower().encode()]

    def get(self, name: str) -> str | None:
        """The value of the header `name`, None without one; a header that came twice fails the test."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None


def http_scope(
    method: str = "GET",
    path: str = "/",
    headers: Headers = (),
    scheme: str = "https",
    host: str | None = "site.example",
    client: tuple[str, int] | None = ("203.0.113.9", 1234),
    state: dict[str, Any] | None = None,
    http_version: str = "1.1",
) -> dict[str, Any]:
    """An ASGI scope as a server would make it of a request for `path`, which may carry its ?query."""
    target, _, query = path.partition("?")
    given = [(_raw(name), _raw(value)) for name, value in headers]
    if host is not None and not any(name.lower() == b"host" for name, _ in given):
        given.insert(0, (b"host", host.encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": http_version,
        "method": method,
        "scheme": scheme,
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": given,
        "client": client,
        "server": (host, 443),
        "state": {} if state is None else state,
        "extensions": {},
    }


async def call(
    app: Callable[..., Any],
    method: str = "GET",
    path: str = "/",
    headers: Headers = (),
    body: bytes | Iterable[bytes] = b"",
    scheme: str = "https",
    host: str | None = "site.example",
    client: tuple[str, int] | None = ("203.0.113.9", 1234),
    state: dict[str, Any] | None = None,
    http_version: str = "1.1",
    *,
    leave: asyncio.Event | None = None,
    on_chunk: Callable[[bytes], Awaitable[None] | None] | None = None,
    whole: bool = True,
) -> Recorded:
    """Send a request and give what came back.

    `body` as pieces is sent piece by piece; with `whole=False` its end never comes. The visitor stays until `leave` is
    set, which the end of the response does too. `on_chunk` is called with every piece of the response's body as it is
    sent; where it is asynchronous the app waits for it, as for a slow visitor.
    """
    scope = http_scope(method, path, headers, scheme, host, client, state, http_version)
    pieces = iter([body] if isinstance(body, bytes) else body)
    upcoming = [next(pieces, b"")]
    recorded = Recorded()
    leave = leave or asyncio.Event()

    async def receive() -> dict[str, Any]:
        if upcoming:
            piece = upcoming.pop()
            upcoming.extend(itertools.islice(pieces, 1))
            return {"type": "http.request", "body": piece, "more_body": bool(upcoming) or not whole}
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert recorded.status is None, "a response began twice"
            recorded.status = message["status"]
            recorded.headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            return
        assert message["type"] == "http.response.body", message["type"]
        assert recorded.status is not None, "a body came before its headers"
        assert not recorded.complete, "a body came after its end"
        if chunk := bytes(message.get("body", b"")):
            recorded.chunks.append(chunk)
            if on_chunk is not None and (waiting := on_chunk(chunk)) is not None:
                await waiting
        if not message.get("more_body", False):
            recorded.complete = True
            leave.set()

    try:
        await app(scope, receive, send)
    except Exception as error:
        recorded.error = error
    return recorded


def _raw(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text

"""One request for the site and its response, as ASGI messages: what was asked, and the gate at the way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import partial
from typing import Any

from .gate import (
    ENOUGH,
    EVENT,
    CodingError,
    GatedResponse,
    Insertions,
    Validators,
    Verdict,
    Visit,
    ask_each_time,
    is_script,
    pass_plain,
    read_media,
    tell_page,
)
from .passage import Passage

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# What was asked: the scope as the site gets it, the headers as the visitor sent them, who comes, and for what.
Asked = tuple[Scope, Mapping[bytes, bytes], Passage, Visit]
# The same, then nonce and whether inline is allowed → what of ours goes into the page.
ComposeFor = Callable[[Scope, Mapping[bytes, bytes], Passage, Visit, bytes, bool], Insertions]

_SLICE = 256 * 1024  # bytes rewritten before other requests get their turn
_PAGE, _FRAME, _ASKED_BY_SCRIPT = Visit(True, True, False), Visit(True, False, False), Visit(False, False, True)
# by Sec-Fetch-Dest; a service worker's script has its own, and says so in one more header
_VISITS: dict[bytes | None, Visit] = {b"document": _PAGE}
_VISITS |= dict.fromkeys((b"image", b"style", b"font", b"script"), _ASKED_BY_SCRIPT)
_VISITS |= dict.fromkeys((b"worker", b"sharedworker"), Visit(False, False, True, program=True))
_VISITS |= dict.fromkeys((b"iframe", b"frame", b"embed", b"object"), _FRAME)
_BODILESS = frozenset((101, 204, 205, 304))

logger = logging.getLogger("cookiegate")


def read_visit(headers: dict[bytes, bytes]) -> Visit:
    """What kind of page the browser asks for (Fetch metadata; older browsers and plain http do not say)."""
    destination = headers.get(b"sec-fetch-dest")
    known = _VISITS.get(destination)
    if known is not None:
        return known
    if b"service-worker" in headers and headers[b"service-worker"] == b"script":
        return Visit(False, False, False, worker=True)
    if destination == b"empty":  # what a browser fetches ahead is the page once its link is followed
        ahead = b"sec-purpose" in headers and b"prefetch" in headers[b"sec-purpose"]
        return _PAGE if ahead else _ASKED_BY_SCRIPT
    if destination is None:
        scripted = b"x-requested-with" in headers
        page = not scripted and _may_navigate(headers)
        return Visit(page, page, scripted)
    return _ASKED_BY_SCRIPT


def _may_navigate(headers: dict[bytes, bytes]) -> bool:
    """Browsers say text/html when they navigate. A program that takes anything may, unless it asks for a part."""
    accept = headers.get(b"accept", b"*/*")
    return b"text/html" in accept or (accept.startswith(b"*/*") and b"range" not in headers)


class GatedSend:
    """Stands between the application and the server for one response, or for one WebSocket's handshake."""

    status = 0
    response: GatedResponse | None = None  # stays None where the short way was open
    _held: Message | None = None  # stays where the whole answer is withheld
    _begun = b""  # of a body whose head was not sent yet
    _sniffs = False  # whether they tell what it is, or whose script
    _withheld = False
    _has_body = True

    def __init__(
        self,
        send: Send,
        asked: Asked,
        compose: ComposeFor,
        expired: Iterable[bytes] = (),
        validators: Validators | None = None,
    ) -> None:
        self._send, self._asked, self._compose, self._expired = send, asked, compose, expired
        self._validators = validators

    def send(self, message: Message) -> Awaitable[None]:
        """No coroutine itself: most messages go straight on to the server, and each coroutine more would cost them."""
        kind = message["type"]
        if kind == "http.response.body":
            if self._held is not None:
                return self._tell_by(message)
            response = self.response
            if response is None or not response.rewrites or not self._has_body:
                return self._send(message)
            return self._rewrite(message, response)
        if kind == "http.response.start":
            return self._begin(message)
        return self._pass_rest(message, kind)

    def _begin(self, message: Message) -> Awaitable[None]:
        status = self.status = message["status"]
        scope, _, passage, visit = self._asked
        if self._validators is not None:
            said = [*message.get("headers", ())]
            message = {**message, "headers": self._validators.screen(find_path(scope), said)}
        gated = pass_plain(status, message.get("headers", ()), passage.allowance, visit)
        if gated is not None:
            return self._send({**message, "headers": gated})
        self._has_body = status not in _BODILESS and scope["method"] != "HEAD"
        message = _lower(message)
        if self._has_body:
            if passage.allowance.beginnings and _is_script(message["headers"]):
                return self._hold(message)
            if _may_be_sniffed(message["headers"]):
                self._sniffs = True
                return self._hold(message)
        return self._start(message, self._has_body)

    def _start(self, message: Message, has_body: bool) -> Awaitable[None]:
        """`message` is ours to change, its headers in lower case."""
        status = message.get("status", 101)  # a WebSocket's acceptance says none
        _, _, passage, visit = self._asked
        compose = partial(self._compose, *self._asked)
        response = self.response = GatedResponse(passage.allowance, visit, compose, self._expired, passage.asked)
        message["headers"] = response.start(status, message["headers"], has_body)
        return self._send(message)

    async def _hold(self, message: Message) -> None:
        """The first bytes tell what a browser will take this for."""
        self._held = message

    async def _tell_by(self, message: Message) -> None:
        """Starts what was held, by the first bytes of its body; or withholds it."""
        if self._withheld:
            return
        held = self._held
        assert held is not None
        body = self._begun = self._begun + message.get("body", b"")
        more, coding = bool(message.get("more_body")), _find_coding(held["headers"])
        page = tell_page(body, coding, final=not more) if self._sniffs else True
        if page is None or (more and not self._sniffs and len(body) < ENOUGH):
            return  # too little to tell by yet
        if not self._sniffs and (owner := self._asked[2].allowance.beginnings.find(body, coding)):
            service, given = owner
            if not given:
                await self._withhold(service)
                return
            held["headers"] = ask_each_time(held["headers"])
        self._held, self._begun = None, b""
        await self._start(held, page)
        await self.send({**message, "body": body})

    async def _withhold(self, service: str) -> None:
        """The script of a service that was not given, at an address where it could not be told from the site's own."""
        self._withheld, self.status = True, 403
        _, _, passage, visit = self._asked
        self.response = GatedResponse(passage.allowance, visit, partial(self._compose, *self._asked))
        self.response.deny(Verdict(False, service))
        await self._send({"type": "http.response.start", "status": 403, "headers": write_refusal(service)})
        await self._send({"type": "http.response.body", "body": b""})

    async def _pass_rest(self, message: Message, kind: str) -> None:
        rewrites = self.response is not None and self.response.rewrites
        if kind == "http.response.pathsend" and (self._held is not None or rewrites):
            await self._read_file(message["path"])
        elif kind == "websocket.accept" or kind == "websocket.http.response.start":
            await self._start(_lower(message), has_body=False)
        elif kind == "http.response.trailers":
            lines = [pair for pair in message.get("headers", ()) if pair[0].lower() != EVENT]
            await self._send({**message, "headers": lines})
        elif kind != "http.response.early_hint" and kind != "http.response.push":
            # hints would go out ungated, and nothing is lost without them
            await self._send(message)

    async def _read_file(self, path: str) -> None:
        """A page that the server was to send from its file."""
        with open(path, "rb") as file:
            while piece := file.read(_SLICE):
                await self.send({"type": "http.response.body", "body": piece, "more_body": True})
        await self.send({"type": "http.response.body"})

    async def _rewrite(self, message: Message, response: GatedResponse) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if not more:
            whole = response.recall(body)
            if whole is not None:
                await self._send({"type": "http.response.body", "body": whole})
                return
        elif not body:
            await self._send(message)
            return
        try:
            out = response.feed(body[:_SLICE])
            for at in range(_SLICE, len(body), _SLICE):
                if out:
                    await self._send({"type": "http.response.body", "body": out, "more_body": True})
                await asyncio.sleep(0)
                out = response.feed(body[at : at + _SLICE])
            if not more:
                out += response.close()
        except CodingError as error:
            logger.error("a page could not be read and was broken off: %s", error)
            raise
        if out or not more:
            await self._send({"type": "http.response.body", "body": out, "more_body": more})


def write_refusal(service: str) -> list[tuple[bytes, bytes]]:
    """Headers of an empty answer with the reason in one of them, so that whoever debugs the site sees it."""
    return [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"vary", b"Cookie"),
        (b"x-cookiegate", b"refused; service=" + service.encode()),
        (b"content-length", b"0"),
    ]


def find_path(scope: Scope) -> bytes:
    """Path and query as they were sent."""
    raw: bytes = (scope.get("raw_path") or scope["path"].encode("utf-8")).partition(b"?")[0]
    return b"%b?%b" % (raw, scope["query_string"]) if scope.get("query_string") else raw


def _lower(message: Message) -> Message:
    """A copy with the names of its headers in lower case, as they should be."""
    return {**message, "headers": [(name.lower(), value) for name, value in message.get("headers", ())]}


def _is_script(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and is_script(value) for name, value in headers)


def _find_coding(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    return b", ".join(value for name, value in headers if name == b"content-encoding" and value != b"identity") or None


def _may_be_sniffed(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    sniffed = True
    for name, value in headers:
        if name == b"content-type" and read_media(value):
            return False
        if name == b"x-content-type-options" and value.strip().lower() == b"nosniff":
            sniffed = False
    return sniffed

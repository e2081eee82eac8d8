"""One request for the site and its response, as ASGI messages: what was asked, and the gate at the way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from .gate import CodingError, GatedResponse, Visit, read_media

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_SLICE = 256 * 1024  # bytes rewritten before other requests get their turn
_PAGE, _FRAME, _ASKED_BY_SCRIPT = Visit(True, True, False), Visit(True, False, False), Visit(False, False, True)
# by Sec-Fetch-Dest; a service worker's script has its own, and says so in one more header
_VISITS = {b"document": _PAGE} | dict.fromkeys((b"image", b"style", b"font", b"script"), _ASKED_BY_SCRIPT)
_VISITS |= dict.fromkeys((b"worker", b"sharedworker"), Visit(False, False, True, program=True))
_VISITS |= dict.fromkeys((b"iframe", b"frame", b"embed", b"object"), _FRAME)
_HTML_BEGINS = (b"<!doctype html", b"<html", b"<head", b"<script", b"<iframe", b"<body", b"<title", b"<style", b"<h1",
                b"<div", b"<font", b"<table", b"<a ", b"<a>", b"<br", b"<p>", b"<p ", b"<b>", b"<!--")  # fmt: skip
_BODILESS = frozenset((101, 204, 205, 304))

logger = logging.getLogger("cookiegate")


def read_visit(headers: dict[bytes, bytes]) -> Visit:
    """What kind of page the browser asks for (Fetch metadata; older browsers and plain http do not say)."""
    destination = headers.get(b"sec-fetch-dest")
    known = _VISITS.get(destination or b"")
    if known is not None:
        return known
    if headers.get(b"service-worker") == b"script":
        return Visit(False, False, False, worker=True)
    if destination == b"empty":  # what a browser fetches ahead is the page once its link is followed
        return _PAGE if b"prefetch" in headers.get(b"sec-purpose", b"") else _ASKED_BY_SCRIPT
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

    __slots__ = ("_has_body", "_held", "_response", "_send", "status")

    def __init__(self, send: Send, response: GatedResponse, method: str) -> None:
        self.status = 0
        self._send = send
        self._response = response
        self._has_body = method != "HEAD"
        self._held: Message | None = None

    async def __call__(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.body" and self._held is None and not self._response.rewrites:
            await self._send(message)
        elif kind == "http.response.start":
            self.status = message["status"]
            self._has_body = self._has_body and self.status not in _BODILESS
            headers = message.get("headers", ())
            if self._has_body and _may_be_sniffed(headers):
                self._held = message  # the first bytes tell what a browser will take this for
            else:
                await self._start(message, self._has_body)
        elif kind == "http.response.body":
            if self._held is not None:
                if not message.get("body") and message.get("more_body"):
                    return  # nothing to tell by yet
                held, self._held = self._held, None
                await self._start(held, _looks_like_html(message.get("body", b"")))
            await self._pass_body(message)
        elif kind == "http.response.pathsend" and (self._held is not None or self._response.rewrites):
            await self._read_file(message["path"])
        elif kind == "websocket.accept" or kind == "websocket.http.response.start":
            await self._start(message, has_body=False)
        elif kind != "http.response.early_hint" and kind != "http.response.push":
            # hints would go out ungated, and nothing is lost without them
            await self._send(message)

    async def _start(self, message: Message, has_body: bool) -> None:
        headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        status = message.get("status", 101)  # a WebSocket's acceptance says none
        await self._send({**message, "headers": self._response.start(status, headers, has_body)})

    async def _read_file(self, path: str) -> None:
        """A page that the server was to send from its file."""
        with open(path, "rb") as file:
            while piece := file.read(_SLICE):
                await self({"type": "http.response.body", "body": piece, "more_body": True})
        await self({"type": "http.response.body"})

    async def _pass_body(self, message: Message) -> None:
        response = self._response
        if not response.rewrites or not self._has_body or (message.get("more_body") and not message.get("body")):
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if not more and (whole := response.recall(body)) is not None:
            await self._send({"type": "http.response.body", "body": whole})
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


def _may_be_sniffed(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    sniffed = True
    for name, value in headers:
        name = name.lower()
        if name == b"content-type" and read_media(value):
            return False
        if name == b"x-content-type-options" and value.strip().lower() == b"nosniff":
            sniffed = False
    return sniffed


def _looks_like_html(body: bytes) -> bool:
    """As browsers tell (WHATWG MIME Sniffing section 7.1)."""
    return body[:512].lstrip(b"\xef\xbb\xbf\t\n\f\r ").lower().startswith(_HTML_BEGINS)

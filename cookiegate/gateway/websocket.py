"""Carry a WebSocket between a visitor and the website, both ways, with its close codes (RFC 6455)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp

BAD_GATEWAY = 1014  # the close code that corresponds to HTTP 502 (IANA registry)
NORMAL = 1000


async def carry_socket(
    upstream: aiohttp.ClientWebSocketResponse,
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Carry messages both ways until one side closes or is gone; then close the other with the same code.

    A website that vanishes without closing is 1014 to the visitor.
    """
    from_visitor = asyncio.create_task(_carry_to_website(receive, upstream))
    from_website = asyncio.create_task(_carry_to_visitor(upstream, send))
    try:
        await asyncio.wait({from_visitor, from_website}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Before the close is sent: granian does not send it as long as something waits in receive().
        from_visitor.cancel()
        from_website.cancel()
        await asyncio.gather(from_visitor, from_website, return_exceptions=True)
        await upstream.close(code=aiohttp.WSCloseCode.GOING_AWAY)  # if neither side has closed: this server stops
    if from_website.cancelled():
        from_visitor.result()
    else:
        code, reason = from_website.result()
        await send({"type": "websocket.close", "code": code, "reason": reason})


async def _carry_to_website(
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]], upstream: aiohttp.ClientWebSocketResponse
) -> None:
    """Carry what the visitor says until they close or leave, then close the website's side."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        try:
            await (upstream.send_bytes(message["bytes"]) if text is None else upstream.send_str(text))
        except ConnectionError:
            # The other direction learns it too, and with which code; it closes the visitor's side.
            await asyncio.Event().wait()
    await upstream.close(code=_sendable(message.get("code")), message=(message.get("reason") or "").encode())


async def _carry_to_visitor(
    upstream: aiohttp.ClientWebSocketResponse, send: Callable[[MutableMapping[str, Any]], Awaitable[None]]
) -> tuple[int, str]:
    """Carry what the website says; give the code and the reason with which it stopped."""
    while True:
        message = await upstream.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            await send({"type": "websocket.send", "text": message.data})
        elif message.type is aiohttp.WSMsgType.BINARY:
            await send({"type": "websocket.send", "bytes": message.data})
        elif message.type is aiohttp.WSMsgType.CLOSING:
            await asyncio.Event().wait()  # until cancelled: the other direction is closing, let it finish
        elif message.type is aiohttp.WSMsgType.CLOSE:
            return _sendable(message.data), message.extra or ""
        else:
            return BAD_GATEWAY, ""


def _sendable(code: int | None) -> int:
    # 1004 to 1006 only exist inside a program: a close without a code, a connection that is gone (RFC 6455 §7.4.1).
    return code if code and (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999) else NORMAL

"""A WebSocket from a browser through a real server and the gateway to a real website."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web

PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it
MEGABYTE = 2**20


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send every message back as it came."""
    socket = web.WebSocketResponse(protocols=("chat.v2",), max_msg_size=2 * MEGABYTE)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        else:
            await socket.send_bytes(message.data)
    return socket


def visit(website: Any, gateway: Any, handler: Any, story: Any) -> None:
    """Run `story(browser, public_url)` with a browser before the gateway before a website made by `handler`."""

    async def run() -> None:
        async with (
            asyncio.timeout(PATIENCE),
            website(handler) as url,
            gateway(url) as public,
            aiohttp.ClientSession() as browser,
        ):
            await story(browser, public)

    asyncio.run(run())


def test_text_and_bytes_pass_both_ways(website: Any, gateway: Any) -> None:
    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public) as socket:
            for text in ("", "hyvää päivää", "ä" * (MEGABYTE // 2)):
                await socket.send_str(text)
                assert await socket.receive_str() == text
            for data in (b"", b"\x00\xff", bytes(MEGABYTE)):
                await socket.send_bytes(data)
                assert await socket.receive_bytes() == data

    visit(website, gateway, echo, story)


def test_the_website_may_speak_first(website: Any, gateway: Any) -> None:
    async def greet(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("one")
        await socket.send_str("two")
        assert await socket.receive_str() == "three"
        return socket

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public) as socket:
            assert [await socket.receive_str(), await socket.receive_str()] == ["one", "two"]
            await socket.send_str("three")
            assert (await socket.receive()).type is WSMsgType.CLOSE

    visit(website, gateway, greet, story)


@pytest.mark.parametrize(("offered", "chosen"), [(("chat.v1", "chat.v2"), "chat.v2"), (("chat.v1",), None), ((), None)])
def test_the_website_chooses_the_subprotocol(
    offered: tuple[str, ...], chosen: str | None, website: Any, gateway: Any
) -> None:
    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public, protocols=offered) as socket:
            assert socket.protocol == chosen

    visit(website, gateway, echo, story)


def test_the_website_sees_who_asks_and_a_handshake_of_our_own(website: Any, gateway: Any) -> None:
    seen: list[Any] = []

    async def note(request: web.Request) -> web.WebSocketResponse:
        seen.append((request.path_qs, request.headers.copy()))
        return await echo(request)

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        headers = {"Cookie": "sid=1", "Authorization": "Bearer x", "Origin": "https://a.example", "Host": "a.example"}
        async with browser.ws_connect(f"{public}/live?room=1", headers=headers, protocols=("a", "b"), compress=15):
            pass
        path, got = seen[0]
        assert path == "/live?room=1"
        assert {name: got[name] for name in headers} == headers
        assert got["X-Forwarded-For"] == "127.0.0.1"
        assert got["X-Forwarded-Proto"] == "http"
        assert "Sec-WebSocket-Extensions" not in got
        assert got.getall("Sec-WebSocket-Protocol") == ["a,b"]
        for name in ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade", "Connection"):
            assert len(got.getall(name)) == 1

    visit(website, gateway, note, story)


@pytest.mark.parametrize(("code", "reason"), [(1000, "done"), (1001, ""), (1011, "oh"), (3000, "x"), (4321, "loppu ä")])
def test_the_websites_close_code_reaches_the_visitor(code: int, reason: str, website: Any, gateway: Any) -> None:
    async def close(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close(code=code, message=reason.encode())
        return socket

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public) as socket:
            message = await socket.receive()
            assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, code, reason)

    visit(website, gateway, close, story)


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4321])
def test_the_visitors_close_code_reaches_the_website(code: int, website: Any, gateway: Any) -> None:
    closed: asyncio.Queue[int] = asyncio.Queue()

    async def note(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        closed.put_nowait((await socket.receive()).data)
        return socket

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public) as socket:
            await socket.close(code=code)
        assert await closed.get() == code

    visit(website, gateway, note, story)


def test_a_visitor_who_vanishes_is_a_close_to_the_website(website: Any, gateway: Any) -> None:
    closed: asyncio.Queue[WSMsgType] = asyncio.Queue()

    async def note(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("here")
        closed.put_nowait((await socket.receive()).type)
        return socket

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        socket = await browser.ws_connect(public)
        assert await socket.receive_str() == "here"
        socket.get_extra_info("socket").shutdown(2)
        assert await closed.get() is WSMsgType.CLOSE
        await socket.close()

    visit(website, gateway, note, story)


def test_a_website_that_vanishes_is_a_bad_gateway_to_the_visitor(website: Any, gateway: Any) -> None:
    async def vanish(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive_str()
        assert request.transport is not None
        request.transport.abort()
        return socket

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        async with browser.ws_connect(public) as socket:
            await socket.send_str("go")
            message = await socket.receive()
            assert (message.type, message.data) == (WSMsgType.CLOSE, 1014)

    visit(website, gateway, vanish, story)


@pytest.mark.parametrize(("answer", "status"), [(401, 401), (403, 403), (503, 503), (200, 502)])
def test_a_refused_handshake_is_refused_to_the_visitor(answer: int, status: int, website: Any, gateway: Any) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=answer)

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.ws_connect(public)
        assert refused.value.status == status

    visit(website, gateway, refuse, story)


def test_a_handshake_does_not_follow_a_redirect(website: Any, gateway: Any) -> None:
    paths: list[str] = []

    async def lead_astray(request: web.Request) -> web.StreamResponse:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/there"}) if request.path == "/" else await echo(request)

    async def story(browser: aiohttp.ClientSession, public: str) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.ws_connect(public)
        assert (refused.value.status, paths) == (502, ["/"])

    visit(website, gateway, lead_astray, story)


def test_a_website_that_is_not_there_refuses_the_handshake(nobody: str, reach: Any, gateway: Any) -> None:
    async def story() -> None:
        async with gateway(nobody) as public, aiohttp.ClientSession() as browser:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await browser.ws_connect(public)
            assert refused.value.status == 502

    asyncio.run(story())


def test_a_server_that_cannot_answer_a_handshake_closes_it(nobody: str, reach: Any) -> None:
    async def story() -> None:
        sent: list[Any] = []

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "scheme": "wss", "path": "/", "headers": [], "subprotocols": []}
        async with reach(nobody) as app:
            await app(scope, receive, send)
        assert sent == [{"type": "websocket.close", "code": 1014}]

    asyncio.run(story())

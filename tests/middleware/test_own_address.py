"""The site's own address: services that hide behind it, WebSockets to it, and the prefix below a root path."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from tests.asgi import call, http_scope
from tests.stories.site import answer, choose, keep, make_gate, stand_before

from .doors import PATIENCE, both


@both
@pytest.mark.parametrize(
    "path", ["/px/t.js", "/%70x/t.js", "/p%78/t.js?a=1", "//px/t.js", "///px//t.js", "/%2Fpx/t.js"]
)
def test_a_service_behind_the_sites_own_address_is_refused_without_asking_the_site(
    mode: str, path: str, tmp_path: Path
) -> None:
    asked = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await answer(send, b"ok", kind=b"text/plain")

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            refused = await call(gate, path=path)
            assert (refused.status, refused.body, asked) == (403, b"", [])
            assert refused.get("x-cookiegate") == "refused; service=pikseli"
            assert refused.get("cache-control") == "no-store"
            given = keep(await choose(gate, "allow", service="pikseli"))
            assert (await call(gate, path=path, headers=[("cookie", given)])).body == b"ok"
            assert len(asked) == 1

    asyncio.run(story())


@both
def test_a_websocket_passes_and_the_site_sees_only_cookies_that_were_agreed_to(mode: str, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        cookies = b"|".join(value for name, value in scope["headers"] if name == b"cookie")
        await send({"type": "websocket.send", "text": cookies.decode()})
        heard = await receive()
        await send({"type": "websocket.send", "bytes": heard.get("bytes") or (heard.get("text") or "").encode()})
        await receive()

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            scope = http_scope(path="/chat", headers=[("cookie", "_ga=1; sid=2")], scheme="wss")
            scope |= {"type": "websocket", "subprotocols": []}
            del scope["method"]
            said = [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": b"\0hello"}]
            out: list[dict[str, Any]] = []
            heard = asyncio.Event()

            async def receive() -> dict[str, Any]:
                if said:
                    return said.pop(0)
                await heard.wait()
                return {"type": "websocket.disconnect", "code": 1000}

            async def send(message: Any) -> None:
                out.append(message)
                if len(out) == 3:
                    heard.set()

            await asyncio.wait_for(gate(scope, receive, send), PATIENCE)
            assert [message["type"] for message in out[:3]] == ["websocket.accept", "websocket.send", "websocket.send"]
            assert (out[1]["text"], out[2]["bytes"]) == ("sid=2", b"\0hello")

    asyncio.run(story())


def test_a_websocket_to_a_service_behind_the_own_address_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(None, tmp_path)
        out: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            out.append(message)

        await gate(http_scope(path="/px/ws", scheme="wss") | {"type": "websocket"}, receive, send)
        assert out == [{"type": "websocket.close", "code": 1008}]

    asyncio.run(story())


def test_below_a_root_path_the_prefix_is_the_whole_public_address(tmp_path: Path) -> None:
    async def shop(request: Any) -> Any:
        return PlainTextResponse(f"{request.scope['path']} {request.state.consent.decided}")

    async def story() -> None:
        inner = Starlette(routes=[Route("/item", shop), Route("/px/t.js", shop)])
        gate = make_gate(inner, tmp_path, prefix="/shop/_cookiegate")
        site = Starlette(routes=[Mount("/shop", gate)])
        assert (await call(site, path="/shop/item")).body == b"/shop/item False"
        form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")]
        given = await call(site, "POST", "/shop/_cookiegate/choice", form, b"decision=accept")
        assert given.status == 303
        assert (await call(site, path="/shop/item", headers=[("cookie", keep(given))])).body == b"/shop/item True"
        assert (await call(site, path="/shop/_cookiegate/settings")).status == 200
        gate.register.close()

    asyncio.run(story())

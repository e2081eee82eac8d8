"""What calls itself the site's own: vendors' scripts at any address, and tags by which a browser is known again."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import POLICY, answer, choose, keep, make_gate, stand_before

from .doors import both

# How the loader that Google serves begins, whatever address a proxy or a server-side container gives it.
LOADER = b'\n// Copyright 2012 Google Inc. All rights reserved.\n(function(){\n\nvar data = {\n"resource": {}}})()'
OWN = b"/* our own */ window.kello = 1;" + b" " * 4000
IMAGE = ("sec-fetch-dest", "image")
SCRIPT = ("sec-fetch-dest", "script")


async def assets(scope: Any, receive: Any, send: Any) -> None:
    """A loader at an address that says nothing, the same compressed, and the site's own script."""
    path, kind = scope["path"], b"application/javascript; charset=utf-8"
    if path == "/f8k2lq/":
        await answer(send, LOADER, [(b"set-cookie", b"sid=1; Path=/")], kind=kind)
    elif path == "/packed/x.js":
        body = gzip.compress(LOADER + OWN)
        await answer(send, body, [(b"content-encoding", b"gzip")], kind=kind)
    elif path == "/slowly.js":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/javascript")]})
        for at in range(0, len(LOADER), 7):
            await send({"type": "http.response.body", "body": LOADER[at : at + 7], "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        await answer(send, OWN, kind=kind)


@both
@pytest.mark.parametrize("path", ["/f8k2lq/", "/packed/x.js", "/slowly.js"])
def test_a_vendor_s_script_is_withheld_at_any_address_until_one_of_its_services_was_given(
    mode: str, path: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stand_before(mode, assets, tmp_path) as gate:
            before = await call(gate, path=path, headers=[SCRIPT, ("accept-encoding", "gzip")])
            assert (before.status, before.body, before.get("x-cookiegate")) == (
                403, b"", "refused; service=google-analytics",
            )  # fmt: skip
            assert before.all("set-cookie") == []
            assert before.get("cache-control") == "no-store"
            refused = keep(await choose(gate, "refuse"))
            assert (await call(gate, path=path, headers=[SCRIPT, ("cookie", refused)])).status == 403
            given = keep(await choose(gate))
            after = await call(gate, path=path, headers=[SCRIPT, ("cookie", given), ("accept-encoding", "gzip")])
            body = gzip.decompress(after.body) if after.get("content-encoding") == "gzip" else after.body
            assert (after.status, body[: len(LOADER)]) == (200, LOADER)
            assert after.get("cache-control") == "private, no-cache", "or it would run from there after a withdrawal"

    asyncio.run(story())


@both
def test_the_site_s_own_script_comes_as_it_is(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, assets, tmp_path) as gate:
            for headers in ([SCRIPT], [], [("sec-fetch-dest", "empty")]):
                own = await call(gate, path="/own.js", headers=headers)
                assert (own.status, own.body) == (200, OWN)

    asyncio.run(story())


@both
def test_while_only_reporting_nothing_is_withheld(mode: str, tmp_path: Path) -> None:
    policy = POLICY + '[gate]\nunknown = "report"\n'

    async def story() -> None:
        async with stand_before(mode, assets, tmp_path, policy=policy) as gate:
            assert (await call(gate, path="/f8k2lq/", headers=[SCRIPT])).body == LOADER

    asyncio.run(story())


@both
def test_a_browser_is_not_known_again_by_a_tag_that_only_it_was_given(mode: str, tmp_path: Path) -> None:
    numbers = iter(range(1000))
    asked: list[bytes] = []

    async def tracker(scope: Any, receive: Any, send: Any) -> None:
        asked.extend(value for name, value in scope["headers"] if name in (b"if-none-match", b"if-modified-since"))
        number = next(numbers)
        date = b"Tue, 01 Sep 2026 10:%02d:00 GMT" % (number % 60)
        await answer(send, b"GIF89a", [(b"etag", b'"%d"' % number), (b"last-modified", date)], kind=b"image/gif")

    async def story() -> None:
        async with stand_before(mode, tracker, tmp_path) as gate:
            for _ in range(3):
                first = await call(gate, path="/p.gif", headers=[IMAGE])
                assert (first.get("etag"), first.get("last-modified")) == (None, None)
            kept = [IMAGE, ("if-none-match", '"7"'), ("if-modified-since", "Tue, 01 Sep 2026 10:07:00 GMT")]
            assert (await call(gate, path="/p.gif", headers=kept)).status == 200
            assert asked == []

    asyncio.run(story())


@both
def test_a_picture_that_is_the_same_for_all_is_confirmed_from_the_second_visitor_on(mode: str, tmp_path: Path) -> None:
    async def picture(scope: Any, receive: Any, send: Any) -> None:
        if (b"if-none-match", b'"v1"') in scope["headers"]:
            await answer(send, b"", [(b"etag", b'"v1"')], status=304, kind=b"image/png")
        else:
            await answer(send, b"\x89PNG", [(b"etag", b'"v1"')], kind=b"image/png")

    async def story() -> None:
        async with stand_before(mode, picture, tmp_path) as gate:
            assert (await call(gate, path="/a.png", headers=[IMAGE])).get("etag") is None
            assert (await call(gate, path="/a.png", headers=[IMAGE])).get("etag") == '"v1"'
            assert (await call(gate, path="/a.png", headers=[IMAGE, ("if-none-match", '"v1"')])).status == 304

    asyncio.run(story())


@both
def test_what_is_written_on_a_condition_is_written_on_it(mode: str, tmp_path: Path) -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def documents(scope: Any, receive: Any, send: Any) -> None:
        seen[:] = scope["headers"]
        await answer(send, b"{}", kind=b"application/json")

    async def story() -> None:
        async with stand_before(mode, documents, tmp_path) as gate:
            for condition in (("if-none-match", "*"), ("if-none-match", '"7"'), ("if-match", '"7"')):
                await call(gate, "PUT", "/d/1", [condition, ("sec-fetch-dest", "empty")], b"new")
                assert tuple(each.encode() for each in condition) in seen

    asyncio.run(story())


def test_headers_that_can_be_read_once_arrive(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = iter([(b"content-type", b"text/css"), (b"etag", b'"7"'), (b"x-own", b"1")])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"a{}"})

    gate = make_gate(app, tmp_path)
    style = asyncio.run(call(gate, path="/a.css", headers=[("sec-fetch-dest", "style")]))
    assert (style.get("content-type"), style.get("x-own"), style.get("etag")) == ("text/css", "1", None)
    gate.register.close()


@both
def test_what_a_service_sends_from_the_sites_own_address_is_asked_for_anew_each_time(mode: str, tmp_path: Path) -> None:
    """Or a browser would run it from its cache after the withdrawal, and a shared cache give it to who refused."""
    kept_long = [
        (b"cache-control", b"public, max-age=86400"),
        (b"expires", b"Thu, 01 Dec 2033 16:00:00 GMT"),
        (b"surrogate-control", b"max-age=86400"),
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, OWN, kept_long, kind=b"text/javascript")

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            cookie = ("cookie", keep(await choose(gate)))
            given = await call(gate, path="/px/t.js", headers=[SCRIPT, cookie])
            assert (given.status, given.get("cache-control"), given.get("vary")) == (200, "private, no-cache", "Cookie")
            assert (given.get("expires"), given.get("surrogate-control")) == (None, None)
            assert (await call(gate, path="/px/t.js", headers=[SCRIPT])).status == 403
            other = await call(gate, path="/other.js", headers=[SCRIPT, cookie])
            assert other.get("cache-control") == "public, max-age=86400"

    asyncio.run(story())

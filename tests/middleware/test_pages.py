"""A page through the whole gate, in both places: gated until agreed to, and sent whole, stored or streamed."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import PAGE, answer, choose, keep, stand_before, website

from .doors import DOCUMENT, PATIENCE, both


@both
def test_a_page_is_gated_until_it_is_agreed_to(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            before = await call(gate)
            assert before.status == 200
            assert b'<script src="https://pikseli.example' not in before.body
            assert before.all("set-cookie") == ["sid=1; Path=/"]
            assert "pikseli.example" not in before.get("content-security-policy").split("report-uri")[0]
            assert before.get("cache-control") == "private"
            given = keep(await choose(gate))
            after = await call(gate, headers=[("cookie", given)])
            assert b'<script src="https://pikseli.example' in after.body
            assert after.all("set-cookie") == ["sid=1; Path=/", "_ga=GA1.1.5; Path=/"]
            assert "https://" not in after.get("content-security-policy").split("report-uri")[1]
            assert " pikseli.example" in after.get("content-security-policy")
            for page in (before, after):
                assert page.get("vary") == "Cookie"
                assert page.get("content-length") is None or int(page.get("content-length") or 0) == len(page.body)

    asyncio.run(story())


@both
@pytest.mark.parametrize("status", [404, 500])
def test_an_error_page_is_gated_like_any_other(mode: str, status: int, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, PAGE, status=status)

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            page = await call(gate)
            assert page.status == status
            assert b"data-cookiegate-src" in page.body

    asyncio.run(story())


@both
def test_a_compressed_page_is_gated_and_compressed_again(mode: str, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, gzip.compress(PAGE), [(b"content-encoding", b"gzip")])

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            page = await call(gate, headers=[("accept-encoding", "gzip")])
            assert page.get("content-encoding") == "gzip"
            assert b"data-cookiegate-src" in gzip.decompress(page.body)

    asyncio.run(story())


@both
@pytest.mark.parametrize("kind", ["text/html", "text/event-stream", "application/x-ndjson"])
def test_what_is_streamed_arrives_piece_by_piece(mode: str, kind: str, tmp_path: Path) -> None:
    arrived = asyncio.Event()
    seen = b""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": b"<html><head></head><body><p>one</p>", "more_body": True})
        await asyncio.wait_for(arrived.wait(), PATIENCE)  # a gate that collects the body first is stuck here
        await send({"type": "http.response.body", "body": b"<p>two</p></body></html>"})

    def watch(chunk: bytes) -> None:
        nonlocal seen
        seen += chunk
        if b"one" in seen:
            arrived.set()

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            page = await asyncio.wait_for(call(gate, on_chunk=watch), PATIENCE)
            assert page.complete
            assert page.error is None
            assert page.body.index(b"one") < page.body.index(b"two")
            assert (b"cookiegate" in page.body) is (kind == "text/html")

    asyncio.run(story())


@both
def test_head_has_the_headers_of_get_and_no_body(mode: str, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        head = [(b"content-type", b"text/html"), (b"etag", b'"1"'), (b"content-length", str(len(PAGE)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else PAGE})

    def compared(recorded: Any) -> dict[bytes, bytes]:
        return {name: value for name, value in recorded.headers if name not in (b"date", b"content-length")}

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            got, asked = await call(gate), await call(gate, "HEAD")
            assert compared(got) == compared(asked)
            assert (asked.body, asked.complete) == (b"", True)
            assert asked.get("content-length") in (None, str(len(got.body)))

    asyncio.run(story())


async def stored(scope: Any, receive: Any, send: Any) -> None:
    """A page and a picture with a tag, a date and ranges."""
    sent = dict(scope["headers"])
    kind = b"image/png" if scope["path"].endswith(".png") else b"text/html"
    marks = [(b"etag", b'"v1"'), (b"last-modified", b"Wed, 21 Oct 2020 07:28:00 GMT"), (b"accept-ranges", b"bytes")]
    if sent.get(b"if-none-match") == b'"v1"':
        await send({"type": "http.response.start", "status": 304, "headers": marks})
        await send({"type": "http.response.body", "body": b""})
    elif b"range" in sent:
        await answer(send, PAGE[:10], [*marks, (b"content-range", b"bytes 0-9/%d" % len(PAGE))], 206, kind)
    else:
        await answer(send, PAGE, marks, kind=kind)


@both
def test_a_stored_page_is_confirmed_to_whom_it_was_sent_and_to_nobody_with_another_choice(
    mode: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stand_before(mode, stored, tmp_path) as gate:
            tag = (await call(gate, headers=[DOCUMENT])).get("etag") or ""
            assert tag.startswith('W/"v1-')
            assert (await call(gate, headers=[DOCUMENT])).get("etag") == tag, "another visitor, told the same"
            again = await call(gate, headers=[DOCUMENT, ("if-none-match", tag)])
            assert (again.status, again.body, again.get("etag")) == (304, b"", tag)
            assert (again.get("vary"), again.get("cache-control")) == ("Cookie", "private")
            given = keep(await choose(gate))
            other = await call(gate, headers=[DOCUMENT, ("if-none-match", tag), ("cookie", given)])
            assert other.status == 200
            assert other.get("etag") not in (tag, '"v1"', None)
            assert b'<script src="https://pikseli.example' in other.body
            refused = keep(await choose(gate, "refuse"))
            asked_no_more = await call(gate, headers=[DOCUMENT, ("if-none-match", tag), ("cookie", refused)])
            assert asked_no_more.status == 200, "the stored page has the banner in it"
            dated = [DOCUMENT, ("if-modified-since", "Wed, 21 Oct 2030 07:28:00 GMT"), ("if-none-match", '"v1"')]
            assert (await call(gate, headers=dated)).status == 200

    asyncio.run(story())


@both
def test_a_part_of_a_page_is_never_sent_and_a_part_of_a_picture_is(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, stored, tmp_path) as gate:
            page = await call(gate, headers=[DOCUMENT, ("range", "bytes=0-9")])
            assert (page.status, page.get("accept-ranges")) == (200, None)
            for dest in ([("sec-fetch-dest", "image")], [("accept", "image/*")], []):
                part = await call(gate, path="/a.png", headers=[("range", "bytes=0-9"), *dest])
                assert (part.status, part.body, part.get("accept-ranges")) == (206, PAGE[:10], "bytes")
            known = await call(gate, path="/a.png", headers=[("sec-fetch-dest", "image"), ("if-none-match", '"v1"')])
            assert (known.status, known.get("etag")) == (304, '"v1"')

    asyncio.run(story())

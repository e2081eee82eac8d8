"""One request through the gateway to a real website and back: what arrives at either side."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cookiegate.errors import UpstreamError
from cookiegate.gateway import Upstream
from tests.asgi import call

PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it


def answering(response: bytes, heads: list[bytes] | None = None) -> Any:
    """A website that answers every request on every connection with the same bytes, and notes the heads it got."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if heads is not None:
                heads.append(head)
            writer.write(response)
            await writer.drain()

    return script


EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a%2Fb/%e4%C3%A4/../c//d/./",
        "//elsewhere.example/x",
        "/%7euser/%zz%",
        "/a;b=c|d\"<>'[]{}^`",
        "/ä",
        "/?x=%20y&&z=a+b%2B|&utm=?x=/../",
        "/p?%61=1&a=%C3&=",
    ],
)
def test_path_and_query_arrive_byte_for_byte(path: str, raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        heads: list[bytes] = []
        async with raw_website(answering(EMPTY, heads)) as url, reach(url) as app:
            assert (await call(app, path=path)).status == 200
        assert heads[0].split(b"\r\n")[0] == b"GET " + path.encode() + b" HTTP/1.1"

    asyncio.run(story())


def test_without_a_raw_path_the_path_is_quoted(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        heads: list[bytes] = []
        async with raw_website(answering(EMPTY, heads)) as url, reach(url) as app:

            async def without(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, "raw_path": None, "path": "/ä b?c%d"}, receive, send)

            await call(without, path="/?q")
        assert heads[0].startswith(b"GET /%C3%A4%20b%3Fc%25d?q HTTP/1.1\r\n")

    asyncio.run(story())


def test_the_website_sees_the_visitors_headers_and_nothing_invented(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        heads: list[bytes] = []
        async with raw_website(answering(EMPTY, heads)) as url, reach(url) as app:
            await call(app, headers=[("host", "site.example:8443"), ("x-name", "Päivi".encode()), ("cookie", 'a="1')])
        assert heads[0].decode().split("\r\n")[1:-2] == [
            "host: site.example:8443",
            "x-name: Päivi",
            'cookie: a="1',
            "accept-encoding: identity",
            "x-forwarded-for: 203.0.113.9",
            "x-forwarded-proto: https",
            "x-forwarded-host: site.example:8443",
        ]

    asyncio.run(story())


def test_response_headers_come_back_raw_and_separate(raw_website: Any, reach: Any) -> None:
    policy = b"script-src " + b"https://cdn.example/ " * 1000
    response = (
        b"HTTP/1.1 200 Fine\r\nSet-Cookie: a=1; Domain=site.example\r\nX-Raw: \xe4\xff\r\nSet-Cookie: b=2\r\n"
        b"Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nContent-Security-Policy: "
        + policy + b"\r\nContent-Length: 2\r\n\r\nok"
    )  # fmt: skip

    async def story() -> None:
        async with raw_website(answering(response)) as url, reach(url) as app:
            recorded = await call(app)
        assert recorded.headers == [
            (b"set-cookie", b"a=1; Domain=site.example"),
            (b"x-raw", b"\xe4\xff"),
            (b"set-cookie", b"b=2"),
            (b"content-security-policy", policy.strip()),
            (b"content-length", b"2"),
        ]
        assert (recorded.body, recorded.complete) == (b"ok", True)

    asyncio.run(story())


def test_no_cookie_of_one_visitor_is_kept_for_the_next(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        heads: list[bytes] = []
        response = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=1\r\nContent-Length: 0\r\n\r\n"
        async with raw_website(answering(response, heads)) as url, reach(url) as app:
            await call(app)
            await call(app)
        assert len(heads) == 2
        assert b"cookie" not in heads[1].lower()

    asyncio.run(story())


def test_a_compressed_body_stays_compressed(website: Any, reach: Any) -> None:
    page = gzip.compress(b"<p>hei</p>" * 100)

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=page, headers={"Content-Encoding": "gzip"})

    async def story() -> None:
        async with website(handle) as url, reach(url) as app:
            recorded = await call(app, headers=[("accept-encoding", "gzip")])
        assert recorded.body == page
        assert recorded.get("content-encoding") == "gzip"

    asyncio.run(story())


def test_a_redirect_is_passed_on_and_points_to_the_public_address(website: Any, reach: Any) -> None:
    async def handle(request: web.Request) -> web.Response:
        assert request.path == "/old", "the gateway followed the redirect itself"
        assert request.transport is not None
        port = request.transport.get_extra_info("sockname")[1]
        return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{port}/new?a=1"})

    async def story() -> None:
        async with website(handle) as url, reach(url) as app:
            recorded = await call(app, path="/old")
        assert (recorded.status, recorded.get("location")) == (302, "https://site.example/new?a=1")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "response", "status", "length"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", 200, "1234"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nETag: W/\"a\"\r\nContent-Length: 1234\r\n\r\n", 304, "1234"),
        ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, None),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, None),
    ],
)  # fmt: skip
def test_a_response_without_a_body_has_none(
    method: str, response: bytes, status: int, length: str | None, raw_website: Any, reach: Any
) -> None:
    async def story() -> None:
        async with raw_website(answering(response)) as url, reach(url) as app:
            for _ in range(2):  # the second shows that the connection was left clean
                recorded = await call(app, method)
                assert (recorded.status, recorded.body, recorded.complete) == (status, b"", True)
                assert recorded.get("content-length") == length

    asyncio.run(story())


@pytest.mark.parametrize("body", [b"", b"one", [b"one", b"two"], [b"", b"one", b"", b"two", b""]])
def test_a_body_arrives_whole(body: Any, website: Any, reach: Any) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def story() -> None:
        async with website(handle) as url, reach(url) as app:
            assert (await call(app, "POST", body=body)).body == b"".join([body] if isinstance(body, bytes) else body)

    asyncio.run(story())


def test_an_expected_100_continue_is_answered(website: Any, gateway: Any) -> None:
    async def handle(request: web.Request) -> web.Response:
        assert "Expect" not in request.headers
        return web.Response(body=await request.read())

    async def story() -> None:
        async with (
            asyncio.timeout(PATIENCE),
            website(handle) as url,
            gateway(url) as public,
            aiohttp.ClientSession() as browser,
            browser.post(public, data=b"abc", expect100=True) as response,
        ):
            assert await response.read() == b"abc"

    asyncio.run(story())


def test_an_upstream_serves_one_event_loop_after_another(website: Any) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(text="hei")

    async def story() -> None:
        async with website(handle) as url:
            app.origin = url
            assert (await call(app)).body == b"hei"
        await app.close()

    app = Upstream("http://site.example")
    asyncio.run(story())
    asyncio.run(story())


def test_lifespan_is_answered_and_its_end_closes_the_connections(raw_website: Any) -> None:
    async def story() -> None:
        closed = asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(EMPTY)
            assert await reader.read() == b""
            closed.set()

        async with raw_website(script) as url:
            app = Upstream(url)
            orders: asyncio.Queue[dict[str, str]] = asyncio.Queue()
            answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()
            living = asyncio.create_task(app({"type": "lifespan"}, orders.get, answers.put))
            await orders.put({"type": "lifespan.startup"})
            assert await answers.get() == {"type": "lifespan.startup.complete"}
            await call(app)
            assert not closed.is_set()
            await orders.put({"type": "lifespan.shutdown"})
            assert await answers.get() == {"type": "lifespan.shutdown.complete"}
            await asyncio.wait_for(closed.wait(), PATIENCE)
            await living

    asyncio.run(story())


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://Inner.Test/", "https://inner.test"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_websites_address_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert Upstream(url).origin == origin


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://inner.test", "only http and https"),
        ("inner.test:8080", "only http and https"),
        ("", "only http and https"),
        ("http://", "host is missing"),
        ("http://inner.test/shop", "a path, query or fragment"),
        ("http://inner.test?x=1", "a path, query or fragment"),
        ("http://inner.test#top", "a path, query or fragment"),
        ("http://inner.test:port", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://aino:salasana@inner.test", "a user and password"),
    ],
)
def test_any_other_address_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(UpstreamError, match=reason) as refused:
        Upstream(url)
    assert "such as http://127.0.0.1:8080" in str(refused.value)
    assert "salasana" not in str(refused.value)

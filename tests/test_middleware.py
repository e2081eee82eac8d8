"""The gate around an application and before a website elsewhere: each promise holds in both places."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import cookiegate
from cookiegate.consent import UNDECIDED
from tests.asgi import call, http_scope
from tests.stories.site import (
    MODES,
    PAGE,
    answer,
    choose,
    keep,
    make_gate,
    post,
    read_ledger,
    stand_before,
    website,
)

both = pytest.mark.parametrize("mode", MODES)
PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it
DOCUMENT = ("sec-fetch-dest", "document")


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the request's own headers, one a line."""
    lines = [name + b": " + value for name, value in scope["headers"]]
    await answer(send, b"\n".join(lines), kind=b"text/plain")


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
def test_the_site_sees_only_the_cookies_that_were_agreed_to(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, echo, tmp_path) as gate:
            before = await call(gate, headers=[("cookie", "_ga=1; sid=2; cookiegate=x")])
            assert b"cookie: sid=2" in before.body.split(b"\n")
            given = keep(await choose(gate, "save", purpose="statistics"))
            after = await call(gate, headers=[("cookie", f"_ga=1; sid=2; _px=3; {given}")])
            assert b"cookie: _ga=1; sid=2" in after.body.split(b"\n")
            nothing = await call(gate, headers=[("cookie", "_ga=1")])
            assert b"cookie:" not in nothing.body

    asyncio.run(story())


@both
def test_a_cookie_header_that_http_2_has_split_still_holds_the_choice(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, echo, tmp_path) as gate:
            given = keep(await choose(gate, "save", purpose="statistics"))
            for lines in ([given, "_ga=1"], ["_ga=1", given], ["sid=1", given, "_px=1", "_ga=1"]):
                page = await call(gate, headers=[("cookie", line) for line in lines], http_version="2")
                assert b"_ga=1" in page.body
                assert b"_px" not in page.body
                assert b"cookiegate" not in page.body

    asyncio.run(story())


SET = [
    b"sid=a; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/",
    b"_ga=1; Path=/",
    b"sid=b",
    b"_gat=1",
    b"nameless",
    b"=__Host-x",
    b"__Host-cookiegate=forged; Path=/; Secure",
    b'sid="c\\"d"; Path=/',
    b"SID=1",
]


@both
def test_the_cookies_that_pass_keep_their_bytes_and_their_order(mode: str, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, b"{}", [(b"set-cookie", value) for value in SET], kind=b"application/json")

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            passed = [SET[number].decode() for number in (0, 2, 7)]
            assert (await call(gate)).all("set-cookie") == passed

    asyncio.run(story())


@both
@pytest.mark.parametrize("path", ["/px/t.js", "/%70x/t.js", "/p%78/t.js?a=1"])
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
            assert asked == ["/px/t.js"]

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
            again = await call(gate, headers=[DOCUMENT, ("if-none-match", tag)])
            assert (again.status, again.body, again.get("etag")) == (304, b"", tag)
            assert (again.get("vary"), again.get("cache-control")) == ("Cookie", "private")
            given = keep(await choose(gate))
            other = await call(gate, headers=[DOCUMENT, ("if-none-match", tag), ("cookie", given)])
            assert other.status == 200
            assert other.get("etag") not in (tag, '"v1"', None)
            assert b'<script src="https://pikseli.example' in other.body
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


def test_the_application_is_told_the_consent(tmp_path: Path) -> None:
    told: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.append((scope["state"]["consent"], cookiegate.current(), scope["state"]["kept"]))
        await answer(send, b"ok", kind=b"text/plain")

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        given = keep(await choose(gate, "save", service=["filmi"]))
        state = {"kept": 1}
        await call(gate, state=state)
        await call(gate, headers=[("cookie", given)], state=state)
        assert state == {"kept": 1}, "the state of the server is shared by all requests"
        (nobody, current_nobody, _), (somebody, current_somebody, kept) = told
        assert nobody == current_nobody == UNDECIDED
        assert somebody is current_somebody
        assert (somebody.allows("filmi"), somebody.allows("marketing"), kept) == (True, False, 1)
        assert cookiegate.current() == UNDECIDED, "outside a request"
        gate.register.close()

    asyncio.run(story())


def test_simultaneous_requests_have_each_their_own_consent(tmp_path: Path) -> None:
    both_there = asyncio.Barrier(2)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await both_there.wait()
        await answer(send, str(cookiegate.current().decided).encode(), kind=b"text/plain")

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        given = keep(await choose(gate))
        pages = await asyncio.gather(call(gate), call(gate, headers=[("cookie", given)]))
        assert [page.body for page in pages] == [b"False", b"True"]
        gate.register.close()

    asyncio.run(story())


def test_what_the_application_raises_reaches_the_server(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/late":
            head = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 200, "headers": head})
            await send({"type": "http.response.body", "body": b"<body>half", "more_body": True})
        raise LookupError("the site's own")

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        early = await call(gate)
        assert (type(early.error), early.status) == (LookupError, None)
        late = await call(gate, path="/late")
        assert (type(late.error), late.status, late.complete) == (LookupError, 200, False)
        assert cookiegate.current() == UNDECIDED
        gate.register.close()

    asyncio.run(story())


def test_at_the_end_of_the_lifespan_the_register_is_written(tmp_path: Path) -> None:
    received: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                received.append((await receive())["type"])
                await send({"type": f"lifespan.{stage}.complete"})

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        await choose(gate, "refuse")
        said = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        out: list[Any] = []

        async def receive() -> Any:
            return said.pop(0)

        async def send(message: Any) -> None:
            out.append(message["type"])

        await gate({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
        assert received == ["lifespan.startup", "lifespan.shutdown"]
        assert out == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        assert (await choose(gate, "accept")).status == 503, "the register is closed"
        assert [record["event"] for record in read_ledger(gate, tmp_path)] == ["refused"]

    asyncio.run(story())


def test_an_application_without_lifespan_and_a_server_that_never_calls_it_will_do(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "I know only http"
        await website(scope, receive, send)

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        with pytest.raises(AssertionError, match="I know only http"):
            await gate({"type": "lifespan"}, None, None)
        assert (await call(gate)).status == 200
        gate.register.close()

    asyncio.run(story())


def test_what_is_neither_http_nor_websocket_nor_lifespan_passes_untouched(tmp_path: Path) -> None:
    seen: list[Any] = []

    async def app(*arguments: Any) -> None:
        seen.extend(arguments)

    async def receive() -> None: ...
    async def send(message: Any) -> None: ...

    scope = {"type": "email", "anything": 1}
    asyncio.run(make_gate(app, tmp_path)(scope, receive, send))
    assert seen[0] is scope
    assert seen[1] is receive
    assert seen[2] is send


def test_a_scope_may_hold_no_more_than_it_must(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        out: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            out.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": "/",
            "query_string": b"",
            "headers": [],
        }
        await gate(scope, receive, send)
        assert out[0]["status"] == 200
        gate.register.close()

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


def test_behind_a_trusted_proxy_its_word_on_tls_counts_and_behind_any_other_it_does_not(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path, trusted_proxies=("10.0.0.0/8",))
        form = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}
        told = await post(gate, body=b"decision=refuse", headers=form, scheme="http", client=("10.1.2.3", 1))
        assert keep(told).startswith("__Host-cookiegate=")
        claimed = await post(gate, body=b"decision=refuse", headers=form, scheme="http", client=("198.51.100.1", 1))
        assert keep(claimed).startswith("cookiegate=")
        gate.register.close()

    asyncio.run(story())


@both
def test_what_was_kept_without_being_agreed_to_is_expired_on_the_next_page(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            page = await call(gate, path="/a/b", headers=[DOCUMENT, ("cookie", "_ga=1; sid=1")])
            gone = {value for value in page.all("set-cookie") if value.startswith("_ga=;")}
            assert "_ga=; Max-Age=0; Path=/; Domain=site.example" in gone
            assert "_ga=; Max-Age=0; Path=/a/" in gone
            assert not any(value.startswith("sid=;") for value in page.all("set-cookie"))

    asyncio.run(story())

"""The application and the server around the gate: what they are told, and that nothing of theirs is lost on the way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import cookiegate
from cookiegate.consent import UNDECIDED
from tests.asgi import call
from tests.stories.site import answer, choose, keep, make_gate, post, read_ledger, website


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

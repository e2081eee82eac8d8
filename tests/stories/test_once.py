"""An embed loaded this once: that page and that service, no other page and no record of it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import Token
from tests.asgi import Recorded, call

from .site import MODES, POLICY, SECRET, answer, choose, keep, make_gate, read_ledger, stand_before, website

both = pytest.mark.parametrize("mode", MODES)
DOCUMENT = ("sec-fetch-dest", "document")
FRAME, SCRIPT = b'<iframe src="https://filmi.example', b'<script src="https://pikseli.example'
NAME = "__Host-cookiegate-once"


async def ask(gate: Any, page: str = "/mokit/?huone=2", service: str = "filmi", cookie: str = "") -> Recorded:
    return await choose(gate, "once", cookie=cookie, service=service, return_to=page)


def find_wish(recorded: Recorded) -> str:
    pairs = [value.partition(";")[0] for value in recorded.all("set-cookie") if value.startswith(f"{NAME}=")]
    assert len(pairs) == 1
    return pairs[0]


async def look(gate: Any, path: str = "/mokit/?huone=2", cookie: str = "", *headers: tuple[str, str]) -> Recorded:
    return await call(gate, path=path, headers=[DOCUMENT, *headers, *([("cookie", cookie)] if cookie else [])])


@both
def test_one_page_shows_it_and_the_next_does_not(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            asked = await ask(gate)
            assert (asked.status, asked.get("location")) == (303, "/mokit/?huone=2")
            assert len(asked.all("set-cookie")) == 1, "the choice does not change"
            for said in ("; Path=/", "; Max-Age=60", "; HttpOnly", "; Secure", "; SameSite=Lax"):
                assert said in asked.all("set-cookie")[0]
            page = await look(gate, cookie=find_wish(asked))
            assert FRAME in page.body
            assert SCRIPT not in page.body, "nothing else comes with it"
            policy = (page.get("content-security-policy") or "").split("report-uri")[0]
            assert " filmi.example" in policy
            assert "pikseli.example" not in policy
            assert b'value="accept"' in page.body, "the question stands as before"
            assert page.get("cache-control") == "no-store"
            assert [value for value in page.all("set-cookie") if value.startswith(NAME)] == [
                f"{NAME}=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly; Secure"
            ]
            for again in ((await look(gate)), (await look(gate, "/"))):
                assert FRAME not in again.body
                assert again.get("cache-control") == "private"
            assert read_ledger(gate, tmp_path) == []

    asyncio.run(story())


def test_what_was_given_before_stays_given(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", service="pikseli"))
        wish = find_wish(await ask(gate, cookie=given))
        page = await look(gate, "/mokit/?huone=2", f"{given}; {wish}")
        assert FRAME in page.body
        assert SCRIPT in page.body
        after = await look(gate, cookie=given)
        assert FRAME not in after.body
        assert SCRIPT in after.body
        assert [record["services"] for record in read_ledger(gate, tmp_path)] == [["pikseli"]]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", ()),
        ("/mokit", ()),
        ("/mokit/2", ()),
        ("/mokit/", (("sec-fetch-dest", "iframe"),)),
        ("/mokit/", (("sec-fetch-dest", "empty"),)),
        ("/mokit/", (("sec-purpose", "prefetch;prerender"),)),
    ],
)
def test_no_other_page_shows_it_and_no_request_but_the_visitors_own(
    path: str, headers: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        wish = find_wish(await ask(gate, "/mokit/"))
        sent = dict([DOCUMENT, *headers, ("cookie", wish)])
        page = await call(gate, path=path, headers=list(sent.items()))
        assert FRAME not in page.body
        assert NAME not in str(page.all("set-cookie")), "the wish waits for its page"
        assert FRAME in (await look(gate, "/mokit/", wish)).body
        assert (await call(gate, "POST", "/mokit/", [DOCUMENT, ("cookie", wish)])).body.count(FRAME) == 0
        gate.register.close()

    asyncio.run(story())


def test_a_wish_of_yesterday_or_of_another_gate_is_none(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        now = int(time.time()) // 60
        for secret, minute, shows in ((SECRET, now, True), (SECRET, now - 1_440, False), ("x" * 32, now, False)):
            wish = Token(gate.policy, [secret]).once.seal("filmi", "/mokit/", minute)
            assert (FRAME in (await look(gate, "/mokit/", f"{NAME}={wish}")).body) is shows
        gate.register.close()

    asyncio.run(story())


@pytest.mark.parametrize("page", ["/mökit;a=1/ä b?x=/", "/a%2Fb/%C3%A4;v=1", "/50%25"])
def test_the_page_is_found_whatever_its_address_is_written_like(page: str, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        asked = await ask(gate, page)
        shown = await look(gate, asked.get("location") or "", find_wish(asked))
        assert FRAME in shown.body

    asyncio.run(story())


@pytest.mark.parametrize("services", [[], ["nobody"], ["filmi", "pikseli"]])
def test_one_service_at_a_time_is_asked_for(services: list[str], tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        refused = await choose(gate, "once", service=services, return_to="/")
        assert (refused.status, refused.all("set-cookie")) == (400, [])
        gate.register.close()

    asyncio.run(story())


def test_the_site_never_sees_the_wish(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"cookie")
        await answer(send, b"<p>page", [(b"set-cookie", NAME.encode() + b"=forged; Path=/")])

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        page = await look(gate, "/mokit/", f"sid=1; {find_wish(await ask(gate, '/mokit/'))}")
        assert "forged" not in str(page.headers), "nor may it make one up"
        gate.register.close()

    asyncio.run(story())
    assert seen == [b"sid=1"]


def test_on_plain_http_it_has_a_plain_name(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path, policy=POLICY)
        body = b"decision=once&service=filmi&return_to=/mokit/"
        headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")]
        asked = await call(gate, "POST", "/_cookiegate/choice", headers, body, scheme="http")
        wish = asked.all("set-cookie")[0]
        assert wish.startswith("cookiegate-once=")
        assert "Secure" not in wish
        pair = wish.partition(";")[0]
        assert FRAME in (await call(gate, path="/mokit/", headers=[("cookie", pair)], scheme="http")).body
        assert FRAME not in (await call(gate, path="/mokit/", headers=[("cookie", pair)])).body

    asyncio.run(story())


@both
@pytest.mark.parametrize("decision", ["refuse", "save"])
def test_an_answer_that_follows_ends_it(mode: str, decision: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            wish = find_wish(await ask(gate))
            ended = f"{NAME}=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly; Secure"
            assert ended in (await choose(gate, decision, cookie=wish)).all("set-cookie")
            assert ended not in (await choose(gate, decision)).all("set-cookie"), "there was nothing to end"

    asyncio.run(story())

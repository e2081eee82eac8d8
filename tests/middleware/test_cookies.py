"""Cookies through the whole gate, in both places: what the site sees, what it may set, what is expired."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.asgi import call
from tests.stories.site import answer, choose, keep, stand_before, website

from .doors import DOCUMENT, both


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the request's own headers, one a line."""
    lines = [name + b": " + value for name, value in scope["headers"]]
    await answer(send, b"\n".join(lines), kind=b"text/plain")


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
def test_what_was_kept_without_being_agreed_to_is_expired_on_the_next_page(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            page = await call(gate, path="/a/b", headers=[DOCUMENT, ("cookie", "_ga=1; sid=1")])
            gone = {value for value in page.all("set-cookie") if value.startswith("_ga=;")}
            assert "_ga=; Max-Age=-1; Path=/; Domain=site.example" in gone
            assert "_ga=; Max-Age=-1; Path=/a/" in gone
            assert not any(value.startswith("sid=;") for value in page.all("set-cookie"))

    asyncio.run(story())

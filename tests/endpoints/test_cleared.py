"""A withdrawal that clears the site's data, in two steps; the second alone withdraws nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from cookiegate import CookieGate
from cookiegate.policy import compile_policy
from cookiegate.settings import demo_settings
from tests.asgi import call
from tests.stories.site import website

SAME = [("sec-fetch-site", "same-origin")]
POLICY: dict[str, Any] = {
    "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"]},
    "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
    "consent": {"clear_site_data": True},
    "purposes": {"marketing": {"services": ["youtube"]}},
}
FORM = [*SAME, ("content-type", "application/x-www-form-urlencoded")]


def make(folder: Path, clears: bool) -> CookieGate:
    policy = compile_policy({**POLICY, "consent": {"clear_site_data": clears}})
    return CookieGate(website, policy=policy, settings=demo_settings(folder))


async def accept(gate: CookieGate) -> tuple[str, str]:
    got = await call(gate, "POST", "/_cookiegate/choice", headers=FORM, body=b"decision=accept")
    return ("cookie", got.all("set-cookie")[0].partition(";")[0])


def test_a_withdrawal_clears_first_and_remembers_the_refusal_next(tmp_path: Path) -> None:
    gate = make(tmp_path, clears=True)

    async def story() -> None:
        mine = await accept(gate)
        body = b"decision=withdraw&return_to=/sivu"
        first = await call(gate, "POST", "/_cookiegate/choice", headers=[*FORM, mine], body=body)
        assert first.get("clear-site-data") == '"cookies", "storage"'
        second = await call(gate, "GET", first.get("location") or "", headers=SAME)
        assert (second.status, second.get("location")) == (303, "/sivu")
        assert second.all("set-cookie")[0].startswith("__Host-cookiegate=")

    asyncio.run(story())
    gate.register.close()


def test_where_the_browser_clears_nothing_the_withdrawal_holds_all_the_same(tmp_path: Path) -> None:
    gate = make(tmp_path, clears=True)

    async def story() -> None:
        mine = await accept(gate)
        body = b"decision=withdraw&return_to=/sivu"
        first = await call(gate, "POST", "/_cookiegate/choice", headers=[*FORM, mine], body=body)
        [refused] = [("cookie", value.partition(";")[0]) for value in first.all("set-cookie")]
        page = await call(gate, headers=[refused])
        assert b'value="withdraw"' not in page.body
        assert b'value="accept"' not in page.body
        second = await call(gate, "GET", first.get("location") or "", headers=[*SAME, refused])
        assert (second.status, second.get("location")) == (303, "/sivu")

    asyncio.run(story())
    gate.register.close()


def test_the_second_step_alone_withdraws_nothing(tmp_path: Path) -> None:
    gate, never = make(tmp_path, clears=True), make(tmp_path, clears=False)

    async def story() -> None:
        mine = await accept(gate)
        for who, headers in (
            (gate, [*SAME, mine]),
            (gate, []),
            (gate, [("sec-fetch-site", "cross-site")]),
            (never, SAME),
        ):
            got = await call(who, "GET", "/_cookiegate/cleared?return_to=/", headers=headers)
            assert got.status == 403
            assert got.all("set-cookie") == []

    asyncio.run(story())
    gate.register.close()
    never.register.close()


def test_the_script_is_told_to_clear_once_the_page_asks_nobody_any_more(tmp_path: Path) -> None:
    gate = make(tmp_path, clears=True)
    scripted = [*FORM, ("accept", "*/*")]

    async def story() -> None:
        mine = await accept(gate)
        body = b"decision=withdraw"
        told = await call(gate, "POST", "/_cookiegate/choice", headers=[*scripted, mine], body=body)
        assert told.get("clear-site-data") == '"prefetchCache", "prerenderCache"', (
            "answers under way would bring cookies back"
        )
        refused = ("cookie", told.all("set-cookie")[0].partition(";")[0])
        assert b' data-clear="/_cookiegate/clear" ' in told.body
        cleared = await call(gate, "POST", "/_cookiegate/clear", headers=[*SAME, refused])
        assert cleared.get("clear-site-data") == '"cookies", "storage"'
        assert (cleared.get("location") or "").startswith("/_cookiegate/cleared?")
        again = await call(gate, "POST", "/_cookiegate/choice", headers=[*scripted, refused], body=body)
        assert b' data-clear="" ' in again.body, "nothing was given any more"

    asyncio.run(story())
    gate.register.close()


def test_nobody_else_clears_anything(tmp_path: Path) -> None:
    gate, never = make(tmp_path, clears=True), make(tmp_path, clears=False)

    async def story() -> None:
        mine = await accept(gate)
        cross = [("sec-fetch-site", "cross-site")]
        for who, headers in ((gate, [*SAME, mine]), (gate, cross), (never, SAME)):
            got = await call(who, "POST", "/_cookiegate/clear", headers=headers)
            assert (got.status, got.get("clear-site-data")) == (403, None)

    asyncio.run(story())
    gate.register.close()
    never.register.close()

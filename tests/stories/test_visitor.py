"""A visitor's whole way through a site, over HTTP alone: what they see, what the site sees, what the ledger holds."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from cookiegate.register import Register
from tests.asgi import call

from .site import MODES, choose, keep, make_gate, read_ledger, stand_before, website

both = pytest.mark.parametrize("mode", MODES)


@both
def test_a_visitor_changes_their_mind_and_every_step_can_be_proven(mode: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            cookie = ""
            seen = []
            for decision, fields in (
                ("refuse", {}),
                ("save", {"service": ["filmi"]}),
                ("accept", {}),
                ("save", {"purpose": ["statistics"]}),
                ("withdraw", {}),
            ):
                cookie = keep(await choose(gate, decision, cookie=cookie, **fields))
                page = await call(gate, headers=[("cookie", cookie)])
                seen.append(
                    (
                        b'<iframe src="https://filmi.example' in page.body,
                        b'<script src="https://pikseli.example' in page.body,
                        "_ga=GA1.1.5; Path=/" in page.all("set-cookie"),
                    )
                )
            nothing, all_three = (False, False, False), (True, True, True)
            assert seen == [nothing, (True, False, False), all_three, (False, False, True), nothing]
            ledger = read_ledger(gate, tmp_path)
            assert [record["event"] for record in ledger] == [
                "refused",
                "partly-given",
                "given",
                "partly-given",
                "withdrawn",
            ]
            assert "consent_id" not in ledger[0], "who refuses has no number"
            assert len({record["consent_id"] for record in ledger[1:]}) == 1, "one proof, from the grant to its end"
            assert ledger[3]["states"] == {"statistics": "given", "marketing": "withdrawn"}

    asyncio.run(story())


@both
def test_every_combination_is_recorded_and_served_as_it_was_ticked(mode: str, tmp_path: Path) -> None:
    services = ("google-analytics", "filmi", "pikseli")
    every = [set(given) for n in range(4) for given in itertools.combinations(services, n)]

    async def story() -> None:
        async with stand_before(mode, website, tmp_path) as gate:
            for given in every:
                cookie = keep(await choose(gate, "save", service=sorted(given)))
                page = await call(gate, headers=[("cookie", cookie)])
                served = {
                    "filmi": b'<iframe src="https://filmi.example' in page.body,
                    "pikseli": b'<script src="https://pikseli.example' in page.body,
                    "google-analytics": "_ga=GA1.1.5; Path=/" in page.all("set-cookie"),
                }
                assert {service for service, passes in served.items() if passes} == given
            recorded = [sorted(record["services"]) for record in read_ledger(gate, tmp_path)]
            assert sorted(recorded) == sorted(map(sorted, every))

    asyncio.run(story())


def test_a_choice_outlives_a_restart(tmp_path: Path) -> None:
    async def story() -> None:
        first = make_gate(website, tmp_path)
        cookie = keep(await choose(first))
        first.register.close()
        second = make_gate(website, tmp_path)
        assert b'<script src="https://pikseli.example' in (await call(second, headers=[("cookie", cookie)])).body
        assert [record["event"] for record in read_ledger(second, tmp_path)] == ["given"]

    asyncio.run(story())


@both
def test_a_shared_cache_that_keeps_the_rules_never_shows_one_visitors_page_to_another(
    mode: str, tmp_path: Path
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        public = (b"cache-control", b"public, max-age=600, s-maxage=600")
        head = [(b"content-type", b"text/html"), public]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"<html><body>public</body></html>"})

    async def story() -> None:
        async with stand_before(mode, app, tmp_path) as gate:
            given = keep(await choose(gate))
            for headers in ([], [("cookie", given)]):
                page = await call(gate, headers=headers)
                assert (page.get("cache-control"), page.get("vary")) == ("private, max-age=600", "Cookie")

    asyncio.run(story())


def test_who_objects_to_the_visit_log_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[Any] = []
    monkeypatch.setattr(Register, "visit", lambda self, visit: visits.append(visit))

    async def story() -> None:
        gate = make_gate(website, tmp_path)
        objection = ("cookie", "__Host-cookiegate-objection=1")
        assert (await call(gate, path="/objected", headers=[objection])).status == 200
        assert (await call(gate, path="/ahead", headers=[("sec-purpose", "prefetch;prerender")])).status == 200
        assert (await call(gate, path="/part", headers=[("sec-fetch-dest", "empty")])).status == 200
        assert (await call(gate, path="/frame", headers=[("sec-fetch-dest", "iframe")])).status == 200
        await call(gate, "POST", "/posted")
        await call(gate, "HEAD", "/asked")
        await call(gate, path="/seen?query=1", client=("203.0.113.77", 1))
        assert [(visit.path, visit.address) for visit in visits] == [("/seen", "203.0.113.0/24")]
        assert "query" not in str(visits[0]._asdict())
        gate.register.close()

    asyncio.run(story())

"""What may be posted to our own addresses, and by whom: what is not exactly a decision decides nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import make_gate, post, read_ledger, website

from .knocking import ACCEPT, HOST, knock


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"decision=", 400),
        (b"decision=everything", 400),
        (b"decision=ACCEPT", 400),
        (b"decision=accept&decision=refuse", 400),
        (b"decision=accept&decision=accept", 400),
        (b"decision=accept&admin=1", 400),
        (b"decision[]=accept", 400),
        (b"purpose=statistics", 400),
        (b"decision=allow", 400),
        (b"decision=allow&service=nobody", 400),
        (b"decision=accept&return_to=%ff%fe", 400),
        (b"decision=accept&\xff\xfe=1", 400),
        (b"decision=accept" + b"&purpose=x" * 301, 400),
        (b"decision=accept&purpose=" + b"x" * 8_192, 413),
        (b"\0" * 4_000, 400),
        (b'{"decision":"accept"}', 400),
    ],
)
def test_what_is_not_exactly_one_decision_is_refused(body: bytes, status: int, tmp_path: Path) -> None:
    answer, ledger = knock(tmp_path, body=body)
    assert (answer.status, answer.all("set-cookie"), ledger) == (status, [], [])
    assert answer.get("x-cookiegate") is not None, "whoever debugs must see why"


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", None, "application/x-www-form"]
)
def test_a_body_of_another_kind_is_refused(kind: str | None, tmp_path: Path) -> None:
    answer, ledger = knock(tmp_path, body=ACCEPT, headers={"content-type": kind})
    assert (answer.status, answer.all("set-cookie"), ledger) == (415, [], [])


@pytest.mark.parametrize("kind", ["application/json", "text/plain", None])
@pytest.mark.parametrize(("place", "body"), [("objection", b"objects=no"), ("receipt", b"act=erase")])
def test_one_word_of_another_kind_is_refused(place: str, body: bytes, kind: str | None, tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, place, body, headers={"content-type": kind})
    assert (answer.status, answer.all("set-cookie")) == (415, [])


def test_an_objection_without_a_body_needs_no_kind(tmp_path: Path) -> None:
    assert knock(tmp_path, "objection", b"", headers={"content-type": None})[0].status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "same-origin, cross-site"},
        {"sec-fetch-site": None, "origin": "https://evil.example"},
        {"sec-fetch-site": None, "origin": "https://site.example.evil.example"},
        {"sec-fetch-site": None, "origin": "https://site.example:8443"},
        {"sec-fetch-site": None, "origin": "https://site.example@evil.example"},
        {"sec-fetch-site": None, "origin": "https://[evil"},
        {"sec-fetch-site": None, "origin": "null"},
        {"sec-fetch-site": None, "origin": ""},
        {"sec-fetch-site": None, "origin": "null", "host": ""},
    ],
)
@pytest.mark.parametrize("place", ["choice", "objection", "report"])
def test_another_site_cannot_post_here(headers: dict[str, Any], place: str, tmp_path: Path) -> None:
    for body in (ACCEPT, b"decision=once&service=filmi&return_to=/"):
        answer, ledger = knock(tmp_path, place, body, headers)
        assert (answer.status, answer.all("set-cookie"), ledger) == (403, [], [])


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": None, "origin": "https://site.example"}, {"sec-fetch-site": None}]
)
def test_a_browser_without_fetch_metadata_can_choose(headers: dict[str, Any], tmp_path: Path) -> None:
    answer, ledger = knock(tmp_path, body=ACCEPT, headers=headers)
    assert answer.status == 303
    assert [record["event"] for record in ledger] == ["given"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("place", ["choice", "objection", "report"])
def test_only_a_post_changes_anything(method: str, place: str, tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)
    answer = asyncio.run(call(gate, method, f"/_cookiegate/{place}?decision=accept"))
    assert (answer.status, answer.get("allow"), answer.all("set-cookie")) == (405, "POST", [])
    assert read_ledger(gate, tmp_path) == []


@pytest.mark.parametrize(
    "path",
    ["", "nothing", "assets/0/banner.js", "settings/", "../choice", "%00", "choice%2f", "Choice", "assets/../settings"],
)
def test_an_address_that_is_none_of_ours_is_not_found_and_the_site_is_not_asked(path: str, tmp_path: Path) -> None:
    gate = make_gate(None, tmp_path)
    answer = asyncio.run(call(gate, "GET", f"/_cookiegate/{path}"))
    assert (answer.status, answer.error) == (404, None)
    gate.register.close()


def test_a_header_of_64_kilobytes_hurts_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        for name in ("cookie", "accept-language", "user-agent", "referer", "accept", "sec-gpc", "host"):
            for filling in (f"{HOST}=", '"', '\\"', ";", ",", "=", "a=b; ", "\xff", "en;q=0.1,"):
                header = (name, (filling * 65_536)[:65_536])
                assert (await call(gate, headers=[header])).status == 200, (name, filling)
                refused = await post(gate, body=b"decision=nonsense", headers=[header])
                assert refused.status in (400, 403), (name, filling)
                assert (await call(gate, "GET", "/_cookiegate/settings", [header])).status == 200, (name, filling)
        assert read_ledger(gate, tmp_path) == []

    asyncio.run(story())


def test_a_visitor_who_leaves_in_the_middle_of_a_form_has_decided_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        leave = asyncio.Event()
        leave.set()
        answer = await post(gate, body=ACCEPT, whole=False, leave=leave)
        assert (answer.status, answer.error) == (None, None)
        assert read_ledger(gate, tmp_path) == []

    asyncio.run(story())

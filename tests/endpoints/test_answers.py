"""What our addresses answer and record: a choice with and without the store, an objection, our own pages."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.asgi import call
from tests.stories.site import choose, keep, make_gate, post, read_ledger, website

from .knocking import ACCEPT, HOST, knock


def test_while_the_store_is_down_nothing_can_be_given_and_everything_refused(tmp_path: Path) -> None:
    async def story() -> None:
        given = keep(await choose(make_gate(website, tmp_path)))
        (tmp_path / "file").write_text("no folder")
        gate = make_gate(website, tmp_path, store=f"sqlite:///{tmp_path / 'file' / 'site.db'}")
        for decision in ({"decision": "accept"}, {"decision": "allow", "service": "filmi"}):
            answer = await choose(gate, **decision)
            assert (answer.status, answer.get("retry-after"), answer.all("set-cookie")) == (503, "30", [])
        mixed = await choose(gate, "save", cookie=given, service=["filmi"])
        assert mixed.status == 303, "it only takes back"
        some = keep(mixed)
        mixed = await choose(gate, "save", cookie=some, service=["pikseli"])
        assert (mixed.status, mixed.get("retry-after")) == (503, "30")
        page = (await call(gate, headers=[("cookie", keep(mixed))])).body
        assert b'<iframe src="https://filmi' not in page, "what is taken back holds"
        assert b'<script src="https://pikseli' not in page, "what is given does not"
        for decision, cookie in (("refuse", ""), ("withdraw", given)):
            answer = await choose(gate, decision, cookie=cookie)
            assert answer.status == 303
            page = await call(gate, headers=[("cookie", keep(answer))])
            assert page.status == 200
            assert b'value="accept"' not in page.body, "the answer holds, though it could not be recorded yet"
            assert not any(value.startswith("_ga=") for value in page.all("set-cookie"))
        assert (await call(gate, "GET", "/_cookiegate/health")).status == 503

    asyncio.run(story())


def test_while_the_store_is_down_own_records_are_for_later(tmp_path: Path) -> None:
    async def story() -> None:
        first = make_gate(website, tmp_path)
        given = keep(await choose(first))
        first.register.close()
        gate = make_gate(website, tmp_path, store=f"sqlite:///{tmp_path / 'no folder' / 'site.db'}")
        for answer in (
            await call(gate, "GET", "/_cookiegate/receipt", [("cookie", given)]),
            await post(gate, "receipt", "act=erase", {"cookie": given}),
        ):
            assert (answer.status, answer.get("retry-after"), answer.all("set-cookie")) == (503, "30", [])
        gate.register.close()

    asyncio.run(story())


def test_visitors_cannot_fill_the_log_while_the_store_is_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path, store=f"sqlite:///{tmp_path / 'no folder' / 'site.db'}")
        for _ in range(5):
            assert (await choose(gate)).status == 503
        gate.register.close()

    asyncio.run(story())
    told = [each.getMessage() for each in caplog.records if each.name == "cookiegate"]
    assert len(told) == 1
    assert told[0].startswith("visitors were told to try again later, 1 so far: the decision could not be recorded")


def test_the_script_is_told_what_now_holds(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body="decision=save&purpose=statistics", headers={"accept": "*/*"})
    assert answer.status == 200
    page = LexborHTMLParser(answer.body.decode())
    section, body, module = (page.css_first(each) for each in ("section", "body", "script[type=module]"))
    assert section.attributes["data-services"] == "google-analytics"
    assert section.attributes["data-purposes"] == "statistics"
    assert section.css_first("button").attributes["value"] == "withdraw"
    assert "pikseli.example" not in body.attributes["data-csp"]
    assert "www.googletagmanager.com" in body.attributes["data-csp"]
    assert module.attributes["src"].endswith("/settings.js")
    assert keep(answer).startswith(f"{HOST}=")


@pytest.mark.parametrize(("accept", "back"), [("*/*", "/now?page=2"), ("text/html,*/*;q=0.8", "/loaded")])
def test_a_page_that_changed_its_address_goes_on_from_the_new_one(accept: str, back: str, tmp_path: Path) -> None:
    headers = {"accept": accept, "referer": "https://site.example/now?page=2"}
    answer, _ = knock(tmp_path, body="decision=refuse&return_to=/loaded", headers=headers)
    if accept == "*/*":
        field = LexborHTMLParser(answer.body.decode()).css_first("section [name=return_to]")
        assert field.attributes["value"] == back
    else:
        assert answer.get("location") == back


def test_what_visitors_write_into_a_form_does_not_reach_the_ledger(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        named = ["filmi", "aino@kivijoki.example"]
        assert (await choose(gate, "allow", service=named)).status == 303
        assert (await choose(gate, "save", service=named, purpose="aino@kivijoki.example")).status == 303
        ledger = read_ledger(gate, tmp_path)
        assert [record["method"] for record in ledger] == ["placeholder:filmi", "settings:save"]
        assert "aino" not in json.dumps(ledger)

    asyncio.run(story())


@pytest.mark.parametrize(("lines", "sent"), [(["1"], True), (["0", "1"], True), (["true"], False), ([" 1,1"], False)])
def test_the_record_says_whether_the_browser_sent_global_privacy_control(
    lines: list[str], sent: bool, tmp_path: Path
) -> None:
    gate = make_gate(website, tmp_path)
    headers = [("content-type", "application/x-www-form-urlencoded"), *(("sec-gpc", line) for line in lines)]
    asyncio.run(call(gate, "POST", "/_cookiegate/choice", headers, ACCEPT))
    [record] = read_ledger(gate, tmp_path)
    assert record["gpc"] is sent


def test_an_objection_is_kept_without_an_id(tmp_path: Path) -> None:
    answer, ledger = knock(tmp_path, "objection")
    assert (answer.status, answer.get("location"), ledger) == (303, "/_cookiegate/privacy?language=fi", [])
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith("__Host-cookiegate-objection=1; Path=/")


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("BR;q=0.1", "br"), ("br;q=0, gzip;q=0.0", ""), ("", "")],
)
def test_our_files_come_as_small_as_the_browser_takes_them(tmp_path: Path, accepts: str, coding: str) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        page = (await call(gate, "GET", "/_cookiegate/settings")).body.decode()
        [address] = re.findall(r'src="([^"]+/settings\.js)"', page)
        plain = await call(gate, "GET", address)
        sent = await call(gate, "GET", address, [("accept-encoding", accepts)])
        assert (sent.get("content-encoding") or "", sent.get("vary")) == (coding, "Accept-Encoding")
        assert sent.get("content-length") == str(len(sent.body))
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding]
        assert unpack(sent.body) == plain.body
        assert not coding or len(sent.body) < len(plain.body) / 2
        gate.register.close()

    asyncio.run(story())


def test_our_pages_ask_nobody_else_and_no_cache_keeps_them(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        for place in ("settings", "notice", "privacy"):
            page = await call(gate, "GET", f"/_cookiegate/{place}")
            assert page.status == 200
            assert page.get("cache-control") == "no-store"
            assert (page.get("content-security-policy") or "").startswith("default-src 'none'")
            assert page.all("set-cookie") == []
        gate.register.close()

    asyncio.run(story())

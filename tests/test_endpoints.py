"""Our own addresses and whoever knocks there: what is not exactly a decision decides nothing."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import POLICY, choose, keep, make_gate, post, read_ledger, website

HOST = "__Host-cookiegate"
ACCEPT = b"decision=accept"


def knock(folder: Path, *arguments: Any, **more: Any) -> Any:
    """Post once; give the answer and the ledger after it."""
    gate = make_gate(website, folder)
    answer = asyncio.run(post(gate, *arguments, **more))
    return answer, read_ledger(gate, folder)


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
    answer, ledger = knock(tmp_path, place, ACCEPT, headers)
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


def tampered(value: str) -> list[str]:
    sealed, _, signature = value.rpartition(".")
    fields = sealed.split("~")
    return [
        value[:-1],
        value[: len(value) // 2],
        value + "A",
        sealed,
        f"{sealed}.",
        f".{signature}",
        "",
        "." * 900,
        "~" * 900,
        "\xff\xfe",
        value * 4,
        value.upper(),
        f'"{value}"',
        ".".join(["~".join([*fields[:2], str(int(fields[2]) + 1), *fields[3:]]), signature]),
        ".".join(["~".join([*fields[:3], "marketing+statistics", *fields[4:]]), signature]),
        ".".join(["~".join(["2", *fields[1:]]), signature]),
    ]


@pytest.mark.parametrize("number", range(16))
def test_a_cookie_that_we_did_not_sign_like_this_is_no_decision(number: int, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", purpose="statistics"))
        name, _, value = given.partition("=")
        page = await call(gate, headers=[("cookie", f"{name}={tampered(value)[number]}")])
        assert page.status == 200
        assert b'value="accept"' in page.body, "the banner asks"
        assert not any(value.startswith("_ga=") for value in page.all("set-cookie"))
        gate.register.close()

    asyncio.run(story())


def test_an_untouched_cookie_is_the_decision(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", purpose="statistics"))
        page = await call(gate, headers=[("cookie", given)])
        assert b'value="accept"' not in page.body
        assert "_ga=GA1.1.5; Path=/" in page.all("set-cookie")
        gate.register.close()

    asyncio.run(story())


def test_a_cookie_of_another_secret_policy_or_time_is_no_decision(tmp_path: Path, monkeypatch: Any) -> None:
    async def story() -> None:
        first = make_gate(website, tmp_path)
        given = keep(await choose(first))
        first.register.close()
        (tmp_path / "other").mkdir()
        changed = POLICY.replace("Kivijoen Kello Oy", "Kivijoen Kello ja Kumppanit Oy")
        other_policy = make_gate(website, tmp_path / "other", policy=changed)
        monkeypatch.setattr("tests.stories.site.SECRET", "another-secret-0123456789abcdefghijklmnop")
        other_secret = make_gate(website, tmp_path / "other")
        for gate in (other_policy, other_secret):
            assert b'value="accept"' in (await call(gate, headers=[("cookie", given)])).body
            gate.register.close()
        later = time.time() + 184 * 86_400
        monkeypatch.setattr("cookiegate.middleware.time.time", lambda: later)
        assert b'value="accept"' in (await call(first, headers=[("cookie", given)])).body

    asyncio.run(story())


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


REPORTS = [
    b"",
    b"nonsense",
    b"[" * 30_000,
    b'{"csp-report":' * 2_000,
    b"\xff\xfe\x00",
    b"1" * 30_000,
    b'{"csp-report": {"blocked-uri": "https://x.example/" ',
]
EMPTY_REPORTS = [
    b"NaN",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b'{"csp-report": NaN}',
    b'{"csp-report": {"blocked-uri": NaN}}',
    b'{"csp-report": {"blocked-uri": ["https://x.example/"]}}',
    b'{"csp-report": {"blocked-uri": "inline"}}',
    b'{"csp-report": {"blocked-uri": "https://site.example/own"}}',
    b'[[[["csp-report"]]]]',
]


@pytest.mark.parametrize("body", REPORTS)
def test_a_report_that_cannot_be_read_is_refused(body: bytes, tmp_path: Path) -> None:
    assert knock(tmp_path, "report", body)[0].status == 400


@pytest.mark.parametrize("body", EMPTY_REPORTS)
def test_a_report_that_says_nothing_is_taken_and_changes_nothing(body: bytes, tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, "report", body)
    assert (answer.status, observations(tmp_path)) == (204, [])


def test_a_report_of_more_than_32_kilobytes_is_refused(tmp_path: Path) -> None:
    assert knock(tmp_path, "report", b" " * 32_769)[0].status == 413


@pytest.mark.parametrize(
    "page", ["https://site.example/p?q=1#x", "http://[broken", "", "about:blank", "\ud800", 5, None]
)
def test_a_report_about_a_host_that_nobody_declared_is_kept(page: Any, tmp_path: Path) -> None:
    said = [
        {"type": "csp-violation", "body": {"blockedURL": "https://unknown.example/x?y", "documentURL": page}},
        {"csp-report": {"blocked-uri": "https://unknown.example/x?y", "document-uri": page}},
    ]
    answer, _ = knock(tmp_path, "report", json.dumps(said).encode())
    assert answer.status == 204
    seen = observations(tmp_path)
    assert {(kind, name) for kind, name, _ in seen} == {("host", "unknown.example")}
    assert {path for _, _, path in seen} <= {"/p", "/"}


def observations(folder: Path) -> list[tuple[str, str, str]]:
    if not (folder / "site.db").exists():
        return []
    database = sqlite3.connect(folder / "site.db")
    try:
        return database.execute("SELECT kind, name, path FROM observations").fetchall()
    finally:
        database.close()


def test_a_visitor_who_leaves_in_the_middle_of_a_form_has_decided_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        leave = asyncio.Event()
        leave.set()
        answer = await post(gate, body=ACCEPT, whole=False, leave=leave)
        assert (answer.status, answer.error) == (None, None)
        assert read_ledger(gate, tmp_path) == []

    asyncio.run(story())


def test_while_the_store_is_down_nothing_can_be_given_and_everything_refused(tmp_path: Path) -> None:
    async def story() -> None:
        given = keep(await choose(make_gate(website, tmp_path)))
        (tmp_path / "file").write_text("no folder")
        gate = make_gate(website, tmp_path, store=f"sqlite:///{tmp_path / 'file' / 'site.db'}")
        for decision in ({"decision": "accept"}, {"decision": "allow", "service": "filmi"}):
            answer = await choose(gate, **decision)
            assert (answer.status, answer.get("retry-after"), answer.all("set-cookie")) == (503, "30", [])
        for decision, cookie in (("refuse", ""), ("withdraw", given)):
            answer = await choose(gate, decision, cookie=cookie)
            assert answer.status == 303
            page = await call(gate, headers=[("cookie", keep(answer))])
            assert page.status == 200
            assert b'value="accept"' not in page.body, "the answer holds, though it could not be recorded yet"
            assert not any(value.startswith("_ga=") for value in page.all("set-cookie"))
        assert (await call(gate, "GET", "/_cookiegate/health")).status == 503

    asyncio.run(story())


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        " /ok",
        "",
        "/" + "a" * 2_048,
        "/a\r\nset-cookie: x=1",
        "/a\u2028b",
        "/\0",
    ],
)
def test_an_address_to_come_back_to_that_is_not_on_this_site_is_the_front_page(address: str, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        answer = await choose(gate, "refuse", return_to=address)
        assert (answer.status, answer.get("location")) == (303, "/")
        settings = await call(gate, "GET", "/_cookiegate/settings", [("referer", address.encode())])
        assert b"evil.example" not in settings.body
        gate.register.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("address", "location"),
    [("/", "/"), ("/a?b=1&c=%C3%A4#d", "/a?b=1&c=%C3%A4#d"), ("/ä", "/%C3%A4"), ("/a//b", "/a//b")],
)
def test_the_visitor_comes_back_to_the_page(address: str, location: str, tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)
    assert asyncio.run(choose(gate, "refuse", return_to=address)).get("location") == location
    gate.register.close()


@pytest.mark.parametrize(
    ("referrer", "location"),
    [
        ("https://site.example/page?x=1#y", "/page?x=1"),
        ("https://evil.example/page", "/"),
        ("https://site.example//evil.example", "/"),
        ("https://site.example", "/"),
        ("https://[broken", "/"),
        ("https://user@site.example/page", "/"),
        ("ftp://site.example/page", "/"),
    ],
)
def test_a_placeholder_brings_back_to_the_page_that_it_stood_on(referrer: str, location: str, tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body="decision=allow&service=filmi&return_to=", headers={"referer": referrer})
    assert answer.get("location") == location


def test_the_script_is_told_what_now_holds(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body="decision=save&purpose=statistics", headers={"accept": "application/json"})
    said = json.loads(answer.body)
    assert answer.status == 200
    assert (said["changed"], said["services"], said["purposes"]) == (True, ["google-analytics"], ["statistics"])
    assert said["control"].startswith("<section")
    assert keep(answer).startswith(f"{HOST}=")


def test_over_tls_the_cookie_is_tied_to_this_host(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body=ACCEPT)
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith(f"{HOST}=")
    assert cookie.split("; ")[1:] == ["Path=/", f"Max-Age={183 * 86_400}", "SameSite=Lax", "HttpOnly", "Secure"]
    assert len(cookie.partition(";")[0]) <= 256


def test_over_plain_http_the_cookie_has_a_plain_name(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body=ACCEPT, scheme="http")
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith("cookiegate=")
    assert "Secure" not in cookie


def test_a_cookie_of_plain_http_counts_for_nothing_over_tls(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        plain = await post(gate, body=ACCEPT, scheme="http")
        page = await call(gate, headers=[("cookie", keep(plain))])
        assert b'value="accept"' in page.body
        gate.register.close()

    asyncio.run(story())


def test_withdrawal_expires_a_cookie_wherever_it_may_have_been_set(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        answer = await choose(gate, "withdraw", cookie=f"{given}; sid=1; _ga=1; _px=2", return_to="/shop/a")
        gone = [value for value in answer.all("set-cookie") if value.startswith("_ga=;")]
        domains = ("", "; Domain=site.example")
        paths = ("/", "/shop", "/shop/", "/shop/a")
        assert set(gone) == {f"_ga=; Max-Age=0; Path={path}{domain}" for path in paths for domain in domains}
        assert any(value.startswith("_px=;") for value in answer.all("set-cookie"))
        assert not any(value.startswith("sid=") for value in answer.all("set-cookie"))
        events = [record["event"] for record in read_ledger(gate, tmp_path)]
        assert events == ["given", "withdrawn"]

    asyncio.run(story())


def test_all_who_refuse_on_one_day_get_the_same_bytes(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        agents = [("user-agent", f"Browser/{number}") for number in range(3)]
        answers = [await post(gate, body=b"decision=refuse", headers=[agent]) for agent in agents]
        answers.append(await choose(gate, "save"))
        answers.append(await choose(gate, "withdraw", cookie=given))
        assert len({tuple(answer.all("set-cookie")) for answer in answers}) == 1
        gate.register.close()

    asyncio.run(story())


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
    assert (answer.status, answer.get("location"), ledger) == (303, "/_cookiegate/privacy", [])
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith("__Host-cookiegate-objection=1; Path=/")


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

"""What services are told of visitors, and what not: from a request to the bytes on the wire and on disk."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import cookiegate
from cookiegate.errors import SettingsError
from cookiegate.settings import Settings
from tests.asgi import call
from tests.forwarding.site import FIREFOX, HTML, SNIPPET, TAG, closing, look, make_gate, wait_until
from tests.forwarding.stubs import Internet
from tests.stories.site import answer, choose, keep, post
from tests.stories.site import make_gate as make_plain

SERVICES = ("google-analytics", "matomo")


async def website(scope: Any, receive: Any, send: Any) -> None:
    """Pages; a form at /signup, which says in a header what happened, and one that the application reports itself."""
    path = scope["path"]
    if path == "/signup":
        headers = [(b"location", b"/welcome"), (b"Cookiegate-Event", b'sign_up; method="web"; value=12.5, login')]
        await answer(send, b"", headers, 303)
    elif path == "/buy":
        cookiegate.report("purchase", {"transaction_id": "T-1", "value": 30, "currency": "EUR"})
        await answer(send, b"{}", kind=b"application/json")
    else:
        await answer(send, HTML, [(b"cookiegate-event", b"not readable;")] if path == "/bad" else [])


def find_id(page: bytes) -> str:
    found = re.search("<code>([A-Za-z0-9_-]{22})</code>", page.decode())
    assert found
    return found[1]


def test_nothing_is_told_of_who_has_not_chosen_or_refused(tmp_path: Path, internet: Internet) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            for cookie in ("", keep(await choose(gate, "refuse"))):
                await look(gate, "/hinnasto", cookie)
                await look(gate, "/signup", cookie)
                await look(gate, "/buy", cookie)
                await post(gate, "view", "path=/toinen", {"cookie": cookie} if cookie else {})
            given = keep(await choose(gate, "save", service=["filmi"]))
            await look(gate, "/hinnasto", given)
            last = keep(await choose(gate))
            await look(gate, "/", last)  # told after all that came before
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)
            assert set(internet.pages()) == {"https://site.example/"}

    asyncio.run(story())


@pytest.mark.parametrize("given", [("google-analytics",), ("matomo",), SERVICES])
def test_a_page_view_arrives_at_the_services_that_were_given(
    tmp_path: Path, internet: Internet, given: tuple[str, ...], url: str
) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            cookie = keep(await choose(gate, "save", service=list(given)))
            place = "/kellot/matti@kello.example/1234567/?utm_source=uutiskirje&utm_term=matti@kello.example&haku=salaa"
            await look(gate, place, cookie, ("referer", "https://haku.example/?q=salaa"))
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == len(given))
            assert sorted(each.service for each in internet.told) == sorted(given)
            for told in internet.told:
                assert told.name == "page_view"
                assert told.page == "https://site.example/kellot/[email]/[number]/?utm_source=uutiskirje"
            told = {each.service: each.fields for each in internet.told}
            if "google-analytics" in told:
                said = told["google-analytics"]
                assert said["user_agent"] == FIREFOX
                assert said["consent"] == {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}
                assert said["params"]["page_referrer"] == "https://haku.example"
                assert set(said) == {"client_id", "consent", "events", "user_agent", "params"}
                assert set(said["params"]) == {
                    "event_id", "page_location", "page_referrer", "session_id", "timestamp_micros",
                }  # fmt: skip
            if "matomo" in told:
                said = told["matomo"]
                assert (said["ua"], said["lang"], said["urlref"]) == (FIREFOX, "fi, en;q=0.5", "https://haku.example")
                assert "cip" not in said

    asyncio.run(story())


def test_neither_wire_nor_disk_holds_address_consent_id_or_query(tmp_path: Path, internet: Internet) -> None:
    more = {"google": 'address = "truncated"\nquery = ["sivu"]', "matomo": 'address = "truncated"'}

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, **more)) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate, address="198.51.100.77"))
            for number in range(3):
                await look(gate, f"/?sivu={number}&haku=salainen", cookie, client=("198.51.100.77", 1))
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
            page = (await call(gate, "GET", "/_cookiegate/receipt", [("cookie", cookie)])).body
            files = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
            assert b"sivu=2" in b"".join(files.values()), "it waits on disk"
            events = b"".join(content for name, content in files.items() if name.startswith("site.db"))
            for secret in (b"198.51.100.77", b"salainen"):
                assert secret not in events
                assert not [raw for raw in internet.raw if secret in raw]
            assert b"198.51.100.0" in b"".join(internet.raw)
            assert not [raw for raw in internet.raw if find_id(page).encode() in raw]
            assert not [raw for raw in internet.raw if cookie.partition("=")[2].encode() in raw]

    asyncio.run(story())
    assert {"ip_override", "cip"} <= {
        name for raw in internet.raw for name in ("ip_override", "cip") if name.encode() in raw
    }


def test_a_visitor_is_another_at_each_service_and_stays_the_same_there(tmp_path: Path, internet: Internet) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            first, second = keep(await choose(gate)), keep(await choose(gate))
            for number, cookie in enumerate((first, second, first)):
                await look(gate, f"/{number}", cookie)
                await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2 * (number + 1))  # noqa: B023
            clients = {(each.service, each.page[-1]): each.client for each in internet.told}
            for service in SERVICES:
                assert clients[service, "0"] == clients[service, "2"] != clients[service, "1"]
            assert not clients["google-analytics", "0"].startswith(clients["matomo", "0"])
            sessions = {each.fields["params"]["session_id"] for each in internet.told if each.service == SERVICES[0]}
            assert all(session.isdigit() for session in sessions)

    asyncio.run(story())


def test_no_script_of_theirs_is_loaded_by_anybody_and_no_cookie_kept(tmp_path: Path, internet: Internet) -> None:
    async def site(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, HTML, [(b"set-cookie", b"_ga=GA1.1.5; Path=/"), (b"set-cookie", b"_pk_id.3=1; Path=/")])

    async def story() -> None:
        with closing(make_gate(site, tmp_path, internet)) as gate:
            for decision in ("refuse", "accept"):
                cookie = keep(await choose(gate, decision))
                page = await look(gate, "/", f"{cookie}; _ga=GA1.1.5")
                assert TAG not in page.body
                assert b"data-cookiegate-src" in page.body
                assert SNIPPET not in page.body
                assert "google" not in str(page.all("content-security-policy"))
                kept = [value for value in page.all("set-cookie") if "=;" not in value]
                assert not [value for value in kept if value.startswith(("_ga", "_pk"))]
                assert (await look(gate, "/matomo.js", cookie)).status == 403
            notice = (await call(gate, path="/_cookiegate/notice?language=en")).body.decode()
            assert "_ga" not in notice
            assert "_pk_id" not in notice
            assert "server" in notice

    asyncio.run(story())


def test_what_the_website_says_happened_is_told_and_never_shown(
    tmp_path: Path, internet: Internet, caplog: Any
) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            cookie = keep(await choose(gate))
            led = ("referer", "https://site.example/liity?haku=x")
            for who in (cookie, ""):
                shown = await look(gate, "/signup", who, led, ("sec-fetch-dest", "empty"))
                assert shown.get("cookiegate-event") is None
            assert (await look(gate, "/bad", cookie)).get("cookiegate-event") is None
            await look(gate, "/buy", cookie, led, ("sec-fetch-dest", "empty"))
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 8)
        google = {each.name: each for each in internet.told if each.service == "google-analytics"}
        assert set(google) == {"sign_up", "login", "page_view", "purchase"}
        assert google["sign_up"].fields["params"].items() >= {"method": "web", "value": 12.5}.items()
        assert google["purchase"].fields["params"].items() >= {"transaction_id": "T-1", "value": 30}.items()
        matomo = {each.name: each.fields for each in internet.told if each.service == "matomo"}
        assert (matomo["purchase"]["e_c"], matomo["purchase"]["e_v"]) == ("event", "30")
        assert caplog.text.count("a Cookiegate-Event header was left out") == 1

    asyncio.run(story())


def test_a_header_that_nobody_asked_for_is_stripped_too(tmp_path: Path) -> None:
    async def story() -> None:
        with closing(make_plain(website, tmp_path)) as gate:
            for path in ("/signup", "/bad"):
                assert (await call(gate, path=path)).get("cookiegate-event") is None

    asyncio.run(story())


def test_a_page_that_a_script_shows_is_told_and_logged_of_who_agreed(
    tmp_path: Path, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits: list[Any] = []
    monkeypatch.setattr("cookiegate.register.Register.visit", lambda self, visit: visits.append(visit))

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            cookie = keep(await choose(gate))
            path = "path=/tuotteet/%3Futm_source%3Dx%26haku%3Dy"
            sent = await post(gate, "view", path, {"cookie": cookie})
            assert (sent.status, sent.body) == (204, b"")
            assert (await post(gate, "view", path)).status == 204
            foreign = {"cookie": cookie, "sec-fetch-site": "cross-site"}
            assert (await post(gate, "view", path, foreign)).status == 403
            for wrong in ("path=https://muualla.example/", "path=//muualla.example/", "polku=/"):
                assert (await post(gate, "view", wrong, {"cookie": cookie})).status == 400
            assert (await post(gate, "view", "path=/" + "a" * 9000, {"cookie": cookie})).status == 413
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)
            assert set(internet.pages()) == {"https://site.example/tuotteet/?utm_source=x"}
            assert [(visit.path, visit.beacon, visit.decision) for visit in visits] == [("/tuotteet/", True, "given")]
            answers = [(await post(gate, "view", path, {"cookie": cookie})).status for _ in range(130)]
            assert answers.count(429) >= 5

    asyncio.run(story())


def test_the_visit_log_knows_that_a_service_was_told(
    tmp_path: Path, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits: list[Any] = []
    monkeypatch.setattr("cookiegate.register.Register.visit", lambda self, visit: visits.append(visit))

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            for given in (["matomo"], ["filmi"]):
                await look(gate, "/", keep(await choose(gate, "save", service=given)))
            assert [(visit.consented, visit.released) for visit in visits] == [(True, True), (False, False)]

    asyncio.run(story())


LONG = "&".join(f"utm_{number}={'a' * 90}" for number in range(60))


@pytest.mark.parametrize("place", [f"/hinnasto?{LONG}", "/" + quote("ä") * 900], ids=["query", "path"])
def test_a_long_address_is_cut_and_breaks_no_page(tmp_path: Path, internet: Internet, place: str) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            cookie = keep(await choose(gate))
            page = await look(gate, place, cookie)
            assert (page.status, page.error) == (200, None)
            told = await post(gate, "view", f"path={quote(place[:1900])}", {"cookie": cookie})
            assert (told.status, told.error) == (204, None)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) >= 2)
            assert all(len(each.page) <= 1000 for each in internet.told)

    asyncio.run(story())


def test_campaigns_name_nobody_however_they_are_written(tmp_path: Path, internet: Internet) -> None:
    campaign = "utm_term=matti%2540kello.example&utm_content=matti(at)kello.example&utm_id=0401234567&utm_source=kirje"

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            await look(gate, f"/x?{campaign}", keep(await choose(gate)))
            await asyncio.to_thread(wait_until, lambda: len(internet.told) >= 1)

    asyncio.run(story())
    page = internet.told[0].page
    assert "utm_source=kirje" in page
    assert "matti" not in page
    assert "0401234567" not in page


def test_reporting_outside_of_a_request_tells_nobody() -> None:
    assert cookiegate.report("sign_up") is False
    with pytest.raises(ValueError, match="keeps for itself"):
        cookiegate.report("session_start")


def test_a_missing_secret_stops_the_start_and_says_where_to_get_one(tmp_path: Path, internet: Internet) -> None:
    make_gate(website, tmp_path, internet, token="").register.close()  # Matomo can do without
    with pytest.raises(SettingsError, match=r"COOKIEGATE_MATOMO_TOKEN is not set.*truncated"):
        make_gate(website, tmp_path, internet, token="", matomo='address = "truncated"')
    with pytest.raises(SettingsError, match="COOKIEGATE_GOOGLE_ANALYTICS_SECRET is not set"):
        cookiegate.CookieGate(website, policy=tmp_path / "cookiegate.toml", settings=Settings(("x" * 32,)))

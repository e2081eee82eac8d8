"""The door: hosts, forms from elsewhere, headers on every answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cookiegate.admin.door import CSP

from .conftest import OWN, PASSWORD, House, Person, let_in

FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize("host", ["localhost:8001", "LOCALHOST", "127.0.0.1:8001", "[::1]:8001"])
def test_it_answers_under_the_names_of_this_machine(stranger: Person, host: str) -> None:
    stranger.host = host
    assert stranger.get("/login").status == 200


@pytest.mark.parametrize(
    "host", ["rebound.example:8001", "localhost.rebound.example", "127.0.0.1.nip.example", "10.0.0.1:8001", "", "::1"]
)
def test_a_name_that_was_turned_to_this_machine_gets_nothing(stranger: Person, host: str) -> None:
    stranger.host = host
    for method, path in (("GET", "/login"), ("POST", "/login"), ("GET", "/nowhere")):
        assert stranger.ask(method, path).status == 421


def test_behind_a_proxy_it_answers_under_its_own_host_alone_with_a_cookie_for_tls_alone(house: House) -> None:
    let_in(house.site, "aino", "admin")
    public = Person(house.open(public="https://admin.example"), host="admin.example", scheme="https")
    given = public.sign_in("aino").get("set-cookie")
    assert given is not None
    assert given.startswith("__Host-cookiegate-staff=")
    assert given.endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
    assert public.get("/").status == 200
    public.host = "localhost:8001"
    assert public.get("/").status == 421


def test_on_this_machine_the_cookie_has_a_plain_name(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    given = stranger.sign_in("aino").get("set-cookie")
    assert given is not None
    assert given.startswith("cookiegate-staff=")
    assert given.endswith("; Path=/; HttpOnly; SameSite=Strict")


@pytest.mark.parametrize(
    "headers",
    [
        (("sec-fetch-site", "cross-site"),),
        (("sec-fetch-site", "same-site"),),
        (("sec-fetch-site", "none"),),
        (("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8001")),
        (("origin", "http://localhost:8002"),),
        (("origin", "https://evil.example"),),
        (("origin", "null"),),
        (),
    ],
)
def test_a_form_from_elsewhere_does_nothing(house: House, headers: tuple[tuple[str, str], ...]) -> None:
    person = house.come(house.open(), "admin")
    person.headers = (*headers, FORM)
    assert person.post("/staff", name="mato", role="admin").status == 403
    assert person.post("/logout").status == 403
    assert house.site.query("staff_named", who="mato") == []
    assert person.get("/account").status == 200


@pytest.mark.parametrize("headers", [OWN, (("origin", "http://localhost:8001"), FORM)])
def test_its_own_form_is_taken(house: House, headers: tuple[tuple[str, str], ...]) -> None:
    person = house.come(house.open(), "admin")
    person.headers = headers
    assert person.post("/staff", name="otso", role="auditor").status == 200
    assert house.site.query("staff_named", who="otso")


def test_every_answer_forbids_scripts_frames_and_keeping(house: House) -> None:
    person = house.come(house.open(), "admin")
    answers = [
        person.get("/"),
        person.get("/pages?format=csv"),
        person.get("/requests"),
        person.get("/nowhere"),
        person.ask("POST", "/nowhere"),
        person.ask("DELETE", "/staff"),
        person.post("/staff", name=""),
        person.post("/logout"),
        person.get("/"),
    ]
    assert [each.status for each in answers] == [200, 200, 403, 404, 404, 405, 400, 303, 303]
    for each in answers:
        assert each.get("content-security-policy") == CSP
        assert each.get("cache-control") == "no-store"
        assert each.get("referrer-policy") == "no-referrer"
        assert each.get("x-content-type-options") == "nosniff"
        assert each.get("cross-origin-opener-policy") == "same-origin"
        assert b"<script" not in each.body
        assert b" style=" not in each.body
    assert "script" not in CSP
    assert CSP.startswith("default-src 'none';")


def test_the_style_may_be_kept_and_nothing_else_is_served(stranger: Person) -> None:
    page = stranger.get("/login").body.decode()
    (place,) = [each.split('"')[0] for each in page.split('href="')[1:] if each.startswith("/assets/")]
    style = stranger.get(place)
    assert (style.status, style.get("content-type")) == (200, "text/css; charset=utf-8")
    assert "immutable" in str(style.get("cache-control"))
    for other in ("/assets/style.css", "/assets/..%2Fapp.py", "/assets/"):
        assert stranger.get(other).status == 404


def test_a_form_that_is_none_is_not_read(house: House) -> None:
    person = house.come(house.open(), "officer")
    assert person.post("/requests", notes="x" * 70_000).status == 413
    assert person.post("/requests", notes="\0").status == 400
    person.headers = (("sec-fetch-site", "same-origin"), ("content-type", "text/plain"))
    assert person.post("/requests", kind="access").status == 400
    for path in ("/requests/%00", "/requests/%ff", "/subject/%0a"):
        assert person.get(path).status in (400, 404), path
    assert house.site.query("requests") == []


def test_there_is_no_socket(house: House) -> None:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    app: Any = house.open()
    asyncio.run(app({"type": "websocket", "path": "/", "headers": []}, None, send))
    assert said == [{"type": "websocket.close", "code": 1008}]


def test_a_store_that_is_gone_is_said_without_saying_where(house: House, caplog: pytest.LogCaptureFixture) -> None:
    dashboard = house.open()
    person = Person(dashboard, "cookiegate-staff=x")
    object.__setattr__(dashboard.office, "store_url", "sqlite:////nowhere/site.db")
    answer = person.get("/")
    assert answer.status == 503
    assert b"nowhere" not in answer.body
    assert "nowhere" in caplog.text


def test_the_password_is_never_in_an_answer(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    assert PASSWORD.encode() not in stranger.sign_in("otso").body

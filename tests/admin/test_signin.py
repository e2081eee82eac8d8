"""Signing in, out, the first password, one-time codes: what the person sees and what the ledger says."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any
from urllib.parse import urlencode

from cookiegate.register import add_staff, disable_staff
from cookiegate.register.onetime import STEP_SECONDS, code_at
from tests.asgi import call

from .conftest import OWN, PASSWORD, House, Person, let_in

BASE32 = re.compile(r"<code>((?:[A-Z2-7]{4} ?){8})</code>")


def read_code(page: bytes, now: float) -> str:
    """What the person's app would show for the secret in the page."""
    found = BASE32.search(page.decode())
    assert found
    return code_at(base64.b32decode(found[1].replace(" ", "")), int(now) // STEP_SECONDS)


def test_it_goes_on_where_the_person_wanted_to_go(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    sent = stranger.get("/retention")
    assert sent.get("location") == "/login?next=/retention"
    assert b'name="next" value="/retention"' in stranger.get(str(sent.get("location"))).body
    answer = stranger.post("/login", name="aino", password=PASSWORD, next="/retention")
    assert (answer.status, answer.get("location")) == (303, "/retention")
    assert stranger.get("/retention").status == 200


def test_it_goes_nowhere_else(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example", "/x\r\nset-cookie: a=b", "evil", ""):
        answer = stranger.post("/login", name="aino", password=PASSWORD, next=place)
        assert (answer.status, answer.get("location")) == (303, "/")


def test_what_was_wrong_is_not_said(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    let_in(house.site, "otso", "admin")
    disable_staff(house.site.url, "otso", house.clock.now)
    said = set()
    for name, password in (("aino", "wrong"), ("nobody", PASSWORD), ("otso", PASSWORD)):
        stranger.address = f"203.0.113.{len(name)}"
        answer = stranger.sign_in(name, password)
        assert answer.status == 403
        said.add(answer.body.replace(name.encode(), b""))
    assert len(said) == 1
    assert "väärä" in said.pop().decode()


def test_each_failure_leaves_a_leaf_that_names_accounts_and_nothing_that_was_typed(house: House) -> None:
    let_in(house.site, "aino", "admin")
    dashboard = house.open()
    for number, name in enumerate(("aino", "my secret password")):
        Person(dashboard, address=f"203.0.113.{number}").sign_in(name, "wrong")
    first, second = house.acts("staff login failed")
    assert first["staff"] == "aino"
    assert "staff" not in second
    assert "secret" not in str(house.acts())


def test_a_stranger_does_not_make_the_ledger_grow_without_end(house: House) -> None:
    dashboard = house.open()
    for number in range(40):
        Person(dashboard, address=f"203.0.113.{number}").sign_in(f"name{number}", "wrong")
    assert len(house.acts("staff login failed")) == 30
    house.clock.now += 3600
    Person(dashboard, address="203.0.113.99").sign_in("name", "wrong")
    assert house.acts("staff login failed")[-1]["times"] == 11


def test_after_some_failures_one_waits_and_is_told_how_long(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    statuses = [stranger.sign_in("aino", "wrong").status for _ in range(5)]
    assert statuses == [403, 403, 403, 429, 429]
    answer = stranger.sign_in("aino")
    assert (answer.status, answer.get("retry-after")) == (429, "2")
    house.clock.now += 2
    assert stranger.sign_in("aino").status == 303


def test_strangers_keep_nobody_out_who_comes_for_the_first_time(house: House) -> None:
    let_in(house.site, "aino", "admin")
    dashboard = house.open()
    for number in range(30):  # from a new network each time, whenever one is let through
        house.clock.now += 60
        assert Person(dashboard, address=f"203.0.113.{number}").sign_in("aino", "wrong").status == 403
    assert Person(dashboard, address="192.0.2.1").sign_in("aino").status == 303


def test_signing_in_changes_the_number_in_the_browser_and_ends_the_old_one(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    stranger.cookie = "cookiegate-staff=planted"
    stranger.sign_in("aino")
    first = stranger.cookie
    assert "planted" not in first
    stranger.sign_in("aino")
    assert stranger.cookie != first
    assert Person(stranger.dashboard, first).get("/").status == 303
    assert stranger.get("/").status == 200


def test_signing_out_ends_it_on_the_server_too(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    stranger.sign_in("aino")
    cookie = stranger.cookie
    assert stranger.post("/logout").get("location") == "/login"
    assert stranger.cookie == ""
    assert Person(stranger.dashboard, cookie).get("/").status == 303


def test_a_disabled_person_is_out_at_once(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "admin")
    stranger.sign_in("aino")
    disable_staff(house.site.url, "aino", house.clock.now)
    assert stranger.get("/").status == 303


def test_a_password_that_was_handed_out_opens_one_page_until_it_is_changed(house: House, stranger: Person) -> None:
    handed_out = add_staff(house.site.url, "aino", "officer", house.clock.now)
    stranger.sign_in("aino", handed_out)
    for path in ("/", "/requests", "/ledger"):
        assert stranger.get(path).get("location") == "/account"
    assert stranger.post("/account/codes", password=handed_out).status == 400
    wrong = (
        {"password": "no", "new": PASSWORD, "again": PASSWORD},
        {"password": handed_out, "new": PASSWORD, "again": ""},
    )
    for fields in (*wrong, {"password": handed_out, "new": "short", "again": "short"}):
        assert stranger.post("/account/password", **fields).status == 400
        assert stranger.get("/").status == 303
    before = stranger.cookie
    answer = stranger.post("/account/password", password=handed_out, new=PASSWORD, again=PASSWORD)
    assert answer.status == 303
    assert stranger.cookie != before
    assert stranger.get("/").status == 200
    assert Person(stranger.dashboard, before).get("/").status == 303


def test_codes_are_set_up_by_showing_one(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "officer")
    stranger.sign_in("aino")
    code = read_code(stranger.get("/account").body, house.clock.now)
    for fields in ({"password": PASSWORD, "code": "000000"}, {"password": "no", "code": code}):
        assert stranger.post("/account/codes", **fields).status == 400
    assert stranger.post("/account/codes", password=PASSWORD, code=code).status == 303
    assert stranger.get("/").status == 200
    assert stranger.sign_in("aino", code=code).status == 403  # it has been used
    house.clock.now += STEP_SECONDS
    assert stranger.sign_in("aino").status == 403
    assert house.acts("staff codes")[0]["by"] == "aino"


def test_the_second_factor_is_not_replaced_by_the_password_alone(house: House, stranger: Person) -> None:
    let_in(house.site, "aino", "officer")
    stranger.sign_in("aino")
    page = stranger.get("/account").body
    stranger.post("/account/codes", password=PASSWORD, code=read_code(page, house.clock.now))
    house.clock.now += STEP_SECONDS
    second = stranger.get("/account").body
    new = read_code(second, house.clock.now)
    assert stranger.post("/account/codes", password=PASSWORD, code=new).status == 400
    old = read_code(page, house.clock.now)
    assert stranger.post("/account/codes", password=PASSWORD, code=new, old_code=old).status == 303


def test_where_codes_are_required_officers_and_admins_see_nothing_without(house: House) -> None:
    dashboard = house.open(need_codes=True)
    for role in ("officer", "admin", "statistics", "developer", "auditor"):
        location = house.come(dashboard, role).get("/").get("location")
        assert location == ("/account" if role in ("officer", "admin") else None), role
    officer = house.come(dashboard, "officer")
    code = read_code(officer.get("/account").body, house.clock.now)
    officer.post("/account/codes", password=PASSWORD, code=code)
    assert officer.get("/requests").status == 200


def test_a_language_is_the_browsers_until_one_is_chosen(house: House) -> None:
    person = house.come(house.open(), "statistics")
    assert b'<html lang="fi">' in person.get("/").body
    person.headers = (*person.headers, ("accept-language", "sv-FI,sv;q=0.9"))
    assert b'<html lang="sv">' in person.get("/").body
    assert person.post("/account/language", language="en").status == 303
    assert b'<html lang="en">' in person.get("/").body
    assert person.post("/account/language", language="xx").status == 400


def test_more_attempts_than_memory_is_kept_for_are_sent_away_unread(house: House) -> None:
    """Two are checked at once, sixteen wait; whoever is sent away has not failed."""
    app: Any = house.open()

    async def come(number: int) -> int | None:
        body = urlencode({"name": f"name{number}", "password": "wrong"}).encode()
        client = (f"203.0.113.{number}", 40_000)
        answer = await call(app, "POST", "/login", OWN, body, "http", host="localhost", client=client)
        assert answer.error is None
        return answer.status

    async def all_at_once() -> list[int | None]:
        return await asyncio.gather(*(come(number) for number in range(30)))

    statuses = asyncio.run(all_at_once())
    assert statuses.count(503) == 30 - 18
    assert statuses.count(403) == 18

"""Ledger, periods, settings, accounts, and what the policy does not name, on the dashboard."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from cookiegate.admin.keeping import show_settings
from cookiegate.admin.office import Ask
from cookiegate.admin.tables import Page
from cookiegate.admin.texts import load_words
from cookiegate.policy import load_policy
from cookiegate.register import list_rules, load_ledger_key, note_act, sign_ledger
from cookiegate.store import Batch, Change, Observation, is_shared, open_store
from tests.register.rights import NOON, make_site

from .conftest import COMPANY, House, Person

Come = Callable[[str], Person]


def verify(person: Person) -> str:
    """The page once the check has ended."""
    assert person.post("/ledger/verify").status == 303
    person.dashboard.office.verifying.wait()
    return person.get("/ledger").body.decode()


def change(url: str, sql: str) -> None:
    """Past the store, as an intruder would."""
    if is_shared(url):
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(url))
            runner.run(connection.execute(sql))
            runner.run(connection.close())
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute(sql)


def test_a_ledger_that_is_as_it_was_signed(url: str, tmp_path: Path) -> None:
    with closing(House(make_site(url, tmp_path), tmp_path)) as house:
        note_act(url, "keys new", NOON)
        sign_ledger(url, load_ledger_key(house.site.key_file), house.folder / "checkpoint", NOON)
        auditor = house.come(house.open(), "auditor")
        assert "omalla avaimellamme" in auditor.get("/ledger").body.decode()
        assert "kaikki on niin kuin allekirjoitettiin" in verify(auditor)
        assert house.acts("ledger verify")[0]["by"] == "auditor"


def test_a_ledger_that_was_altered(house: House, come: Come) -> None:
    sign_ledger(house.site.url, load_ledger_key(house.site.key_file), house.folder / "checkpoint", NOON)
    change(house.site.url, "UPDATE ledger_records SET hour = hour - 1 WHERE seq = 1")
    page = verify(come("developer"))
    assert re.search(r"\d+ löydöstä", page)
    assert "<li>record 1: " in page


def test_a_ledger_that_cannot_be_checked_says_so_and_can_be_checked_again(house: House, come: Come) -> None:
    person = come("developer")
    kept = person.dashboard.office.verifying
    kept.begin("otso", lambda: NOON, lambda **_: open_store("sqlite:////nowhere/site.db"))  # type: ignore[arg-type, return-value]
    kept.wait()
    assert "ei voitu viedä loppuun" in person.get("/ledger").body.decode()
    assert "ei voitu" not in verify(person)


def test_one_that_nobody_signed(house: House, come: Come) -> None:
    change(house.site.url, "DELETE FROM checkpoints")
    assert "nothing was signed yet" in come("auditor").get("/ledger").body.decode()


def test_every_table_with_its_period(come: Come) -> None:
    rows = json.loads(come("auditor").get("/retention?format=json").body)["rows"]
    assert [(row["table"], row["days"]) for row in rows] == [
        (rule.table, rule.days) for rule in list_rules(load_policy(COMPANY))
    ]


def test_settings_hold_no_secret(house: House, come: Come) -> None:
    person = come("admin")
    rows = {row["setting"]: row["value"] for row in json.loads(person.get("/settings?format=json").body)["rows"]}
    assert rows["policy_version"] == load_policy(COMPANY).version
    if is_shared(house.site.url):
        assert "@" not in rows["store"]
    services = json.loads(person.get("/settings?format=json&table=services").body)["rows"]
    assert "Meta Pixel" in [row["service"] for row in services]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://kirjuri:salainen@db.example/saha", "postgresql://db.example/saha"),
        ("postgresql://db.example/saha?user=kirjuri&password=salainen", "postgresql://db.example/saha"),
        ("postgresql://kirjuri:salainen/@db.example/saha", "the PostgreSQL store"),
    ],
)
def test_a_password_in_the_stores_address_is_not_shown(come: Come, address: str, shown: str) -> None:
    office = dataclasses.replace(come("admin").dashboard.office, store_url=address)
    page = show_settings(Ask(office, "GET /settings", load_words("en")))
    assert isinstance(page, Page)
    assert ("store", shown) in page.tables[0].rows
    assert "salainen" not in str(page)


def test_what_the_policy_does_not_name_the_most_often_seen_first(house: House, come: Come) -> None:
    seen = [
        Observation("2026-02-27", "host", "cdn.chatti.example", "/", 7),
        Observation("2026-02-28", "cookie", "_kuuma", "/a", 9),
        Observation("2026-02-28", "host", "www.google-analytics.com", "/a", 90),  # named since
        Observation("2025-01-01", "host", "x.example", "/", 99),
    ]
    store = open_store(house.site.url)
    store.write(Batch(changes=[Change("add_observation", seen)]))
    store.close()
    developer = come("developer")
    rows = json.loads(developer.get("/undeclared?format=json").body)["rows"]
    assert [(row["name"], row["times"]) for row in rows] == [("_kuuma", 9), ("cdn.chatti.example", 7)]
    only = "/undeclared?format=json&first=2025-01-01&last=2025-01-31"
    assert [row["name"] for row in json.loads(developer.get(only).body)["rows"]] == ["x.example"]


def test_days_that_are_none_count_as_not_said(come: Come) -> None:
    person = come("developer")
    for query in ("first=x&last=y", "first=2026-03-01&last=2026-01-01", "first=0001-01-01&last=9999-12-31", "last=%00"):
        assert "2026-01-31 – 2026-03-01" in person.get(f"/undeclared?{query}").body.decode(), query


def test_accounts_are_made_and_the_password_is_shown_once(house: House, come: Come) -> None:
    admin = come("admin")
    page = admin.post("/staff", name="Otso", role="auditor").body.decode()
    (password,) = re.findall(r"<code>([a-z2-9]{5}(?:-[a-z2-9]{5}){3})</code>", page)
    assert password not in admin.get("/staff").body.decode()
    otso = Person(admin.dashboard)
    assert otso.sign_in("otso", password).status == 303
    assert house.acts("staff add")[0] == {"act": "staff add", "by": "admin", "role": "auditor", "staff": "otso",
                                          "time": NOON}  # fmt: skip
    for fields in ({"name": "otso", "role": "admin"}, {"name": "", "role": "admin"}, {"name": "uusi", "role": "root"}):
        assert admin.post("/staff", **fields).status == 400
    assert admin.post("/staff/otso/role", role="developer").status == 303
    assert otso.get("/account").status == 303  # its session has ended
    assert admin.post("/staff/otso/disable").status == 303
    assert "otso" in admin.post("/staff/otso/reset").body.decode()


def test_nobody_shuts_themselves_out_or_promotes_themselves(house: House, come: Come) -> None:
    admin = come("admin")
    for what in ("disable", "reset", "role"):
        assert admin.post(f"/staff/admin/{what}", role="officer").status == 400
    assert admin.get("/staff").status == 200

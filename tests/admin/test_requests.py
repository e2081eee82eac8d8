"""The register of requests on the dashboard: entered, made due later, closed, and whom to tell."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cookiegate.register import add_request
from cookiegate.register.requests import add_tasks
from cookiegate.store import Batch, open_store
from tests.register.rights import NOON

from .conftest import House, Person

Come = Callable[[str], Person]


def test_a_request_is_entered_and_due_in_a_month(house: House, come: Come) -> None:
    officer = come("officer")
    answer = officer.post("/requests", kind="access", received="2026-02-28", channel="letter", identity="receipt")
    assert answer.status == 303
    page = officer.get(str(answer.get("location"))).body.decode()
    assert "2026-03-28" in page
    assert house.acts("requests add")[0]["by"] == "officer"
    listed = json.loads(officer.get("/requests?format=json").body)
    assert [(row["kind"], row["due"], row["state"]) for row in listed["rows"]] == [("access", "2026-03-28", "open")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "magic"},
        {"channel": ""},
        {"identity": " "},
        {"received": "tomorrow"},
        {"received": "2026-03-02"},
        {"received": "2025-02-28"},
        {"received": "0001-01-01"},
        {"notes": "call aino.esimerkki@posti.example"},
    ],
)
def test_a_form_that_is_wrong_comes_back_as_it_was_filled_in(house: House, come: Come, wrong: dict[str, str]) -> None:
    fields = {"kind": "erasure", "received": "2026-03-01", "channel": "kirje", "identity": "kuitti", **wrong}
    answer = come("officer").post("/requests", **fields)
    assert answer.status == 400
    page = answer.body.decode()
    assert 'role="alert"' in page
    for name in {"channel", "identity"} - wrong.keys():
        assert f'value="{fields[name]}"' in page
    assert house.site.query("requests") == []


def test_it_is_made_due_later_once_and_closed_with_an_outcome(house: House, come: Come) -> None:
    id = add_request(house.site.url, "access", NOON, channel="e-mail", identity="receipt").id
    officer, place = come("officer"), f"/requests/{id}"
    assert officer.post(f"{place}/extend", months="2", reason="").status == 400
    assert officer.post(f"{place}/extend", months="2", reason="three registers").status == 303
    assert "2026-06-01" in officer.get(place).body.decode()
    assert officer.post(f"{place}/extend", months="1", reason="again").status == 400
    assert officer.post(f"{place}/close", outcome="refused", reason="").status == 400
    assert officer.post(f"{place}/close", outcome="nothing").status == 400
    assert officer.post(f"{place}/close", outcome="fulfilled").status == 303
    assert officer.post(f"{place}/close", outcome="fulfilled").status == 400
    closed = json.loads(officer.get("/requests?format=json&table=closed_requests").body)["rows"]
    assert [(row["request"], row["outcome"]) for row in closed] == [(id, "fulfilled")]
    acts = [each for each in house.acts() if each["act"].startswith("requests ")]
    assert [each.get("by") for each in acts] == [None, "officer", "officer"]


def test_whom_to_tell_is_ticked_off_one_by_one(house: House, come: Come) -> None:
    id = add_request(house.site.url, "erasure", NOON, channel="e-mail", identity="receipt").id
    store = open_store(house.site.url)
    store.write(Batch(changes=[add_tasks(store, id, ["tell Matomo Oy", "tell Pikseli Oy"])]))
    store.close()
    officer, place = come("officer"), f"/requests/{id}"
    assert officer.post(f"{place}/close", outcome="fulfilled").status == 400
    for number in ("1", "2"):
        assert officer.post(f"{place}/task", number=number, note="by e-mail").status == 303
    assert officer.post(f"{place}/task", number="3").status == 400
    assert officer.post(f"{place}/close", outcome="fulfilled").status == 303


def test_what_is_overdue_is_said_first(house: House, come: Come) -> None:
    add_request(house.site.url, "access", NOON, channel="e-mail", identity="receipt")
    house.clock.now = NOON + 40 * 86_400
    officer = come("officer")
    assert "myöhässä" in officer.get("/requests").body.decode()
    assert officer.get("/").body.decode().count('<a href="/requests">1</a>') == 2


def test_a_request_that_is_not_there(come: Come) -> None:
    officer = come("officer")
    assert officer.get("/requests/2026-01-01-aaaa").status == 400
    assert officer.post("/requests/2026-01-01-aaaa/close", outcome="fulfilled").status == 400

"""One person's records: found by their consent id, looked at for a reason, and every look on the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cookiegate.register import add_request
from cookiegate.reports import Dossier, read_dossier, write_receipt
from tests.register.rights import AINO, NOON, OTSO

from .conftest import House, Person

Come = Callable[[str], Person]
WHY = "answer to a request"


def open_case(person: Person, who: str = AINO, why: str = WHY, request: str = "") -> str:
    answer = person.post("/subject", who=who, why=why, request=request)
    assert answer.status == 303, answer.body.decode()
    return str(answer.get("location"))


def test_a_reason_is_asked_for_before_anything_is_shown(house: House, come: Come) -> None:
    officer = come("officer")
    for why in ("", "   ", "aino.esimerkki@posti.example asked", "call 040 123 4567"):
        answer = officer.post("/subject", who=AINO, why=why)
        assert answer.status == 400
        assert b"matomo" not in answer.body
    assert house.acts("subject show") == []


def test_each_look_stands_on_the_ledger_with_who_and_why_and_not_with_whom(house: House, come: Come) -> None:
    request = add_request(house.site.url, "access", NOON, channel="e-mail", identity="receipt").id
    officer = come("officer")
    place = open_case(officer, request=request)
    assert AINO not in place
    assert house.acts("subject found") == [{"act": "subject found", "by": "officer", "why": WHY, "request": request,
                                            "time": NOON}]  # fmt: skip
    for _ in range(2):
        assert officer.get(place).status == 200
    shown = house.acts("subject show")
    assert shown == [{"act": "subject show", "by": "officer", "why": WHY, "records": 2, "request": request,
                      "time": NOON}] * 2  # fmt: skip
    assert AINO not in str(house.acts())


def test_a_receipt_finds_its_person_and_one_that_was_altered_nobody(house: House, come: Come) -> None:
    entry = read_dossier(house.site.url, house.site.subject(AINO), AINO).decisions[0]
    receipt = write_receipt(house.site.url, Dossier((entry,)))
    officer = come("officer")
    page = officer.get(open_case(officer, receipt)).body.decode()
    assert page.count("matomo") == 2
    assert "pikseli" in page
    altered = json.dumps({**json.loads(receipt), "consent_id": OTSO})
    assert officer.post("/subject", who=altered, why=WHY).status == 400
    assert house.acts("subject not found")[0]["why"] == WHY


@pytest.mark.parametrize("who", ["nobody", "ä", "[]", "{}", '{"consent_id": 5}', "x" * 5000, "[" * 4000, "null"])
def test_what_leads_to_nobody_is_said_to(come: Come, who: str) -> None:
    assert come("officer").post("/subject", who=who, why=WHY).status == 400


def test_a_case_is_open_in_its_own_session_alone(house: House) -> None:
    dashboard = house.open()
    place = open_case(house.come(dashboard, "officer"))
    other = house.come(dashboard, "officer")
    assert other.get(place).status == 404
    assert other.post(f"{place}/erase", sure="yes").status == 404
    assert house.site.rows(AINO)


def test_it_is_closed_with_the_session(house: House) -> None:
    dashboard = house.open()
    officer = house.come(dashboard, "officer")
    place = open_case(officer)
    officer.post("/logout")
    assert house.come(dashboard, "officer").get(place).status == 404


@pytest.mark.parametrize("form", ["json", "csv", "html"])
def test_a_copy_for_the_person_is_a_file_and_stands_on_the_ledger(house: House, come: Come, form: str) -> None:
    officer = come("officer")
    place = open_case(officer)
    answer = officer.post(f"{place}/export", format=form)
    assert answer.status == 200
    assert answer.get("content-disposition") == f'attachment; filename="records-2026-03-01.{form}"'
    assert b"matomo" in answer.body
    assert house.acts("subject export") == [
        {"act": "subject export", "by": "officer", "why": WHY, "records": 2, "time": NOON}
    ]
    assert officer.post(f"{place}/export", format="exe").status == 400
    assert len(house.acts("subject export")) == 1


def test_restricting_and_releasing(house: House, come: Come) -> None:
    officer = come("officer")
    place = open_case(officer)
    answer = officer.post(f"{place}/restrict")
    assert answer.get("location") == f"{place}?done=restricted"
    assert all(row[7] for row in house.site.rows(AINO))
    assert not any(row[7] for row in house.site.rows(OTSO))
    assert f'action="{place}/release"' in officer.get(place).body.decode()
    officer.post(f"{place}/release")
    assert not any(row[7] for row in house.site.rows(AINO))
    assert [each["why"] for each in house.acts("subject restrict") + house.acts("subject release")] == [WHY, WHY]


def test_a_correction_stands_beside_the_record(house: House, come: Come) -> None:
    officer = come("officer")
    place = open_case(officer)
    number = str(house.site.rows(AINO)[0][0])
    assert officer.post(f"{place}/rectify", number="9999", text="It was in Swedish.").status == 400
    assert officer.post(f"{place}/rectify", number="x", text="It was in Swedish.").status == 400
    assert officer.post(f"{place}/rectify", number=number, text="It was in Swedish.").status == 303
    assert "It was in Swedish." in officer.get(place).body.decode()


def test_erasing_wants_to_be_sure_and_leads_to_whom_to_tell(house: House, come: Come) -> None:
    officer = come("officer")
    place = open_case(officer)
    assert officer.post(f"{place}/erase", extent="all").status == 400
    assert len(house.site.rows(AINO)) == 2
    answer = officer.post(f"{place}/erase", extent="all", sure="yes")
    assert answer.status == 303
    assert house.site.rows(AINO) == []
    assert len(house.site.rows(OTSO)) == 1
    assert officer.get(str(answer.get("location"))).status == 200
    assert officer.get(place).status == 404
    (act,) = house.acts("subject erase --all")
    assert (act["by"], act["why"], act["erased"]) == ("officer", WHY, 2)


def test_what_is_erased_by_default_is_whose_it_was(house: House, come: Come) -> None:
    officer = come("officer")
    case = open_case(officer)
    before = len(house.site.query("records", after=-1, most=1000))
    officer.post(f"{case}/erase", extent="link", sure="yes")
    assert house.site.rows(AINO) == []
    assert len(house.site.query("records", after=-1, most=1000)) == before + 1  # its own entry

"""Who may do what: every role against every way that the dashboard has, one by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cookiegate.admin.rights import ANYBODY, RIGHTS
from cookiegate.admin.ways import WAYS
from cookiegate.register import ROLES
from tests.register.rights import AINO

from .conftest import House, Person

DOCS = Path(__file__).resolve().parents[2] / "docs" / "staff.md"
# The letters of the roles that may, in this order: statistics, officer, developer, admin, auditor.
EXPECTED = {
    "GET /": "soday",
    "GET /pages": "s.day",
    "GET /sources": "s.day",
    "GET /devices": "s.day",
    "GET /consent": "soday",
    "GET /undeclared": ".oday",
    "GET /requests": ".o..y",
    "POST /requests": ".o...",
    "GET /requests/{id}": ".o..y",
    "POST /requests/{id}/extend": ".o...",
    "POST /requests/{id}/close": ".o...",
    "POST /requests/{id}/task": ".o...",
    "GET /subject": ".o..y",
    "POST /subject": ".o..y",
    "GET /subject/{case}": ".o..y",
    "POST /subject/{case}/export": ".o...",
    "POST /subject/{case}/restrict": ".o...",
    "POST /subject/{case}/release": ".o...",
    "POST /subject/{case}/rectify": ".o...",
    "POST /subject/{case}/erase": ".o...",
    "GET /ledger": ".oday",
    "POST /ledger/verify": ".oday",
    "GET /retention": ".oday",
    "GET /settings": ".oday",
    "GET /staff": "...ay",
    "POST /staff": "...a.",
    "POST /staff/{name}/disable": "...a.",
    "POST /staff/{name}/reset": "...a.",
    "POST /staff/{name}/role": "...a.",
    "GET /account": "soday",
    "POST /account/password": "soday",
    "POST /account/codes": "soday",
    "POST /account/language": "soday",
    "POST /logout": "soday",
}
OPEN = {"GET /login", "POST /login", "GET /assets/{name}"}
LETTERS = dict(zip(ROLES, "soday", strict=True))


def list_ways(person: Person) -> set[str]:
    """What the application has routes for, whatever any table says."""
    found = set()
    for route in person.dashboard.routes:
        for method in (route.methods or {"GET", "HEAD"}) - {"HEAD"}:
            found.add(f"{method} {route.path}")
    return found


def test_every_route_is_in_the_table(stranger: Person) -> None:
    assert list_ways(stranger) == {*EXPECTED, *OPEN}
    assert {*RIGHTS, *ANYBODY} == {*EXPECTED, *OPEN} == {*WAYS, "GET /assets/{name}"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_stands_in_the_table_and_nothing_else(house: House, role: str) -> None:
    dashboard = house.open()
    refused = 0
    for way, letters in EXPECTED.items():
        person = house.come(dashboard, role)
        method, path = way.split()
        answer = person.ask(method, re.sub(r"\{\w+\}", "nothing", path))
        may = LETTERS[role] in letters
        # what is allowed finds its form empty, or nothing of that name
        expected = {200, 303, 400, 404} if may else {403}
        assert answer.status in expected, f"{role}: {way}"
        refused += not may
        noted = house.acts("staff refused")
        assert len(noted) == refused
        if not may:
            assert (noted[-1]["by"], noted[-1]["what"]) == (role, way)


def test_whoever_is_not_signed_in_is_asked_to(stranger: Person) -> None:
    for way in EXPECTED:
        method, path = way.split()
        answer = stranger.ask(method, re.sub(r"\{\w+\}", "nothing", path))
        assert answer.status == 303, way
        assert str(answer.get("location")).startswith("/login")
    for way in OPEN - {"GET /assets/{name}"}:
        method, path = way.split()
        assert stranger.ask(method, path).status in (200, 403)


def test_an_auditor_who_tries_to_delete_leaves_a_leaf_and_deletes_nothing(house: House) -> None:
    dashboard = house.open()
    auditor = house.come(dashboard, "auditor")
    opened = auditor.post("/subject", who=AINO, why="yearly audit")
    place = str(opened.get("location"))
    assert auditor.get(place).status == 200
    before = house.site.rows(AINO)
    assert auditor.post(f"{place}/erase", sure="yes", extent="all").status == 403
    assert house.site.rows(AINO) == before
    assert house.acts()[-1]["what"] == "POST /subject/{case}/erase"


def test_the_table_in_the_handbook_is_the_one_in_the_code() -> None:
    rows = re.findall(r"^\| `((?:GET|POST) [^`]+)` \|(.*)\|$", DOCS.read_text("utf-8"), re.MULTILINE)
    said = {way: frozenset(role for role, cell in zip(ROLES, cells.split("|"), strict=True) if "yes" in cell)
            for way, cells in rows}  # fmt: skip
    assert said == dict(RIGHTS)

"""What the site did that its policy does not name: as the policy is now, not as it was when that was seen."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from cookiegate.policy import GateRules, Policy, compile_policy
from cookiegate.reports import find_undeclared
from cookiegate.store import Batch, Change, Observation, open_store
from tests.reports.ledger import Shelf

DAY = date(2026, 3, 1)
POLICY = compile_policy(
    {
        "site": {"name": "Saha", "hosts": ["www.saha.example"]},
        "controller": {"name": "Saha Oy", "email": "saha@saha.example"},
        "purposes": {"statistics": {"services": ["laskuri", "kartta"]}},
        "services": {
            "laskuri": {
                "provider": "Laskuri Oy",
                "hosts": ["*.laskuri.example"],
                "paths": ["/l/"],
                "cookies": ["_las_*", "_las.1"],
            },
            "kartta": {"provider": "Kartta Oy", "hosts": ["www.palvelu.example/kartta"]},
            "kassa": {"provider": "Kassa Oy", "hosts": ["kassa.example"], "cookies": ["kassa"]},
        },
        "necessary": [
            {"name": "kieli", "reason": "The language.", "lifetime": "1 year"},
            {"service": "kassa", "reason": "It takes the payment.", "paths": ["/maksu"]},
        ],
    },
    "the test's policy",
)
ALLOWING = dataclasses.replace(POLICY, gate=GateRules(allow=("kuvat.example",)))


def see(shelf: Shelf, *seen: Observation) -> None:
    store = open_store(shelf.url)
    store.write(Batch(changes=[Change("add_observation", seen)]))
    store.close()


@pytest.mark.parametrize(
    ("kind", "name", "policy", "listed"),
    [
        ("host", "cdn.laskuri.example", POLICY, False),
        ("host", "laskuri.example", POLICY, True),
        ("host", "laskuri", POLICY, False),  # seen under the site's own address
        ("host", "kassa.example", POLICY, False),
        ("host", "www.saha.example", POLICY, False),
        ("host", "kuvat.example", POLICY, True),
        ("host", "kuvat.example", ALLOWING, False),
        ("host", "?", POLICY, True),
        ("cookie", "_las_7", POLICY, False),
        ("storage", "_las_7", POLICY, False),
        ("cookie", "_lasx1", POLICY, True),
        ("cookie", "kieli", POLICY, False),
        ("cookie", "kassa", POLICY, False),
        ("cookie", "cdn.laskuri.example", POLICY, True),
    ],
)
def test_what_the_policy_names_by_now_is_not_listed(
    shelf: Shelf, kind: str, name: str, policy: Policy, listed: bool
) -> None:
    see(shelf, Observation(str(DAY), kind, name, "/", 3))
    assert [each.name for each in find_undeclared(shelf.url, policy, DAY, DAY)] == [name] * listed


def test_a_host_of_which_some_paths_are_named_is_listed_as_that(shelf: Shelf) -> None:
    see(shelf, *(Observation(str(DAY), "host", name, "/", 3) for name in ("www.palvelu.example", "muu.example")))
    found = find_undeclared(shelf.url, POLICY, DAY, DAY)
    assert {each.name: each.partly for each in found} == {"www.palvelu.example": True, "muu.example": False}


def test_what_was_seen_often_and_is_named_by_now_hides_nothing(shelf: Shelf) -> None:
    often = (Observation(str(DAY), "host", "kassa.example", f"/{page}", 9) for page in range(100))
    see(shelf, *often, Observation(str(DAY), "host", "muu.example", "/", 1))
    assert [each.name for each in find_undeclared(shelf.url, POLICY, DAY, DAY, most=2)] == ["muu.example"]

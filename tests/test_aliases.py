"""A host that the site calls its own and that leads to a tracker is told of."""

from __future__ import annotations

import tomllib

import pytest

from cookiegate.aliases import find_aliases
from cookiegate.policy import Policy, compile_policy

POLICY = """
[site]
name = "Kivijoen Kello"
hosts = ["www.kivijoki.fi", "tilastot.kivijoki.fi", "127.0.0.1", "localhost", "kivijoki.example"]

[controller]
name = "Kivijoen Kello Oy"
email = "tietosuoja@kivijoki.fi"
"""


@pytest.fixture
def policy() -> Policy:
    return compile_policy(tomllib.loads(POLICY))


def test_a_host_that_leads_to_a_service_is_named_with_what_to_do(policy: Policy) -> None:
    names = {"www.kivijoki.fi": "www.kivijoki.fi", "tilastot.kivijoki.fi": "KIVIJOKI.matomo.cloud."}
    (problem,) = find_aliases(policy, names.__getitem__)
    assert problem.key == "site.hosts: tilastot.kivijoki.fi"
    assert "kivijoki.matomo.cloud" in str(problem)
    assert 'hosts = ["tilastot.kivijoki.fi"] under [services.matomo]' in str(problem)


def test_a_host_that_leads_to_a_server_of_nobody_s_is_fine(policy: Policy) -> None:
    assert find_aliases(policy, lambda host: "web7.palvelin.fi") == []


def test_names_that_lead_nowhere_are_not_looked_up(policy: Policy) -> None:
    asked: list[str] = []

    def refuse(host: str) -> str:
        asked.append(host)
        raise OSError("no such name")

    assert find_aliases(policy, refuse) == []
    assert sorted(asked) == ["tilastot.kivijoki.fi", "www.kivijoki.fi"]


def test_the_machine_s_own_resolver_is_asked_and_may_know_nothing(policy: Policy) -> None:
    assert find_aliases(policy) == []

"""Services that the site's own server tells: what the policy says of them, and what visitors are asked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import Consent
from cookiegate.errors import PolicyError
from cookiegate.gate import Rules
from cookiegate.policy import (
    Forwarding,
    GateRules,
    Policy,
    compile_policy,
    describe_question,
    find_doubts,
    load_policy,
)

GOOD = Path(__file__).parents[1] / "policies" / "good" / "server.toml"


def make_policy(google: dict[str, Any] | None = None, **matomo: Any) -> Policy:
    """With Google Analytics told by the server, unless it says otherwise."""
    services: dict[str, Any] = {
        "google-analytics": {"mode": "server", "measurement_id": "G-1A2B3C"} if google is None else google
    }
    if matomo:
        services["matomo"] = {"mode": "server", "url": "https://matomo.example/", "site_id": 1} | matomo
    return compile_policy(
        {
            "site": {"name": "Kello", "hosts": ["www.kello.example"]},
            "controller": {"name": "Kello Oy", "email": "tietosuoja@kello.example"},
            "purposes": {"statistics": {"services": list(services)}},
            "services": services,
        }
    )


def test_a_policy_says_whom_the_server_tells_and_where() -> None:
    assert load_policy(GOOD).forwarded == {
        "google-analytics": Forwarding("https://region1.google-analytics.com/mp/collect", "G-1A2B3C4D5E"),
        "matomo": Forwarding("https://matomo.lumikello.example/matomo.php", "3", True, ("sivu",)),
    }


def test_google_collects_outside_the_eu_only_where_that_is_said() -> None:
    google = {"mode": "server", "measurement_id": "G-1A2B3C", "region": "global"}
    assert make_policy(google).forwarded["google-analytics"].url == "https://www.google-analytics.com/mp/collect"


def test_the_browser_asks_none_of_their_hosts_for_anybody_and_keeps_none_of_their_cookies() -> None:
    policy = load_policy(GOOD)
    rules = Rules(policy)
    nothing, everything = (rules.allowance(Consent(True, frozenset(ids)), "/") for ids in ((), policy.services))
    assert everything.csp == nothing.csp
    assert everything.key == nothing.key
    verdict = everything.judge_url(b"https://www.googletagmanager.com/gtag/js?id=G-1A2B3C4D5E")
    assert (verdict.allowed, verdict.service) == (False, "google-analytics")
    assert not everything.judge_own_path("/matomo.js").allowed
    assert not everything.keeps("_ga")
    assert policy.services["google-analytics"].cookies == ()


def test_the_question_is_another_one_and_names_no_cookie_and_no_host_of_the_browsers() -> None:
    browser = make_policy({})
    server = make_policy()
    assert browser.version != server.version
    said = json.loads(describe_question(server, "/_cookiegate"))["purposes"][0]["services"][0]
    assert (said["hosts"], said["cookies"], said["told_by_server"]) == ([], [], "region1.google-analytics.com")
    assert "told_by_server" not in describe_question(browser, "/_cookiegate").decode()


def test_check_warns_where_scripts_would_run_beside_it() -> None:
    policy = make_policy()
    assert not [doubt for doubt in find_doubts(policy) if "still run" in doubt.message]
    reports = dataclasses.replace(policy, gate=GateRules("report"))
    assert [doubt.message for doubt in find_doubts(reports) if "still run" in doubt.message] == [
        'is "report": scripts of google-analytics still run beside mode = "server"'
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"site_id": 1}, {"site_id": 2}, True),
        ({"site_id": 1}, {"query": ["sivu"]}, True),
        ({"site_id": 1}, {"url": "https://other.example/"}, False),
        ({"site_id": 1}, {"address": "truncated"}, False),
    ],
)
def test_who_is_told_and_of_what_is_asked_and_how_it_is_counted_there_is_not(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    assert (make_policy(**one).version == make_policy(**other).version) is same


@pytest.mark.parametrize(
    "url",
    ["http://matomo.example/", "https://user:secret@matomo.example/", "https://matomo.example/?x=1", "matomo.example",
     "https://", "https://matomo.example:99999/", "https://[/", "ftp://127.0.0.1/"],
)  # fmt: skip
def test_an_address_that_is_not_safe_to_tell_is_refused(url: str) -> None:
    with pytest.raises(PolicyError, match=r"services\.matomo\.url"):
        make_policy(url=url)


def test_matomo_may_be_on_this_machine_and_under_a_name_of_its_own() -> None:
    assert make_policy(url="http://127.0.0.1:8081/m").forwarded["matomo"].url == "http://127.0.0.1:8081/m/matomo.php"
    assert make_policy(url="https://m.example/js/t.php").forwarded["matomo"].url == "https://m.example/js/t.php"

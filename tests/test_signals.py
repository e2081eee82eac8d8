"""What browsers say by signals: read from headers, never more than a refusal, and only for what the site asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiegate.policy import Policy, compile_policy
from cookiegate.signals import VISIT_LOG, Signals, state_gpc


def make_policy(**more: Any) -> Policy:
    said = {
        "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"]},
        "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
        "purposes": {"statistics": {"services": ["matomo"]}, "marketing": {"services": ["meta-pixel"]}},
    }
    return compile_policy(said | more)


POLICY = make_policy()
GPC = {b"sec-gpc": b"1"}


def test_global_privacy_control_refuses_marketing_and_the_log_of_visits() -> None:
    assert Signals(POLICY).read(GPC) == {"marketing", VISIT_LOG}
    for headers in ({}, {b"sec-gpc": b"0"}, {b"sec-gpc": b""}, {b"dnt": b"1"}, {b"sec-gpc": b"1, 1"}):
        assert Signals(POLICY).read(headers) == set()


def test_a_site_that_ignores_it_is_told_nothing_by_it() -> None:
    assert Signals(make_policy(signals={"gpc": "ignore"})).read(GPC) == set()


def test_marketing_under_another_name_is_refused_too_and_what_the_site_calls_statistics_is_not() -> None:
    purposes = {
        "mainonta": {"services": ["meta-pixel", "matomo"]},
        "functional": {"services": ["youtube"]},
        "kyselyt": {"services": ["oma"]},
    }
    services = {"oma": {"provider": "Oma Oy", "country": "FI", "hosts": ["oma.example.net"]}}
    assert Signals(make_policy(purposes=purposes, services=services)).read(GPC) == {"mainonta", VISIT_LOG}


def test_a_site_adds_signals_of_its_own() -> None:
    def read_dnt(headers: Any) -> set[str]:
        return {"statistics", "marketing", "unknown"} if headers.get(b"dnt") == b"1" else set()

    signals = Signals(POLICY, [read_dnt, lambda headers: ["statistics"] if b"x-quiet" in headers else ()])
    assert signals.read({b"dnt": b"1"}) == {"statistics", "marketing"}
    assert signals.read({b"x-quiet": b""}) == {"statistics"}
    assert signals.read({b"dnt": b"1"} | GPC) == {"statistics", "marketing", VISIT_LOG}
    assert signals.read({}) == set()


@settings(deadline=None, database=None)
@given(st.dictionaries(st.binary(max_size=8), st.binary(max_size=8)), st.sets(st.text(max_size=12)))
def test_whatever_a_signal_says_only_purposes_of_the_site_are_refused(
    headers: dict[bytes, bytes], said: set[str]
) -> None:
    assert Signals(POLICY, [lambda _: said | {"statistics"}]).read(headers) <= {"statistics", "marketing", VISIT_LOG}


@pytest.mark.parametrize(
    ("said", "statement"),
    [({}, {"gpc": True}), ({"since": "2026-03-01"}, {"gpc": True, "lastUpdate": "2026-03-01"})],
)
def test_the_statement_has_the_day_that_the_sites_owner_names(said: dict[str, str], statement: dict[str, Any]) -> None:
    assert state_gpc(make_policy(signals=said)) == statement

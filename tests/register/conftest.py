"""A policy with a visit log, an empty store, and records to put into it."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.policy import (
    Assessment,
    BannerRules,
    ConsentRules,
    Controller,
    GateRules,
    Policy,
    Site,
    VisitRules,
)
from cookiegate.register import Register

ASSESSMENT = Assessment("security", "no milder way", "nothing that names a person", "Aino Esimerkki", "2026-03-01")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


def make_policy(**visits: Any) -> Policy:
    return Policy(
        site=Site("Koivurannan saha", ("www.koivurannansaha.example", "127.0.0.1"), ("fi", "sv", "en")),
        controller=Controller("Koivurannan saha Oy", "tietosuoja@koivurannansaha.example"),
        consent=ConsentRules(),
        purposes=(),
        necessary=(),
        visits=dataclasses.replace(VisitRules(assessment=ASSESSMENT), **visits),
        gate=GateRules(),
        banner=BannerRules(),
        retention={},
        known=(),
        version="8d969eef6ecad3c2",
    )


def make_record(consent_id: str = "", event: str = "given") -> ConsentRecord:
    state = "withdrawn" if event == "withdrawn" else "refused" if event == "refused" else "given"
    return ConsentRecord(
        time=1_772_323_200_123,
        event=event,
        states={"statistics": state},
        services=("matomo",) if state == "given" else (),
        method="banner:accept",
        language="fi",
        policy_version="8d969eef6ecad3c2",
        banner="00" * 32,
        validity_days=183,
        consent_id=consent_id,
    )


@pytest.fixture
def policy() -> Policy:
    return make_policy()


@pytest.fixture
def record() -> Callable[..., ConsentRecord]:
    return make_record


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/site.db"


@pytest.fixture
def register(url: str, policy: Policy) -> Iterator[Register]:
    register = Register(url, policy)
    yield register
    register.close()


@pytest.fixture
def select(tmp_path: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the database from outside, as an operator would."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{tmp_path}/site.db?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    return ask


@pytest.fixture
def recorded(select: Callable[[str], list[tuple[Any, ...]]]) -> Callable[[], list[str]]:
    """The consent ids in the ledger, in order."""
    return lambda: [each for (each,) in select("SELECT payload ->> 'consent_id' FROM ledger ORDER BY seq")]

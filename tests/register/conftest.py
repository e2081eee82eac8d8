"""A policy with a visit log, an empty store of each engine with its key, and records to put into it."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cookiegate.consent import ConsentRecord, VerifierKey
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
from cookiegate.register.ledgerkey import load_ledger_key, make_ledger_key
from cookiegate.store import Store, companion, hold, is_shared, open_store
from tests.register.spooled import Outage
from tests.register.tree import read_ids

ASSESSMENT = Assessment("security", "no milder way", "nothing that names a person", "Aino Esimerkki", "2026-03-01")
HOST = "www.koivurannansaha.example"


def make_policy(**visits: Any) -> Policy:
    return Policy(
        site=Site("Koivurannan saha", (HOST, "127.0.0.1"), ("fi", "sv", "en")),
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


def make_record(consent_id: str = "", event: str = "given", banner: str = "00" * 32) -> ConsentRecord:
    state = "withdrawn" if event == "withdrawn" else "refused" if event == "refused" else "given"
    return ConsentRecord(
        time=1_772_323_200_123,
        event=event,
        states={"statistics": state},
        services=("matomo",) if state == "given" else (),
        method="banner:accept",
        language="fi",
        policy_version="8d969eef6ecad3c2",
        banner=banner,
        validity_days=183,
        consent_id=consent_id,
    )


def wait_until(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.01)


@contextmanager
def hold_ledger(url: str) -> Iterator[None]:
    """Be another gateway that does not let go of the ledger."""
    open_store(url).close()
    if not is_shared(url):
        with hold(companion(url, ".lock")):
            yield
        return
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        runner.run(connection.execute("BEGIN; SELECT 1 FROM ledger_head FOR UPDATE"))
        yield
        runner.run(connection.close())


@pytest.fixture
def policy() -> Policy:
    return make_policy()


@pytest.fixture
def record() -> Callable[..., ConsentRecord]:
    return make_record


@pytest.fixture
def waiting() -> Callable[[Callable[[], bool]], None]:
    return wait_until


@pytest.fixture
def url(url: str) -> str:
    """As above; a shared store's key is made by hand."""
    if is_shared(url):
        make_ledger_key(companion(url, ".ledgerkey"), HOST)
    return url


@pytest.fixture
def held(url: str) -> Callable[[], AbstractContextManager[None]]:
    return lambda: hold_ledger(url)


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Outage:
    """The store is down."""
    return Outage(monkeypatch)


@pytest.fixture
def register(url: str, policy: Policy) -> Iterator[Register]:
    register = Register(url, policy)
    yield register
    register.close()


@pytest.fixture
def recorded(url: str) -> Callable[[], list[str]]:
    """The consent ids on the ledger, in order."""
    return lambda: read_ids(url)


@pytest.fixture
def verifier(url: str) -> Callable[[], VerifierKey]:
    """The key that verifies what was signed."""
    return lambda: load_ledger_key(Path(companion(url, ".ledgerkey"))).verifiers[0]


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Open, and empty, of each engine."""
    store = open_store(url)
    yield store
    store.close()

"""A site's policy of the size a small firm has, and the notices made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cookiegate.notices import Notices
from cookiegate.policy import (
    Assessment,
    BannerRules,
    ConsentRules,
    Controller,
    Cookie,
    GateRules,
    Lifetime,
    Necessary,
    Policy,
    Purpose,
    Service,
    Site,
    VisitRules,
)

STATISTICS = Service(
    id="laskuri",
    name="Laskuri",
    provider="Laskuri Oy",
    purpose="statistics",
    country="FI",
    policy_url="https://laskuri.example/tietosuoja",
    cookies=(Cookie("_laskuri", Lifetime(13, "months")), Cookie("laskuri_*", Lifetime(0, "session"))),
)
VIDEO = Service(
    id="filmi",
    name="Filmi",
    provider="Filmi Ltd",
    purpose="marketing",
    country="US",
    transfer_basis="Standard contractual clauses",
    policy_url="https://filmi.example/privacy",
    cookies=(Cookie("FILMI", Lifetime(1, "years"), third_party=True), Cookie("filmi-player", storage=True)),
)
PIXEL = Service(id="pikseli", name="Pikseli", provider="Filmi Ltd", purpose="marketing", country="US")

POLICY = Policy(
    site=Site("Koivurannan Saha", ("www.koivurannansaha.example",), ("fi", "sv", "en")),
    controller=Controller(
        "Koivurannan Saha Oy",
        "tietosuoja@koivurannansaha.example",
        address="Sahatie 1, Koivuranta",
        business_id="1234567-8",
        country="FI",
        privacy_url="https://www.koivurannansaha.example/tietosuoja",
    ),
    consent=ConsentRules(),
    purposes=(Purpose("statistics", (STATISTICS,)), Purpose("marketing", (VIDEO, PIXEL))),
    necessary=(Necessary("Pitää tarjouspyynnön tallessa.", "tarjouskori", lifetime=Lifetime(0, "session")),),
    visits=VisitRules(
        Assessment("Sivuston turvallisuus.", "Häiriö huomataan.", "Osoite lyhennetään.", "Aino Koivu", "2026-10-01")
    ),
    gate=GateRules(),
    banner=BannerRules(),
    retention={},
    known=(),
    version="1",
)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return POLICY


@pytest.fixture(scope="session")
def notices() -> Notices:
    return Notices(POLICY)


@pytest.fixture(scope="session")
def notices_with() -> Callable[..., Notices]:
    """Notices of the same policy with some fields replaced."""

    def build(**fields: Any) -> Notices:
        return Notices(replace(POLICY, **fields))

    return build

"""The same at length: gateways that tell services of their visitors are killed 200 times on each engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.register import make_ledger_key
from cookiegate.store import companion, is_shared
from tests.forwarding.stubs import open_internet
from tests.forwarding.surviving import kill_and_look

pytestmark = pytest.mark.torture
ROUNDS = 100  # of two gateways each


def test_200_kills_lose_nothing_and_send_nothing_that_was_taken_back(url: str, tmp_path: Path) -> None:
    if is_shared(url):
        make_ledger_key(Path(companion(url, ".ledgerkey")), "site.example")
    with open_internet() as internet:
        nursery = kill_and_look(url, tmp_path, internet, rounds=ROUNDS, longest=0.3)
    print(
        f"{nursery.kills} kills, {len(nursery.accepted)} events accepted, {len(internet.told)} arrived, "
        f"{len(nursery.withdrawn)} withdrawals acknowledged"
    )
    assert nursery.kills == 2 * ROUNDS
    assert len(nursery.accepted) > 5 * ROUNDS, "they were under load"
    assert len(nursery.withdrawn) > ROUNDS // 2

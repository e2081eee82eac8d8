"""Gateways killed at any instant lose no event, use no id twice, and send nothing after a withdrawal: a few kills."""

from __future__ import annotations

from pathlib import Path

from tests.forwarding.stubs import Internet
from tests.forwarding.surviving import kill_and_look


def test_a_few_kills_lose_nothing_and_send_nothing_that_was_taken_back(
    url: str, tmp_path: Path, internet: Internet
) -> None:
    nursery = kill_and_look(url, tmp_path, internet, rounds=5, longest=0.3)
    assert nursery.kills == 10
    assert nursery.accepted

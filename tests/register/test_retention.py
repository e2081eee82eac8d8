"""How long visits and observations are kept."""

from __future__ import annotations

import dataclasses

from cookiegate.policy import Policy
from cookiegate.register.retention import oldest_days

NOON = 1_772_366_400  # 2026-03-01 12:00 UTC


def test_the_policy_says_how_long_visits_are_kept(policy: Policy) -> None:
    assert oldest_days(policy, NOON) == ("2025-12-01", "2025-12-01")
    shorter = dataclasses.replace(policy, visits=dataclasses.replace(policy.visits, retention_days=14))
    assert oldest_days(shorter, NOON) == ("2026-02-15", "2025-12-01")


def test_the_policy_may_say_how_long_observations_are_kept(policy: Policy) -> None:
    assert oldest_days(dataclasses.replace(policy, retention={"observations": 7}), NOON) == ("2025-12-01", "2026-02-22")

"""Counting what the policy does not name."""

from __future__ import annotations

import pytest

from cookiegate.register.observations import KINDS, Observations
from cookiegate.store import Observation

DAY = "2026-03-01"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_thing_is_counted_once_a_time(kind: str) -> None:
    seen = Observations()
    for _ in range(3):
        seen.add(DAY, kind, "cdn.tracker.example", "/tuotteet?id=1")
    assert seen.take() == [Observation(DAY, kind, "cdn.tracker.example", "/tuotteet", 3)]
    assert seen.take() == []


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="host, cookie, storage"):
        Observations().add(DAY, "visitor", "name", "/")


def test_names_and_paths_are_printable_and_short() -> None:
    seen = Observations()
    seen.add(DAY, "cookie", "\x1b[2J" + "n" * 500, "/" + "p" * 500)
    (kept,) = seen.take()
    assert kept.name == "[2J" + "n" * 196
    assert kept.path == "/" + "p" * 199


def test_invented_names_stop_at_a_thousand_and_the_rest_is_counted() -> None:
    seen = Observations()
    for number in range(1500):
        seen.add(DAY, "host", f"h{number}.example", "/")
    seen.add(DAY, "host", "h0.example", "/")
    assert seen.dropped == 500
    taken = seen.take()
    assert len(taken) == 1000
    assert taken[0].times == 2


def test_what_could_not_be_written_is_added_to_what_came_since() -> None:
    seen = Observations()
    seen.add(DAY, "host", "cdn.tracker.example", "/")
    taken = seen.take()
    seen.add(DAY, "host", "cdn.tracker.example", "/")
    seen.put_back(taken)
    assert [each.times for each in seen.take()] == [2]

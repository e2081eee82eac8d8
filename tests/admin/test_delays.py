"""Who fails to sign in waits: longer each time, never for good, and not for what others did."""

from __future__ import annotations

from cookiegate.admin import delays as module
from cookiegate.admin.delays import Delays

NOW = 1000.0


def fail(delays: Delays, times: int, name: str = "aino", network: str = "203.0.113.1/32", now: float = NOW) -> float:
    """Try as soon as one may; the time of the last failure."""
    for _ in range(times):
        if wait := delays.begin(name, network, now):
            now += wait
            assert delays.begin(name, network, now) == 0
    return now


def test_three_failures_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    delays, waits, now = Delays(), [], NOW
    for _ in range(16):
        waits.append(wait := delays.begin("aino", "203.0.113.1/32", now))
        if wait:
            now += wait
            assert delays.begin("aino", "203.0.113.1/32", now) == 0
    assert waits[:7] == [0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == 15 * 60


def test_it_counts_for_the_network_with_any_name_and_for_no_other_network() -> None:
    delays = Delays()
    now = fail(delays, 8)
    assert delays.begin("otso", "203.0.113.1/32", now) > 0
    assert delays.begin("aino", "198.51.100.1/32", now) == 0


def test_strangers_at_as_many_networks_as_they_like_keep_nobody_waiting() -> None:
    delays = Delays()
    for number in range(5_000):
        assert delays.begin("aino", f"2001:db8:{number:x}::/64", NOW + number) == 0
    assert delays.begin("aino", "203.0.113.1/32", NOW + 5_000) == 0  # aino, who never came in before


def test_who_comes_in_at_a_network_forgets_nothing_that_was_tried_there_with_other_names() -> None:
    delays = Delays()
    for _ in range(8):
        delays.succeed("otso", "203.0.113.1/32")  # one of the staff, who guesses the password of another
        delays.begin("aino", "203.0.113.1/32", NOW)
    assert delays.begin("aino", "203.0.113.1/32", NOW) > 0


def test_one_network_guesses_some_250_times_a_day() -> None:
    most = 0
    for rest in range(1, 40):  # guess so many times, then wait until all is forgotten
        delays, now, guesses = Delays(), NOW, 0
        while now < NOW + 86_400:
            now = fail(delays, rest, now=now) + 3600
            guesses += rest
        most = max(most, guesses)
    assert 240 < most < 280


def test_attempts_that_come_at_once_count_before_the_first_has_failed() -> None:
    delays = Delays()
    assert sum(delays.begin("aino", "203.0.113.1/32", NOW) == 0 for _ in range(100)) == 3


def test_an_attempt_that_was_not_let_through_does_not_prolong_the_wait() -> None:
    delays = Delays()
    now = fail(delays, 8)
    left = delays.begin("aino", "203.0.113.1/32", now)
    assert delays.begin("aino", "203.0.113.1/32", now + 1) == left - 1


def test_coming_in_forgets_what_was_before() -> None:
    delays = Delays()
    now = fail(delays, 8)
    delays.succeed("aino", "203.0.113.1/32")
    assert delays.begin("aino", "203.0.113.1/32", now) == 0


def test_where_somebody_came_in_before_only_their_own_failures_count() -> None:
    delays = Delays()
    delays.succeed("aino", "198.51.100.1/32")
    now = fail(delays, 12, name="otso", network="198.51.100.1/32")  # somebody else in the same house
    assert delays.begin("matti", "198.51.100.1/32", now) > 60
    assert delays.begin("aino", "198.51.100.1/32", now) == 0
    now = fail(delays, 12, network="198.51.100.1/32", now=now)
    assert 0 < delays.begin("aino", "198.51.100.1/32", now) <= 60


def test_failures_of_an_hour_ago_are_forgotten() -> None:
    delays = Delays()
    now = fail(delays, 5)
    assert delays.begin("aino", "203.0.113.1/32", now + 3600) == 0
    assert delays.begin("aino", "203.0.113.1/32", now + 3600) == 0


def test_strangers_do_not_fill_the_memory() -> None:
    delays = Delays()
    for number in range(module._MOST + 500):
        delays.begin(f"name{number}", f"2001:db8:{number:x}::/64", NOW)
    assert len(delays._failures) == module._MOST


def test_a_clock_that_was_ahead_makes_nobody_wait_for_it() -> None:
    delays = Delays()
    fail(delays, 5, now=NOW + 30 * 86_400)  # before it was put right
    assert 0 < delays.begin("aino", "203.0.113.1/32", NOW) <= 15 * 60

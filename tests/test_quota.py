"""How much one network may have written: so much at once, as much again with time, and nobody else's share."""

from __future__ import annotations

import logging

import pytest

from cookiegate.quota import Quota, find_network


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def count(quota: Quota, key: str, times: int) -> int:
    return sum(quota.take(key) for _ in range(times))


def test_so_many_at_once_and_as_many_again_a_minute_later() -> None:
    clock = Clock()
    quota = Quota(20, "x", clock=clock)
    assert count(quota, "a", 50) == 20
    clock.now += 30
    assert count(quota, "a", 50) == 10
    clock.now += 3600
    assert count(quota, "a", 50) == 20
    clock.now -= 3600
    assert count(quota, "a", 50) == 0, "a clock that goes back gives nothing"


def test_one_network_takes_nothing_from_another_and_nobody_in_particular_is_not_limited() -> None:
    quota = Quota(5, "x", clock=Clock())
    assert count(quota, "a", 9) == 5
    assert count(quota, "b", 9) == 5
    assert count(quota, "", 999) == 999


def test_the_memory_is_bounded() -> None:
    quota = Quota(1, "x", clock=Clock())
    for number in range(25_000):
        assert quota.take(str(number))
    assert len(quota._buckets) <= 10_000
    assert not quota.take("24999"), "those that came last are remembered"


def test_there_is_room_for_another_once_the_oldest_has_got_all_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cookiegate.quota._MOST", 2)
    clock = Clock()
    quota = Quota(6, "x", clock=clock)
    assert (count(quota, "a", 3), count(quota, "b", 6)) == (3, 6)
    assert [quota.has_room(key) for key in "abc"] == [True, True, False]
    clock.now += 29
    assert not quota.has_room("c")
    clock.now += 1
    assert quota.has_room("c")
    assert count(quota, "c", 9) == 6
    assert not quota.has_room("a"), "b is not full again"


def test_a_flood_makes_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    quota = Quota(3, "decisions a minute", clock=clock)
    with caplog.at_level(logging.WARNING, "cookiegate"):
        count(quota, "203.0.113.0/24", 500)
        clock.now += 61
        count(quota, "203.0.113.0/24", 500)
    told = [each.getMessage() for each in caplog.records]
    assert len(told) == 2
    assert told[0].startswith("more than 3 decisions a minute, 1 were not recorded so far")
    assert "203.0.113" not in "".join(told)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("10.1.2.3", ""),
        ("172.20.0.1", ""),
        ("192.168.1.1", ""),
        ("::ffff:10.1.2.3", ""),
        ("100.64.0.9", ""),
        ("100.127.255.9", ""),
        ("100.128.0.9", "100.128.0.0/24"),
        ("fd00::1", ""),
        ("fe80::1%eth0", ""),
        ("172.32.0.1", "172.32.0.0/24"),
        ("", ""),
        ("unix:", ""),
        ("not an address", ""),
    ],
)
def test_an_address_that_many_may_share_behind_a_proxy_is_no_network(address: str, network: str) -> None:
    assert find_network(address) == network

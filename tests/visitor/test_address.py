"""Truncation of addresses: RFC examples, embedded IPv4, and what is no address."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.visitor import truncate


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("0.0.0.0", "0.0.0.0/24"),
        ("255.255.255.255", "255.255.255.0/24"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::/48"),
        ("2001:DB8:85A3::1", "2001:db8:85a3::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),  # seen through a dual-stack socket
        ("::ffff:cb00:714d", "203.0.113.0/24"),
        ("2002:cb00:714d:1::1", "203.0.113.0/24"),  # 6to4, RFC 3056
        ("2001:0000:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.0/24"),  # the example of RFC 4380
        ("64:ff9b::192.0.2.33", "192.0.2.0/24"),  # RFC 6052 section 2.4
        ("2001:1::1", "2001:1::/48"),  # beside Teredo, not in it
    ],
)
def test_an_address_is_reduced_to_its_network(address: str, expected: str) -> None:
    assert truncate(address) == expected


@pytest.mark.parametrize(
    "garbage",
    ["", "unknown", "_hidden", "203.0.113", "203.0.113.077", "203.0.113.77:80", "[2001:db8::1]", "1.2.3.4\0",
     "１.2.3.4", "\ud800", "<script>", "2001:db8::1::2", ":" * 100_000, "203.0.113.77/24", "%eth0"],
)  # fmt: skip
def test_what_is_no_address_leaves_nothing(garbage: str) -> None:
    assert truncate(garbage) == ""


@given(st.ip_addresses(), st.integers(0, 24), st.integers(0, 48))
def test_no_host_bit_survives(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, ipv4_bits: int, ipv6_bits: int
) -> None:
    network = ipaddress.ip_network(truncate(str(address), ipv4_bits, ipv6_bits))  # strict: host bits are an error
    assert network.prefixlen == (ipv4_bits if network.version == 4 else ipv6_bits)


@given(st.ip_addresses(v=4))
def test_every_way_to_write_an_ipv4_address_gives_its_own_network(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    inverted = number ^ 0xFFFFFFFF
    written = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
        ipaddress.IPv6Address((0x20010000 << 96) | (0x41360000 << 64) | inverted),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
    ]
    assert {truncate(str(each)) for each in written} == {truncate(str(address))}

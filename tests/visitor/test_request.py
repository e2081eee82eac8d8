"""Client address and scheme behind proxies: who is believed, and how far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.errors import SettingsError
from cookiegate.visitor import TrustedProxies, client_address, client_scheme, truncate

PROXY = "10.0.0.1"
TRUSTED = TrustedProxies(("10.0.0.0/8", "2001:db8:aaaa::/48"))


def lines(name: str, *values: str) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for value in values]


def forwarded_for(*values: str, peer: str = PROXY) -> str:
    return client_address(peer, lines("x-forwarded-for", *values), TRUSTED)


def forwarded(*values: str) -> str:
    return client_address(PROXY, lines("forwarded", *values), TRUSTED)


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"])
def test_a_stranger_is_not_believed(name: str) -> None:
    value = "for=192.0.2.60" if name == "forwarded" else "192.0.2.60"
    assert client_address("198.51.100.7", lines(name, value), TRUSTED) == "198.51.100.7"
    assert client_address(PROXY, lines(name, value), TrustedProxies()) == PROXY


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("192.0.2.60",), "192.0.2.60"),
        (("192.0.2.60, 10.0.0.2, 10.0.0.3",), "192.0.2.60"),  # three hops, two of them trusted
        (("9.9.9.9, 192.0.2.60, 10.0.0.2",), "192.0.2.60"),  # what the client wrote itself stands further left
        (("9.9.9.9", "192.0.2.60", "10.0.0.2"), "192.0.2.60"),  # over several lines
        (("192.0.2.60:4711",), "192.0.2.60"),
        (("[2001:db8::7]:4711",), "2001:db8::7"),
        (("2001:db8::7",), "2001:db8::7"),
        (("2001:db8::7, 2001:db8:aaaa::9",), "2001:db8::7"),
        (("10.0.0.9, 10.0.0.2",), "10.0.0.9"),  # only proxies: the furthest
        (("192.0.2.60, unknown, 10.0.0.2",), "10.0.0.2"),  # past an unknown hop nothing is believed
        (("<script>alert(1)</script>",), PROXY),
        (("",), PROXY),
        ((",,,",), PROXY),
    ],
)
def test_x_forwarded_for_is_walked_from_the_right(values: tuple[str, ...], expected: str) -> None:
    assert forwarded_for(*values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [  # the first rows are the examples of RFC 7239 sections 4 and 6
        (('For="[2001:db8:cafe::17]:4711"',), "2001:db8:cafe::17"),
        (("for=192.0.2.60;proto=http;by=203.0.113.43",), "192.0.2.60"),
        (("for=192.0.2.43, for=198.51.100.17",), "198.51.100.17"),
        (('for=192.0.2.43, for="[2001:db8:aaaa::17]"',), "192.0.2.43"),
        (('for="_gazonk"',), PROXY),
        (("for=_hidden, for=_SEVKISEK",), PROXY),
        (("for=unknown",), PROXY),
        (('for="192.0.2.43:47011"',), "192.0.2.43"),
        (("for=192.0.2.60 , for=10.0.0.2",), "192.0.2.60"),
        (("for=192.0.2.60", "for=10.0.0.2"), "192.0.2.60"),
        (("proto=https",), PROXY),
        (("for=192.0.2.60;for=9.9.9.9",), PROXY),  # a parameter may occur once
        (('for="9.9.9.9, for=192.0.2.60',), PROXY),  # a quote that never ends
        (('for="9.9.9.9, for=8.8.8.8"', "for=192.0.2.60"), "192.0.2.60"),
        (('for="9.9.9.9', "for=10.0.0.2"), "10.0.0.2"),
        (("for=[2001:db8::1]",), PROXY),  # IPv6 must be quoted
        (("for=1.2.3.4\n",), PROXY),
    ],
)
def test_forwarded_is_read_to_the_letter(values: tuple[str, ...], expected: str) -> None:
    assert forwarded(*values) == expected


def test_two_headers_that_disagree_are_both_disbelieved() -> None:
    both = lines("x-forwarded-for", "192.0.2.60") + lines("forwarded", "for=9.9.9.9")
    assert client_address(PROXY, both, TRUSTED) == PROXY
    agreeing = lines("x-forwarded-for", "192.0.2.60") + lines("forwarded", "for=192.0.2.60")
    assert client_address(PROXY, agreeing, TRUSTED) == "192.0.2.60"


def test_a_proxy_seen_through_a_dual_stack_socket_is_still_trusted() -> None:
    assert forwarded_for("192.0.2.60", peer="::ffff:10.0.0.1") == "192.0.2.60"


def test_a_thousand_hops_do_not_hide_the_nearest() -> None:
    hops = ", ".join(["9.9.9.9"] * 1000)
    assert forwarded_for(f"{hops}, 192.0.2.60") == "192.0.2.60"
    assert forwarded_for(*["9.9.9.9"] * 1000, "192.0.2.60") == "192.0.2.60"
    assert forwarded_for("9.9.9.9, " + "10.0.0.2, " * 1000 + "10.0.0.3") == "10.0.0.2"
    assert forwarded(*["for=9.9.9.9"] * 1000, "for=192.0.2.60") == "192.0.2.60"


@pytest.mark.parametrize("text", ["," * 65_536, '"' * 65_536, 'for="' + "\\" * 65_536, " " * 65_536, "for=" * 16_384])
def test_64_kilobytes_of_noise_name_nobody(text: str) -> None:
    assert forwarded_for(text) == PROXY
    assert forwarded(text) == PROXY


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_a_header_holds_only_an_address_comes_out(first: str, second: str) -> None:
    headers = [(b"x-forwarded-for", first.encode()), (b"forwarded", second.encode())]
    assert truncate(client_address(PROXY, headers, TRUSTED)) != ""
    assert client_scheme("http", PROXY, headers, TRUSTED) in ("http", "https")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (lines("x-forwarded-proto", "https"), "https"),
        (lines("x-forwarded-proto", "HTTPS"), "https"),
        (lines("x-forwarded-proto", "gopher"), "http"),
        (lines("x-forwarded-proto", "https, http"), "http"),  # the left one was sent by the client
        (lines("x-forwarded-proto", "https") + lines("x-forwarded-for", "192.0.2.60, 10.0.0.2"), "https"),
        (lines("x-forwarded-proto", "https, http") + lines("x-forwarded-for", "192.0.2.60, 10.0.0.2"), "https"),
        (lines("forwarded", "for=192.0.2.60;proto=https"), "https"),
        (lines("forwarded", "for=192.0.2.60;proto=https, for=10.0.0.2;proto=http"), "https"),
        (lines("forwarded", "for=9.9.9.9;proto=https, for=192.0.2.60;proto=http"), "http"),
        (lines("forwarded", "for="), "http"),
        ([], "http"),
    ],
)
def test_the_scheme_is_told_by_the_proxy_that_saw_the_client(headers: list[tuple[bytes, bytes]], expected: str) -> None:
    assert client_scheme("http", PROXY, headers, TRUSTED) == expected


def test_a_stranger_cannot_claim_a_scheme() -> None:
    assert client_scheme("http", "198.51.100.7", lines("x-forwarded-proto", "https"), TRUSTED) == "http"


@pytest.mark.parametrize("cidr", ["10.0.0.0/33", "everybody", "10.0.0.1/8", ""])
def test_a_wrong_network_is_named(cidr: str) -> None:
    with pytest.raises(SettingsError, match="trusted proxies") as caught:
        TrustedProxies(("10.0.0.0/8", cidr))
    assert f'"{cidr}"' in str(caught.value)

"""Which headers go on, what the website is told about the visitor, and which Location is rewritten."""

from __future__ import annotations

from typing import Any

import pytest

from cookiegate.gateway.headers import forward_request, keep_end_to_end, publish_locations
from tests.asgi import http_scope


def forward(*headers: tuple[str | bytes, str | bytes], **options: Any) -> dict[str, list[str]]:
    """The headers that the website gets for a request with these."""
    found: dict[str, list[str]] = {}
    for name, value in forward_request(http_scope(headers=headers, **options))[0]:
        found.setdefault(name, []).append(value)
    return found


def test_headers_of_one_hop_stay_behind() -> None:
    sent = forward(
        ("Connection", "keep-alive, X-Consent"),
        ("X-Consent", "all"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Trailer", "Digest"),
        ("Transfer-Encoding", "chunked"),
        ("Upgrade", "h2c"),
        ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
        ("Proxy-Authorization", "Basic eDp5"),
        ("Proxy-Connection", "keep-alive"),
        ("Expect", "100-continue"),
        ("X-Kept", "yes"),
    )
    assert set(sent) == {
        "host", "x-kept", "accept-encoding", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
    }  # fmt: skip


def test_every_connection_header_names_what_stays_behind() -> None:
    headers = [(b"Connection", b"close"), (b"CONNECTION", b"x-one ,X-Two"), (b"X-One", b"1"), (b"x-two", b"2")]
    assert list(keep_end_to_end([*headers, (b"X-Three", b"3")])) == [(b"x-three", b"3")]


def test_repeated_headers_keep_their_order_and_bytes() -> None:
    headers = [(b"Set-Cookie", b"a=1"), (b"X-Between", b"\xe4"), (b"set-cookie", b"b=\xe5; Path=/")]
    assert list(keep_end_to_end(headers)) == [
        (b"set-cookie", b"a=1"),
        (b"x-between", b"\xe4"),
        (b"set-cookie", b"b=\xe5; Path=/"),
    ]


def test_a_name_with_an_underscore_cannot_pose_as_one_with_a_hyphen() -> None:
    sent = forward(("X_Forwarded_For", "198.51.100.1"), ("content_length", "9"), state={"trusted_peer": True})
    assert not [name for name in sent if "_" in name]


def test_a_chunked_request_has_no_content_length() -> None:
    assert "content-length" not in forward(("Transfer-Encoding", "chunked"), ("Content-Length", "3"))
    assert forward(("Content-Length", "3"))["content-length"] == ["3"]


def test_a_cookie_header_split_by_http2_is_one_again() -> None:
    assert forward(("cookie", "a=1"), ("cookie", "b=2"), http_version="2")["cookie"] == ["a=1; b=2"]


def test_bytes_that_are_utf8_stay_and_others_keep_their_characters() -> None:
    assert forward(("x-name", "Päivi".encode()))["x-name"] == ["Päivi"]
    assert forward(("x-name", "Päivi".encode("latin-1")))["x-name"] == ["Päivi"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (["gzip, deflate, br, zstd"], "gzip, br, zstd"),
        (["deflate;q=1.0, GZIP;q=0.5"], "GZIP;q=0.5"),
        (["br", "gzip;q=0"], "br, gzip;q=0"),
        (["identity"], "identity"),
        (["*"], "identity"),
        (["compress, dcb"], "identity"),
        ([""], "identity"),
        ([], "identity"),
    ],
)
def test_the_website_is_only_offered_codings_that_the_gate_can_rewrite(asked: list[str], sent: str) -> None:
    assert forward(*(("Accept-Encoding", value) for value in asked))["accept-encoding"] == [sent]


SPOOFED = [
    ("X-Forwarded-For", "198.51.100.1"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Prefix", "/admin"),
    ("Forwarded", "for=198.51.100.1"),
    ("X-Real-IP", "198.51.100.1"),
    ("CF-Connecting-IP", "198.51.100.1"),
    ("True-Client-IP", "198.51.100.1"),
    ("Client-IP", "198.51.100.1"),
]


def test_what_an_untrusted_peer_says_about_its_origin_is_dropped() -> None:
    assert forward(*SPOOFED) == {
        "host": ["site.example"],
        "accept-encoding": ["identity"],
        "x-forwarded-for": ["203.0.113.9"],
        "x-forwarded-proto": ["https"],
        "x-forwarded-host": ["site.example"],
    }


def test_what_a_trusted_peer_says_is_kept_and_completed() -> None:
    sent = forward(
        ("X-Forwarded-For", "198.51.100.1"),
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "shop.example"),
        ("X-Real-IP", "198.51.100.1"),
        scheme="http",
        client=("10.0.0.2", 5555),
        state={"trusted_peer": True, "client_address": "198.51.100.1"},
    )
    assert sent["x-forwarded-for"] == ["198.51.100.1, 192.0.2.7, 10.0.0.2"]
    assert sent["x-forwarded-proto"] == ["https"]
    assert sent["x-forwarded-host"] == ["shop.example"]
    assert sent["x-real-ip"] == ["198.51.100.1"]


def test_the_visitors_address_is_told_as_it_was_decided() -> None:
    assert forward(state={"client_address": "203.0.113.0"})["x-forwarded-for"] == ["203.0.113.0"]
    assert "x-forwarded-for" not in forward(state={"client_address": None})
    assert "x-forwarded-for" not in forward(client=None)


@pytest.mark.parametrize(("scheme", "told"), [("http", "http"), ("https", "https"), ("ws", "http"), ("wss", "https")])
def test_a_websocket_is_told_with_the_scheme_of_its_page(scheme: str, told: str) -> None:
    assert forward(scheme=scheme)["x-forwarded-proto"] == [told]


def test_the_public_address_is_the_one_the_visitor_asked_for() -> None:
    def public(*headers: tuple[str, str], **options: Any) -> bytes:
        return forward_request(http_scope(headers=headers, **options))[1]

    assert public() == b"https://site.example"
    assert public(*SPOOFED) == b"https://site.example"
    assert public(("X-Forwarded-Host", "shop.example, inner.test"), state={"trusted_peer": True}) == (
        b"https://shop.example"
    )
    assert public(host=None) == b""


@pytest.mark.parametrize(
    ("origin", "location", "published"),
    [
        ("http://127.0.0.1:8080", b"http://127.0.0.1:8080/a?b=\xe4#c", b"https://site.example/a?b=\xe4#c"),
        ("http://127.0.0.1:8080", b"http://127.0.0.1:8080", b"https://site.example"),
        ("http://127.0.0.1:8080", b"HTTP://127.0.0.1:8080?x", b"https://site.example?x"),
        ("http://127.0.0.1:8080", b"http://127.0.0.1:8080//evil.example", b"https://site.example//evil.example"),
        ("http://inner.test", b"http://Inner.test:80/", b"https://site.example/"),
        ("https://inner.test:443", b"https://inner.test/", b"https://site.example/"),
        ("http://[::1]:8080", b"http://[::1]:8080/", b"https://site.example/"),
        ("http://127.0.0.1:8080", b"http://127.0.0.1:80801/", None),
        ("http://127.0.0.1:8080", b"http://127.0.0.1/", None),
        ("http://inner.test", b"http://inner.test.evil.example/", None),
        ("http://inner.test", b"http://innerxtest/", None),
        ("http://inner.test", b"http://inner.test@evil.example/", None),
        ("http://inner.test", b"http://x@inner.test/", None),
        ("http://inner.test", b"https://inner.test/", None),
        ("http://inner.test", b"https://elsewhere.example/?to=http://inner.test/", None),
        ("http://inner.test", b"/path", None),
        ("http://inner.test", b"//inner.test/path", None),
        ("http://inner.test", b"", None),
    ],
)
def test_only_a_location_at_the_websites_own_address_is_rewritten(
    origin: str, location: bytes, published: bytes | None
) -> None:
    expected = location if published is None else published
    assert publish_locations(origin)(location, b"https://site.example") == expected


def test_a_location_stays_where_no_public_address_is_known() -> None:
    assert publish_locations("http://inner.test")(b"http://inner.test/", b"") == b"http://inner.test/"

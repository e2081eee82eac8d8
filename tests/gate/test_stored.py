"""What may be stored, and what a stored copy may bring: the policy it was stored with."""

from __future__ import annotations

import pytest

from cookiegate.gate import read_media
from cookiegate.gate.media import read_charset

from .gated import gate


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/xhtml+xml", "text/xml"])
def test_a_document_that_runs_scripts_is_one_visitors_own(kind: str) -> None:
    out = gate([("content-type", kind), ("cache-control", "public, max-age=3600")], b"<svg/>")
    assert dict(out.headers)[b"cache-control"] == b"private, max-age=3600"
    assert dict(out.headers)[b"vary"] == b"Cookie"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml"])
@pytest.mark.parametrize(
    "name",
    ["cdn-cache-control", "surrogate-control", "x-accel-expires", "cloudflare-cdn-cache-control", "edge-control"],
)
def test_what_is_said_to_shared_caches_alone_is_not_said_of_one_visitors_page(name: str, kind: str) -> None:
    """They would heed it before Cache-Control (RFC 9213), and give one visitor's page to all."""
    out = gate([("content-type", kind), (name, "max-age=600"), ("cache-control", "max-age=5")], b"<body>")
    assert name.encode() not in dict(out.headers)
    assert dict(out.headers)[b"cache-control"] == b"private, max-age=5"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"text/html; charset=utf-8", b"text/html"),
        (b"text/html, bogus", b"text/html"),
        (b"text/plain, text/html", b"text/html"),
        (b"text/html charset=utf-8", b"text/html"),
        (b"text/html\tcharset=utf-8", b"text/html"),
        (b"text/html(a comment)", b"text/html"),
        (b"text/html, */*", b"text/html"),
        (b"text/html, */*;q=0.8", b"text/html"),
        (b"image/png, */*", b"image/png"),
        (b"image/png, */*;q=0.8", b""),
        (b'text/html; x="a,text/plain"', b"text/html"),
        (b'text/html; x="a\\",text/plain"', b"text/html"),
        (b'text/html"', b""),
        (b"*/*", b""),
        (b"unknown/unknown", b""),
        (b"html", b""),
        (b"", b""),
    ],
)
def test_a_type_is_read_as_browsers_read_it(written: bytes, read: bytes) -> None:
    assert read_media(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"text/html; charset=UTF-16", b"utf-16"),
        (b'text/html;a=b ; charset = "utf-16"', b"utf-16"),
        (b"text/html charset=utf-16", b""),
        (b"text/html; xcharset=utf-16", b""),
        (b"text/html; charset=utf-16, */*", b"utf-16"),
    ],
)
def test_an_encoding_is_read_only_where_browsers_read_one(written: bytes, read: bytes) -> None:
    assert read_charset(written) == read


def test_a_download_is_no_page() -> None:
    out = gate([("content-type", "text/html"), ("content-disposition", "Attachment; filename=a.html")], b"<body>")
    assert out.body == b"<body>"


def test_speculation_rules_and_another_hosts_service_are_not_announced() -> None:
    headers = [("content-type", "text/html"), ("speculation-rules", '"/rules.json"')]
    announced = [("alt-svc", 'h3="evil.example:443"'), ("alt-svc", 'h3=":443"')]
    out = gate([*headers, *announced], b"").headers
    assert [pair for pair in out if pair[0] in (b"speculation-rules", b"alt-svc")] == [(b"alt-svc", b'h3=":443"')]

"""A response whole: which bodies are rewritten, what their headers then say, and in which encoding they leave."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest

from cookiegate.gate import CodingError, unmark_etags
from cookiegate.gate.variants import mark_etag

from .gated import gate
from .site import CONTROL, FULL, GUARD, REFUSED, REPORTING, allow, rewrite

PAGE = b'<!doctype html><html><head><title>x</title></head><body><img src="//t.example/i.gif"></body></html>'
HTML = ("content-type", "text/html; charset=utf-8")
KEY = REFUSED.key


def test_every_response_carries_the_policy_of_this_choice() -> None:
    csp = REFUSED.csp.decode()
    for status in (200, 204, 206, 301, 304, 404, 500):
        for kind in ("text/html", "text/css", "application/javascript", "image/png"):
            assert gate([("content-type", kind)], status=status).all("content-security-policy") == [csp]
    reporting = allow(policy=REPORTING)
    out = gate([HTML], allowance=reporting)
    assert out.all("content-security-policy") == []
    assert out.all("content-security-policy-report-only") == [reporting.csp.decode()]


def test_a_page_is_rewritten_whatever_its_status() -> None:
    for status in (200, 201, 206, 403, 404, 500, 503):
        out = gate([HTML], PAGE, status=status)
        assert out.body.count(GUARD) == out.body.count(CONTROL) == 1
        assert b'data-cookiegate-src="//t.example/i.gif"' in out.body


@pytest.mark.parametrize("status", [101, 204, 205, 206, 304])
def test_what_is_no_whole_page_is_not_rewritten(status: int) -> None:
    assert not gate([HTML], status=status, has_body=status == 206, document=status != 206).rewrites


def test_a_part_that_nobody_asked_for_is_shown_as_a_page_and_rewritten_as_one() -> None:
    out = gate([HTML, ("content-range", "bytes 0-99/9999")], PAGE, status=206)
    assert out.body == gate([HTML], PAGE).body
    assert out.headers == gate([HTML], PAGE).headers


@pytest.mark.parametrize("kind", ["text/html", "TEXT/HTML;charset=UTF-8", " text/html ;a=b", ""])
def test_these_are_pages(kind: str) -> None:
    assert gate([("content-type", kind)], PAGE).rewrites


@pytest.mark.parametrize("kind", ["text/css", "application/json", "image/png", "text/htmlx", "application/pdf"])
def test_anything_else_keeps_its_bytes_and_headers(kind: str) -> None:
    headers = [("content-type", kind), ("content-length", "9"), ("etag", '"a"'), ("cache-control", "public"),
               ("last-modified", "x"), ("accept-ranges", "bytes")]  # fmt: skip
    out = gate(headers, b"<img src=//t.example>")
    assert out.body == b"<img src=//t.example>"
    assert out.headers[:-1] == [(name.encode(), value.encode()) for name, value in headers]


def test_a_body_without_a_type_is_a_page_only_where_it_looked_like_one() -> None:
    assert gate([], PAGE).rewrites
    assert not gate([], has_body=False).rewrites


def test_headers_that_are_no_longer_true_are_dropped() -> None:
    untrue = ("content-length", "content-md5", "digest", "repr-digest", "content-digest", "accept-ranges",
              "last-modified", "x-dns-prefetch-control")  # fmt: skip
    out = gate([HTML, ("x-own", "1"), *((name, "1") for name in untrue)], PAGE)
    assert out.all("x-own") == ["1"]
    assert [out.all(name) for name in untrue] == [[]] * 7 + [["off"]]
    assert out.all("content-type") == ["text/html; charset=utf-8"]


def test_head_says_what_get_says() -> None:
    headers = [HTML, ("content-length", "99"), ("etag", '"a"'), ("content-encoding", "br"), ("cache-control", "public")]
    assert gate(headers, has_body=False).headers == gate(headers, brotli.compress(PAGE)).headers


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        (["public, max-age=60"], "private, max-age=60"),
        (["s-maxage=9,  Public ,immutable"], "private, immutable"),
        (["no-store", "max-age=0"], "private, no-store, max-age=0"),
        (['private="x", no-cache'], "private, no-cache"),
        ([], "private"),
    ],
)
def test_no_shared_cache_keeps_a_page(said: list[str], becomes: str) -> None:
    assert gate([HTML, *(("cache-control", value) for value in said)], PAGE).all("cache-control") == [becomes]


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ([], "Cookie"),
        (["Accept-Encoding"], "Accept-Encoding, Cookie"),
        (["Accept", "Origin"], "Accept, Origin, Cookie"),
        (["Accept, COOKIE"], "Accept, COOKIE"),
    ],
)
def test_a_page_varies_with_the_cookie(said: list[str], becomes: str) -> None:
    assert gate([HTML, *(("vary", value) for value in said)], PAGE).all("vary") == [becomes]


def test_not_modified_is_kept_apart_too() -> None:
    headers = [("etag", '"a"'), ("cache-control", "public, max-age=1"), ("vary", "Accept")]
    out = gate(headers, status=304, has_body=False)
    assert (out.all("etag"), out.all("cache-control"), out.all("vary")) == (
        [f'W/"a-cgs{KEY}"'], ["private, max-age=1"], ["Accept, Cookie"],
    )  # fmt: skip
    assert gate(headers, status=304, has_body=False, document=False).all("etag") == ['"a"']


@pytest.mark.parametrize("etag", [b'"abc"', b'W/"abc"', b'""', b'"a-cgs"', b'"a,b W/ c"'])
def test_an_etag_comes_back_as_the_site_knows_it(etag: bytes) -> None:
    marked = mark_etag(etag, KEY)
    assert marked.startswith(b'W/"')
    assert unmark_etags(marked, KEY) == etag
    assert unmark_etags(b'"other", ' + marked + b', W/"x"', KEY) == etag
    assert unmark_etags(marked, allow("laskuri").key) == b""
    assert unmark_etags(etag, KEY) == b""


def test_several_etags_come_back_in_order_and_a_star_never() -> None:
    marked = b", ".join(mark_etag(tag, KEY) for tag in (b'"a"', b'W/"b"'))
    assert unmark_etags(marked, KEY) == b'"a", W/"b"'
    assert unmark_etags(b"*", KEY) == b""


@pytest.mark.parametrize("etag", ["abc", '"a" x', "", 'w/"a"'])
def test_a_malformed_etag_is_dropped_from_a_page(etag: str) -> None:
    assert gate([HTML, ("etag", etag)], PAGE).all("etag") == []


def test_two_choices_have_two_etags() -> None:
    tags = {gate([HTML, ("etag", '"a"')], PAGE, allowance=each).all("etag")[0] for each in (REFUSED, allow("laskuri"))}
    assert len(tags) == 2


def test_expired_cookies_go_out_with_the_page_and_denied_ones_do_not() -> None:
    headers = [HTML, ("set-cookie", "sid=1"), ("set-cookie", "_ga=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
               ("set-cookie", "sid=2; Path=/a")]  # fmt: skip
    out = gate(headers, PAGE, expired=[b"_ga=; Max-Age=0"])
    assert out.all("set-cookie") == ["sid=1", "sid=2; Path=/a", "_ga=; Max-Age=0"]
    assert out.seen.cookies == ["_ga"]


def test_sixty_cookies_come_out_as_the_allowed_ones_in_order() -> None:
    values = [f"{name}={number}; Expires=Wed, 21 Oct 2026 07:28:00 GMT" for number in range(12)
              for name in ("sid", "_ga", "_laskuri", "", "__hOsT-cookiegate")]  # fmt: skip
    out = gate([("content-type", "image/gif"), *(("set-cookie", value) for value in values)])
    assert len(values) == 60
    assert out.all("set-cookie") == [value for value in values if value.startswith("sid=")]


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_compressed_page_leaves_compressed(coding: str) -> None:
    closed, opened = {"gzip": (gzip.compress, gzip.decompress), "br": (brotli.compress, brotli.decompress)}[coding]
    data = closed(PAGE)
    for size in (1, 7, len(data)):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        out = gate([HTML, ("content-encoding", coding)], pieces)
        assert out.all("content-encoding") == [coding]
        assert opened(out.body) == gate([HTML], PAGE).body


@pytest.mark.parametrize("codings", [["compress"], ["gzip, br"], ["gzip", "br"]])
def test_a_coding_that_cannot_be_opened_passes_with_its_headers_gated(codings: list[str]) -> None:
    said = [("content-encoding", each) for each in codings]
    out = gate([HTML, ("content-length", "4"), ("cache-control", "public"), *said], b"\x1f\x9d\x90\x00")
    assert out.body == b"\x1f\x9d\x90\x00"
    assert out.all("content-length") == ["4"]
    assert out.all("cache-control") == ["private"]
    assert out.all("content-security-policy") == [REFUSED.csp.decode()]


def test_a_compressed_page_that_was_cut_off_is_never_complete() -> None:
    with pytest.raises(CodingError):
        gate([HTML, ("content-encoding", "gzip")], gzip.compress(PAGE)[:-1])


def test_a_compressed_body_of_no_bytes_is_an_empty_page() -> None:
    out = gate([HTML, ("content-encoding", "gzip")], b"")
    assert gzip.decompress(out.body) == rewrite(b"") + GUARD + CONTROL


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("iso-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("Shift_JIS", "shift_jis"), ("GBK", "gbk"),
     ("big5", "big5"), ("euc-kr", "euc-kr"), ("UTF-16LE", "utf-16-le"), ("utf-16be", "utf-16-be"),
     ("utf-16", "utf-16-le"),
     ("UNICODE", "utf-16-le"), ("ISO-2022-JP", "iso2022_jp"), ("csiso2022jp", "iso2022_jp")],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_page_keeps_its_encoding_and_its_words(charset: str, codec: str, size: int) -> None:
    words = {"latin-1": "Älä ÿ", "cp1252": "“Älä” €", "gbk": "你好 俓", "big5": "許功蓋", "euc-kr": "안녕"}.get(
        codec, "ソース表示 十能"
    )
    text = (
        f"<!doctype html><html><head><title>{words}</title></head><body><p>{words}<img src=//t.example/i>{words}</html>"
    )
    data = text.encode(codec)
    out = gate(
        [("content-type", f"text/html; charset={charset}")], [data[at : at + size] for at in range(0, len(data), size)]
    )
    assert out.body.decode(codec) == rewrite(text.encode(), insertions=FULL).decode()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", ["", "; charset=utf-8", "; charset=utf-16", "; charset=utf-16be", "; charset=latin1"])
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_byte_order_mark_outweighs_the_header(codec: str, said: str, size: int) -> None:
    text = '\ufeff<title>Älä</title><body><img src="//t.example/i.gif"></body>'
    data = text.encode(codec)
    out = gate([("content-type", "text/html" + said)], [data[at : at + size] for at in range(0, len(data), size)])
    assert out.body.decode(codec) == rewrite(text.encode(), insertions=FULL).decode()


def test_the_mark_of_utf_8_outweighs_the_header() -> None:
    out = gate([("content-type", "text/html; charset=utf-16")], b"\xef\xbb\xbf<p>\xc3\xa4")
    assert out.body == b"\xef\xbb\xbf" + GUARD + b"<p>\xc3\xa4" + CONTROL


def test_a_page_of_one_byte_arrives() -> None:
    assert gate([HTML], b"x").body == GUARD + b"x" + CONTROL


def test_a_redirect_of_an_image_to_the_own_site_may_name_others_in_its_query() -> None:
    for target in ("/login?next=https://t.example/", "https://site.example/x?u=//t.example"):
        assert gate([("location", target)], status=302, document=False).all("location") == [target]
    for target in ("//t.example/", "https:\\\\t.example/", "/\\t.example/", "https:t.example"):
        out = gate([("location", target)], status=302, document=False)
        assert out.all("location") == []
        assert out.seen.denied


def test_a_changed_choice_brings_a_new_worker() -> None:
    script = [("content-type", "text/javascript"), ("content-length", "3"), ("etag", '"a"'), ("last-modified", "x")]
    bodies = {
        gate(script, [b"1;\n", b"2"], document=False, worker=True, allowance=each).body
        for each in (REFUSED, allow("laskuri"), allow("laskuri", "filmi"))
    }
    assert len(bodies) == 3
    assert all(body.startswith(b"/*worker*/\n1;\n2\n;") for body in bodies)
    assert sum(b"skipWaiting" in body for body in bodies) == 2
    out = gate(script, b"1", document=False, worker=True)
    names = [name for name, _ in out.headers]
    assert names == [b"content-type", b"content-security-policy", b"vary", b"cache-control"]


@pytest.mark.parametrize("begin", [b"'use strict';", b'  // x\n/* y */ "use strict"\n'])
def test_a_strict_worker_stays_strict(begin: bytes) -> None:
    out = gate([("content-type", "text/javascript")], begin + b"1", document=False, worker=True)
    assert re.match(rb'"use strict";/\*worker\*/\n' + re.escape(begin), out.body)


def test_what_was_denied_is_reported() -> None:
    out = gate([HTML, ("link", "<//u.example>; rel=preload")], PAGE)
    assert {verdict.host for verdict in out.seen.denied} == {"t.example", "u.example"}

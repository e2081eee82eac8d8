"""What is read out of a line of an access log."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.register.accesslog import LogLine, MalformedLine, read_line

MOMENT = 1_772_366_553  # 2026-03-01 12:02:33 UTC
REST = b'"GET /blog?page=2 HTTP/1.1" 200 5120 "https://haku.example/?q=x" "Mozilla/5.0 (X11) Firefox/131.0"'
COMMON = b'203.0.113.77 - - [01/Mar/2026:12:02:33 +0000] "GET /blog?page=2 HTTP/1.1" 200 5120'
FROM, AGENT = "https://haku.example/?q=x", "Mozilla/5.0 (X11) Firefox/131.0"
READ = LogLine("", "203.0.113.77", MOMENT, "GET", "/blog", b"page=2", 200, FROM, AGENT)


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (b"203.0.113.77 - - ", READ),
        (b"203.0.113.77 - aino ", READ),
        (b"203.0.113.77 - aino esimerkki ", READ),  # nginx writes the name as it came
        (b"2001:db8::77 - - ", READ._replace(address="2001:db8::77")),
        (b"unix: - - ", READ._replace(address="unix:")),
        (b"www.site.example:443 203.0.113.77 - - ", READ._replace(host="www.site.example")),
        (b"WWW.site.example 203.0.113.77 - - ", READ._replace(host="www.site.example")),
    ],
)
def test_a_line_is_read_whoever_asked_and_whichever_host(begin: bytes, expected: LogLine) -> None:
    assert read_line(begin + b"[01/Mar/2026:12:02:33 +0000] " + REST + b"\n") == expected


@pytest.mark.parametrize(
    "time",
    [b"01/Mar/2026:12:02:33 +0000", b"01/Mar/2026:14:02:33 +0200", b"01/Mar/2026:06:32:33 -0530",
     b"02/Mar/2026:01:02:33 +1300"],
)  # fmt: skip
def test_times_of_all_zones_are_one(time: bytes) -> None:
    assert read_line(b"203.0.113.77 - - [" + time + b"] " + REST).time == MOMENT


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        (b"GET / HTTP/2.0", ("GET", "/", b"")),
        (b"HEAD /a HTTP/1.1", ("HEAD", "/a", b"")),
        (b"GET /p%C3%A4\\xC3\\xA4?q=\\x22 HTTP/1.1", ("GET", "/pää", b'q="')),
        (b'GET /a\\"b HTTP/1.1', ("GET", '/a"b', b"")),
        (b"GET /a b HTTP/1.1", ("GET", "/a b", b"")),
        (b"GET http://www.site.example/a?b HTTP/1.1", ("GET", "/a", b"b")),
        (b"GET http://www.site.example HTTP/1.1", ("GET", "/", b"")),
        (b"-", ("", "/", b"")),
        (b"", ("", "/", b"")),
        (b"\\x16\\x03\\x01\\x02", ("", "/", b"")),
    ],
)
def test_a_request_is_taken_apart(request_line: bytes, expected: tuple[str, str, bytes]) -> None:
    said = read_line(surround(request_line))
    assert (said.method, said.path, said.query) == expected
    assert (said.referrer, said.agent) == ("", "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", "it is empty"),
        (b"aino.esimerkki@posti.example was here\n", "no time in brackets"),
        (b"203.0.113.77 - - [01/Mar/2026:12:02:33 +0000] GET / 200\n", "no request in quotes"),
        (b"203.0.113.77 - - [31/Feb/2026:12:02:33 +0000] " + REST, "its time is none"),
        (b"203.0.113.77 - - [01/Xyz/2026:12:02:33 +0000] " + REST, "its time is none"),
        (b"203.0.113.77 - - [01/Mar/0001:00:00:00 +9900] " + REST, "its time is none"),
        (b"203.0.113.77 - - [01/Mar/2026:12:02:33 +0000] " + REST.replace(b" 200 ", b" OK "),
         "not as the combined format has it"),
        (COMMON + b"\n", 'of the format "common": only "combined" says where visits come from and with which browser'),
        (b"www.site.example:443 " + COMMON + b" \r\n",
         'of the format "common": only "combined" says where visits come from and with which browser'),
        (COMMON + b" 0.003\n", "not as the combined format has it"),
        (COMMON + b' "-"\n', "not as the combined format has it"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_for_a_reason_that_quotes_nothing(line: bytes, reason: str) -> None:
    with pytest.raises(MalformedLine, match=f"^{reason}$"):
        read_line(line)


def surround(request_line: bytes) -> bytes:
    return b'203.0.113.77 - - [01/Mar/2026:12:02:33 +0000] "' + request_line + b'" 200 1 "-" "-"'


@given(st.binary(max_size=300) | st.binary(max_size=80).map(surround))
def test_any_bytes_are_read_or_refused(line: bytes) -> None:
    with suppress(MalformedLine):
        said = read_line(line)
        assert said.path
        assert said.time > 0


def test_a_hostile_line_is_read_in_a_moment() -> None:
    for part in (b'"' * 60_000, b'\\"' * 30_000, b" - " * 20_000, b"[" * 60_000):
        with pytest.raises(MalformedLine):
            read_line(b"203.0.113.77 - - " + part)

"""The short way out says what the long way says, and is closed to whatever the long way would change."""

from __future__ import annotations

import itertools
import random

import pytest

from cookiegate.gate import NOTHING_SEEN, Allowance, GatedResponse, Insertions, Visit, pass_plain
from cookiegate.gate.plain import FILTERED

from .site import REFUSED, REPORTING, allow

Headers = list[tuple[bytes, bytes]]

PAGE, PART = Visit(True, True, False), Visit(False, False, True)
VISITS = [PAGE, PART, Visit(False, False, False, worker=True), Visit(False, False, True, program=True)]
STATUSES = [200, 204, 206, 301, 304, 404, 500]
JSON = (b"content-type", b"application/json")
TYPES = [b"application/json", b"image/png", b"text/html", b"TEXT/html; a=b", b"", b"*/*", b"image/svg+xml", b"text/xml",
         b"application/xhtml+xml", b"text/plain, text/html", b"text/html, text/plain", b"nothing"]  # fmt: skip
OTHERS = [(b"content-length", b"9"), (b"etag", b'"a"'), (b"vary", b"Accept"), (b"cache-control", b"public"),
          (b"x-request-id", b"7"), (b"X-Capitals", b"7"), (b"Link", b"<https://t.example/>; rel=preload"),
          (b"set-cookie", b"_laskuri=1"), (b"SET-COOKIE", b"_laskuri=1"), (b"content-encoding", b"gzip"),
          (b"content-disposition", b"attachment"), (b"location", b"https://t.example/"),
          (b"content-security-policy", b"report-uri https://t.example/")]  # fmt: skip


def go_the_long_way(status: int, headers: Headers, allowance: Allowance, visit: Visit) -> Headers:
    """What `start` says, which may make nothing else of a response that the short way is open to."""
    response = GatedResponse(allowance, visit, lambda nonce, inline: Insertions())
    out = response.start(status, [(name.lower(), value) for name, value in headers], status not in (204, 304))
    assert not response.rewrites
    assert not response.is_page
    assert response.seen is NOTHING_SEEN
    return out


@pytest.mark.parametrize("allowance", [REFUSED, allow(policy=REPORTING)])
@pytest.mark.parametrize("visit", VISITS)
def test_where_the_short_way_is_open_both_ways_say_the_same(visit: Visit, allowance: Allowance) -> None:
    draw = random.Random(11)
    taken = 0
    for status, kind in itertools.product(STATUSES, [None, *TYPES]):
        for _ in range(30):
            headers = draw.sample(OTHERS, draw.choice((0, 0, 1, 2, 4)))
            headers += [(draw.choice((b"content-type", b"Content-Type")), kind)] if kind is not None else []
            headers += [(b"content-type", draw.choice(TYPES))] if draw.random() < 0.1 else []
            draw.shuffle(headers)
            short = pass_plain(status, headers, allowance, visit)
            if short is not None:
                taken += 1
                assert short == go_the_long_way(status, headers, allowance, visit), (status, headers)
    assert taken > 100 or visit.worker or visit.program


def test_data_and_images_take_it_whatever_they_say_of_their_caching() -> None:
    for kind in (b"application/json", b"image/png", b"font/woff2", b"text/css"):
        headers = [(b"content-type", kind), (b"cache-control", b"public"), (b"etag", b'"a"'), (b"x-own", b"b")]
        assert pass_plain(200, headers, REFUSED, PART) == [*headers, (b"content-security-policy", REFUSED.csp)]
    assert pass_plain(304, [(b"etag", b'"a"')], REFUSED, PART) is not None


@pytest.mark.parametrize("name", sorted(FILTERED))
def test_what_is_filtered_never_takes_it(name: bytes) -> None:
    for spelled in (name, name.upper(), name.title()):
        assert pass_plain(200, [JSON, (spelled, b"x")], REFUSED, PART) is None


@pytest.mark.parametrize(
    "kind", [b"text/html", b"", b"*/*", b"image/svg+xml", b"application/xhtml+xml", b"x", b"text/javascript"]
)
def test_what_a_browser_may_run_scripts_in_never_takes_it(kind: bytes) -> None:
    assert pass_plain(200, [(b"content-type", kind)], REFUSED, PART) is None
    assert pass_plain(200, [], REFUSED, PART) is None


def test_workers_and_revalidated_pages_never_take_it() -> None:
    for visit in VISITS[2:]:
        assert pass_plain(200, [JSON], REFUSED, visit) is None
    assert pass_plain(304, [(b"etag", b'"a"')], REFUSED, PAGE) is None

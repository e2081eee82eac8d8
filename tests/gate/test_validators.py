"""ETags and dates that only one visitor was told are neither kept by browsers nor sent back."""

from __future__ import annotations

import pytest

from cookiegate.gate import Validators

PLACE = b"/logo.png"
PICTURE = (b"content-type", b"image/png")
TAG = (b"etag", b'"a"')
DATE = (b"last-modified", b"Tue, 01 Sep 2026 10:00:00 GMT")


def test_what_the_site_says_twice_of_one_address_passes_from_then_on() -> None:
    known = Validators()
    assert known.screen(PLACE, [PICTURE, TAG, DATE]) == [PICTURE]
    assert known.screen(PLACE, [PICTURE, TAG, DATE]) == [PICTURE, TAG, DATE]
    assert known.screen(PLACE, [PICTURE, TAG]) == [PICTURE, TAG]


def test_each_address_and_each_value_is_proven_for_itself() -> None:
    known = Validators()
    for _ in range(2):
        known.screen(PLACE, [PICTURE, TAG])
    assert known.screen(b"/other.png", [PICTURE, TAG]) == [PICTURE]
    assert known.screen(PLACE, [PICTURE, (b"etag", b'"b"')]) == [PICTURE]
    assert known.screen(PLACE, [PICTURE, TAG]) == [PICTURE, TAG]


def test_a_tag_of_each_visitor_s_own_never_passes() -> None:
    known = Validators()
    for number in range(1000):
        tag = b'"%d"' % number
        assert known.screen(PLACE, [PICTURE, (b"etag", tag)]) == [PICTURE]
        assert known.strip(PLACE, [(b"if-none-match", tag)]) == []


@pytest.mark.parametrize("kind", [b"application/json", b"text/html", b"text/plain"])
def test_what_scripts_and_forms_may_need_for_if_match_stays_and_is_not_sent_back_unasked(kind: bytes) -> None:
    known = Validators()
    headers = [(b"content-type", kind), TAG]
    assert known.screen(PLACE, headers) == headers
    assert known.strip(PLACE, [(b"if-none-match", b'"a"'), (b"if-match", b'"a"')]) == [(b"if-match", b'"a"')]


@pytest.mark.parametrize("kind", [b"text/css", b"font/woff2", b"text/javascript", b"video/mp4", b"image/gif; x=y"])
def test_every_part_of_a_page_is_looked_at(kind: bytes) -> None:
    assert Validators().screen(PLACE, [(b"content-type", kind), TAG, DATE]) == [(b"content-type", kind)]


def test_a_condition_is_sent_on_once_what_it_names_is_everybody_s() -> None:
    known = Validators()
    conditions = [(b"if-none-match", b'"a"'), (b"if-modified-since", DATE[1])]
    known.screen(PLACE, [PICTURE, TAG, DATE])
    assert known.strip(PLACE, [(b"accept", b"*/*"), *conditions]) == [(b"accept", b"*/*")]
    known.screen(PLACE, [PICTURE, TAG, DATE])
    assert known.strip(PLACE, conditions) == conditions
    assert known.strip(PLACE, [(b"if-none-match", b'"mine", "a"')]) == [(b"if-none-match", b'"a"')]
    assert known.strip(PLACE, [(b"if-none-match", b"*")]) == [(b"if-none-match", b"*")]


def test_a_part_is_not_asked_for_on_a_condition_that_was_taken_out() -> None:
    known = Validators()
    lines = [(b"if-range", b'"mine"'), (b"range", b"bytes=0-9")]
    assert known.strip(PLACE, lines) == []
    assert known.strip(PLACE, [(b"range", b"bytes=0-9")]) == [(b"range", b"bytes=0-9")]
    for _ in range(2):
        known.screen(PLACE, [PICTURE, (b"etag", b'"mine"')])
    assert known.strip(PLACE, lines) == lines


def test_addresses_that_somebody_invents_do_not_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cookiegate.gate.validators._MOST", 3)
    known = Validators()
    for number in range(10):
        known.screen(b"/%d" % number, [PICTURE, TAG])
    assert len(known._once) == 3
    for _ in range(2):
        known.screen(b"/9", [PICTURE, TAG])
    assert known.screen(b"/9", [PICTURE, TAG]) == [PICTURE, TAG]


@pytest.mark.parametrize("tag", [b'W/"a,b"', b'"a,b-gzip"', b'W/"a,b;br"', b'"a,b"'])
def test_a_tag_is_known_again_whatever_a_proxy_that_compresses_made_of_it(tag: bytes) -> None:
    known = Validators()
    for _ in range(2):
        known.screen(PLACE, [PICTURE, (b"etag", b'"a,b"')])
    assert known.strip(PLACE, [(b"if-none-match", tag)]) == [(b"if-none-match", tag)]


def test_capitals_hide_no_tag() -> None:
    assert Validators().screen(PLACE, [(b"Content-Type", b"image/gif"), (b"ETag", b'"mine"')]) == [
        (b"Content-Type", b"image/gif")
    ]

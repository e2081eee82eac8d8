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
    assert known.strip(PLACE, [(b"if-none-match", tag)]) == [(b"if-none-match", b'"a,b"')]


def test_capitals_hide_no_tag() -> None:
    assert Validators().screen(PLACE, [(b"Content-Type", b"image/gif"), (b"ETag", b'"mine"')]) == [
        (b"Content-Type", b"image/gif")
    ]


PLACES = [b"/%d.gif" % number for number in range(8)]
NUMBER = 0xC0FFEE42  # of a visitor


def send_back(known: Validators, values: list[bytes]) -> int:
    """What comes back of a number that is said in eight pictures, as one of these values each."""
    back = 0
    for at, place in enumerate(PLACES):
        said = dict(known.screen(place, [PICTURE, (b"etag", values[NUMBER >> 4 * at & 15])]))
        for _, value in known.strip(place, [(b"if-none-match", said[b"etag"])] if b"etag" in said else []):
            back |= values.index(value) << 4 * at
    return back


def test_the_forms_of_one_tag_number_nobody() -> None:
    known = Validators()
    added = (b"", b"-gzip", b"-br", b"-zstd", b"-deflate", b";gzip", b";br", b";zstd")
    for place in PLACES:
        for _ in range(2):
            known.screen(place, [PICTURE, TAG])
    assert send_back(known, [weak + b'"a' + add + b'"' for weak in (b"", b"W/") for add in added]) == 0


def test_of_many_tags_that_one_address_has_had_the_last_passes() -> None:
    known = Validators()
    tags = [b'"%d"' % number for number in range(16)]
    for place in PLACES:
        for tag in tags:
            for _ in range(2):
                known.screen(place, [PICTURE, (b"etag", tag)])
    assert send_back(known, tags) == sum(0xF << 4 * at for at in range(8) if NUMBER >> 4 * at & 15 == 15)
    assert known.strip(PLACES[0], [(b"if-none-match", tags[3])]) == []


def test_a_tag_without_quotes_saves_a_copy_too() -> None:
    known = Validators()
    for _ in range(2):
        known.screen(b"/a.css", [(b"content-type", b"text/css"), (b"etag", b"5f3c")])
    assert known.strip(b"/a.css", [(b"if-none-match", b"5f3c")]) == [(b"if-none-match", b"5f3c")]


def test_a_part_of_a_compressed_form_is_not_asked_for() -> None:
    """Without its suffix the tag would be the whole's, and the part would not fit."""
    known = Validators()
    for _ in range(2):
        known.screen(PLACE, [PICTURE, (b"etag", b'"a-gzip"')])
    assert known.strip(PLACE, [(b"if-range", b'"a-gzip"'), (b"range", b"bytes=0-9")]) == []

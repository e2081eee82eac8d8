"""Choosing a language from Accept-Language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.visitor import choose

OFFERED = ("fi", "sv", "en")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", "fi"),
        (b"sv", "sv"),
        (b"SV-fi", "sv"),
        (b"de, en;q=0.7, sv;q=0.8", "sv"),
        (b"da, en-gb;q=0.8, en;q=0.7", "en"),  # the example of RFC 9110
        (b"de", "fi"),
        (b"*", "fi"),
        (b"en;q=0.5, *;q=0.9", "fi"),
        (b"fi;q=0, *", "sv"),
        (b"fi;q=0", "sv"),
        (b"fi;q=0, sv;q=0, en;q=0", "fi"),
        (b"en;q=1.5, sv;q=0.1", "sv"),  # a weight above 1 is malformed
        (b"en;q=, sv;q=0.1", "sv"),
        (b"en ; q=0.3 ,\tsv", "sv"),
        (b"fil", "fi"),  # Filipino is not Finnish: the default
        (b"fil, en;q=0.5", "en"),
        (b"\xff\xfe, sv", "sv"),
        (b"," * 100_000 + b"sv", "fi"),
        (b"x" * 100_000, "fi"),
    ],
)
def test_the_preferred_language_is_chosen(header: bytes, expected: str) -> None:
    assert choose(header, OFFERED) == expected


def test_a_general_range_finds_a_regional_offer_and_the_reverse() -> None:
    assert choose(b"en", ("fi", "en-GB")) == "en-GB"
    assert choose(b"zh-Hant-TW", ("fi", "zh-Hant", "zh")) == "zh-Hant"


@given(st.binary(max_size=2000))
def test_whatever_is_sent_something_offered_comes_out(header: bytes) -> None:
    assert choose(header, OFFERED) in OFFERED

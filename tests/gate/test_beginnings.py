"""A service's own script is known by how it begins, under whatever address of the site."""

from __future__ import annotations

import gzip

import pytest

from cookiegate.gate.beginnings import ENOUGH, Beginnings
from cookiegate.policy import Service

COUNTER = Service("laskuri", "Laskuri", "Laskuri Oy", "statistics", beginnings=("/* Laskuri 4", "/* Vanha Laskuri"))
TWIN = Service("kaksonen", "Kaksonen", "Laskuri Oy", "marketing", beginnings=("/* Laskuri 4",))
SCRIPT = b"/* Laskuri 4.2 */ (function(){})()"


@pytest.mark.parametrize("script", [SCRIPT, b"\n\n" + SCRIPT, b"/* Vanha Laskuri */"])
def test_it_is_found_at_the_head_of_the_script(script: bytes) -> None:
    assert Beginnings([COUNTER], []).find(script, None) == ("laskuri", False)


def test_further_in_it_is_the_site_s_own_script_that_has_it_among_other_things() -> None:
    assert Beginnings([COUNTER], []).find(b" " * ENOUGH + SCRIPT, None) is None


def test_a_script_that_two_services_share_passes_where_one_of_them_was_given() -> None:
    assert Beginnings([TWIN], [COUNTER]).find(SCRIPT, None) == ("laskuri", True)
    assert Beginnings([TWIN], []).find(SCRIPT, None) == ("kaksonen", False)


def test_it_is_found_in_a_compressed_body_of_which_only_the_beginning_has_come() -> None:
    body = gzip.compress(SCRIPT + bytes(range(256)) * 40)[:600]
    assert Beginnings([COUNTER], []).find(body, b"gzip") == ("laskuri", False)


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"unheard-of"])
def test_what_cannot_be_opened_is_nobody_s(coding: bytes) -> None:
    assert Beginnings([COUNTER], []).find(b"\x00 no such coding", coding) is None


def test_without_anything_to_look_for_it_is_false() -> None:
    assert Beginnings([], [COUNTER])
    assert Beginnings([COUNTER], [])


@pytest.mark.parametrize("way", ["a name in the header", "empty members"])
def test_a_long_header_hides_no_script(way: str) -> None:
    body = gzip.compress(SCRIPT)
    if way == "empty members":
        body = gzip.compress(b"") * 60 + body
    else:
        body = body[:3] + bytes([8]) + body[4:10] + b"n" * ENOUGH + b"\0" + body[10:]
    assert gzip.decompress(body) == SCRIPT
    assert Beginnings([COUNTER], []).find(body, b"gzip") == ("laskuri", False)

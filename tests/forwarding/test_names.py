"""Which events can be told, and the header that names them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cookiegate.forwarding.header import read_header
from cookiegate.forwarding.names import require_event


@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        ("", {}, "is no name of an event"),
        ("1st", {}, "is no name of an event"),
        ("sign-up", {}, "is no name of an event"),
        ("x" * 41, {}, "is no name of an event"),
        ("session_start", {}, "keeps for itself"),
        ("page_view", {}, "keeps for itself"),
        ("ga_thing", {}, "keeps for itself"),
        ("ok", {"user_id": "7"}, "names a person"),
        ("ok", {"Email": "x"}, "names a person"),
        ("ok", {"_x": 1}, "no name of a parameter"),
        ("ok", {"google_x": 1}, "reserved"),
        ("ok", {"x y": 1}, "no name of a parameter"),
        ("ok", {"x": "a" * 101}, "at most 100"),
        ("ok", {"x": "a\nb"}, "printable"),
        ("ok", {"x": "matti@kello.example"}, "e-mail"),
        ("ok", {"x": None}, "neither text nor number"),
        ("ok", {"x": {}}, "neither text nor number"),
        ("ok", {"x": math.nan}, "is no number"),
        ("ok", {"x": 1 << 60}, "more than"),
        ("ok", {f"p{number}": 1 for number in range(21)}, "at most 20"),
        ("ok", {"items": "x"}, "is a list"),
        ("ok", {"items": [{"item name": 1}]}, "is no name"),
        ("ok", {"items": [{"item_id": "matti@kello.example"}]}, "e-mail"),
        ("ok", {"items": [{"user_id": "4711"}]}, "names a person"),
        ("ok", {"items": [{"Email": "x"}]}, "names a person"),
        ("ok", {"label": "matti%40kello.example"}, "e-mail"),
        ("ok", {"label": "matti%2540kello.example"}, "e-mail"),
        ("ok", {"label": "matti＠kello.example"}, "e-mail"),
    ],
)
def test_what_cannot_be_told_is_refused(name: str, parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        require_event(name, parameters)


def test_a_purchase_can_be_told() -> None:
    said = {"value": 12.5, "currency": "EUR", "new": True, "items": [{"item_id": "K1", "quantity": 2}]}
    assert require_event("purchase", said) == said


@pytest.mark.parametrize(
    ("line", "events"),
    [
        (b"sign_up", [("sign_up", {})]),
        (b'sign_up; method="web"', [("sign_up", {"method": "web"})]),
        (b'a;x=1;y=-2.50;z=?1;w=?0;t=tok:en , b;s="q\\"\\\\,;"',
         [("a", {"x": 1, "y": -2.5, "z": True, "w": False, "t": "tok:en"}), ("b", {"s": 'q"\\,;'})]),
        (b" a \t, b ", [("a", {}), ("b", {})]),
    ],
)  # fmt: skip
def test_a_header_is_a_list_of_events(line: bytes, events: list[tuple[str, dict[str, Any]]]) -> None:
    assert list(read_header(line)) == events


@pytest.mark.parametrize(
    "line",
    [b"", b" ", b"a,", b",a", b"a;", b"a;x", b"a;x=", b'a;x="', b'a;x="\\n"', b"a;x=1.2345", b"a b", b"1a", b"a;x=?2",
     b"a;x=\xc3\xa4", b'a;x="\xe4"', b"a\r\nb", b"a;x=1;;y=2", b"a" * 2049, b'a;x="' + b"\\" * 2000],
)  # fmt: skip
def test_a_header_that_is_anything_else_says_nothing(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|between 1 and"):
        list(read_header(line))


def test_a_hostile_header_takes_no_time_to_refuse() -> None:
    for line in (b"a" + b" ;x=1" * 400 + b"!", b"a" + b";x=" + b"a" * 2000 + b'"', b"a ," * 600 + b"!"):
        with pytest.raises(ValueError, match="cannot be read"):
            list(read_header(line))

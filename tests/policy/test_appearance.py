"""Colours, fonts and addresses as a policy writes them: nothing but these reaches a style or an attribute."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cookiegate.policy.appearance import Address, Colour, Fonts, OwnFile


def read(kind: Any, text: str) -> Any:
    return TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Colour, "#FFF", "#ffffff"),
        (Colour, "#1f3B5c", "#1f3b5c"),
        (Fonts, "system-ui, sans-serif", "system-ui,sans-serif"),
        (Fonts, "'Source Sans 3', \"Arial\"", '"Source Sans 3","Arial"'),
        (Fonts, "Inter", '"Inter"'),
        (OwnFile, "/static/logo.svg?v=2", "/static/logo.svg?v=2"),
        (Address, "/tietosuoja", "/tietosuoja"),
        (Address, "https://konserni.example/a?b=1&c=2#d", "https://konserni.example/a?b=1&c=2#d"),
    ],
)
def test_what_is_meant_is_read(kind: Any, text: str, value: str) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((Colour, text) for text in ("", "red", "#ffff", "#12345", "#1234567", "fff", "#ggg", "#fff;", "rgb(0 0 0)")),
        *((Fonts, text) for text in ("", ",", "a;b", "a}b", "url(x)", "</style>", "'a", "a\\b", "Ä", "-x", "a" * 65)),
        *((OwnFile, text) for text in ("", "/", "logo.svg", "//a.example/x", "https://a.example/x", "/a b", '/a"b')),
        *((Address, text) for text in ("", "javascript:x", "//a.example", "data:,", "https:///x", "/a\\b", "/a'b")),
    ],
)
def test_anything_else_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        read(kind, text)

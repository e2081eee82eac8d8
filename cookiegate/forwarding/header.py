"""The response header by which the website names what happened: `Cookiegate-Event: sign_up; method="web"`.

A list as in RFC 9651 section 3.1: tokens with parameters, each a text in quotes, a number, a truth value (?0, ?1) or a
token. Read strictly: a line with anything else in it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .names import Value

_LONGEST = 2048  # bytes
MOST_EVENTS = 10  # of one response
_TEXT = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_TOKEN = r"[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*"
_VALUE = rf"(?:{_TEXT}|-?[0-9]{{1,12}}(?:\.[0-9]{{1,3}})?|\?[01]|{_TOKEN})"
_ITEM = re.compile(rf"([A-Za-z][A-Za-z0-9_]*)((?:[ \t]*;[ \t]*[A-Za-z][A-Za-z0-9_]*={_VALUE})*)[ \t]*(,|\Z)[ \t]*")
_PARAMETER = re.compile(rf"([A-Za-z][A-Za-z0-9_]*)=({_VALUE})")


def read_header(line: bytes) -> Iterator[tuple[str, dict[str, Value]]]:
    """Name and parameters of each event in a line. Raises ValueError where it is not written as it must be."""
    text = line.decode("latin-1").strip(" \t")
    if not 0 < len(text) <= _LONGEST:
        raise ValueError(f"between 1 and {_LONGEST} bytes")
    at, more = 0, ","
    while more:
        found = _ITEM.match(text, at)
        if not found:
            raise ValueError(f"cannot be read at {text[at : at + 40]!r}")
        yield found[1], {key: _read_value(value) for key, value in _PARAMETER.findall(found[2])}
        at, more = found.end(), found[3]


def _read_value(text: str) -> Value:
    if text[0] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text[0] == "?":
        return text == "?1"
    if text[0] == "-" or text[0].isdigit():
        return float(text) if "." in text else int(text)
    return text

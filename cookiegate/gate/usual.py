"""The usual form of the tags that most often ask a host, decided in one step: `<script src="https://…" async>`.

Nine in ten decisions are about these. One expression per element finds the address and what tells its meaning;
whatever is written in any other way goes through `decide` in full, which decides the same (tests hold them equal).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from ..expressions import compile
from .allowance import PASS, Allowance
from .syntax import WS, any_of
from .tags import (
    PREFIX,
    UNTOUCHED,
    Decision,
    Nested,
    Placeholder,
    classify_script,
    decide,
    judge_link,
    judge_list,
    leave,
    list_read,
    stand_in,
)

_Form = Callable[[bytes], re.Match[bytes] | None]
# An address in double quotes: of another host written plainly (with that host as a group of its own), or any other.
_ADDRESS = rb"""="(?:(?:https?:)?//([a-z0-9.-]*+(?<=[a-z0-9]))(?=[/?#"])[^"]*+|[^"]++)"(?=[\t\n\f\r />])"""
_SAID = rb"""="([^"]+)"(?=[\t\n\f\r />])"""


def usual_form(element: str, address: str, tells: str, read: Iterable[bytes]) -> _Form:
    """Matches a whole usual tag: (1) what tells, (2) its value, (3) address, (4) its host, (5) and (6) like 1 and 2.

    `read` are the names of all attributes that mean something on this element. Apart from the two in question they
    may not stand in the tag, but for a style that holds no address and a size that shows the element.
    """
    wanted = sorted(read)
    first = bytes(sorted({letter for name in wanted for letter in (name[:1] + name[:1].upper())}))
    # by the first letter most names are told without being compared
    name = (
        rb"(?:[^" + first + rb"""\t\n\f\r />="'<][^\t\n\f\r />="'<]*+|(?!"""
        + any_of(name.decode() for name in wanted) + rb"""[\t\n\f\r />=])[^\t\n\f\r />="'<]++)"""
    )  # fmt: skip
    quiet = (
        rb"(?:" + WS + rb"++(?:" + name + rb"""(?:="[^"]*+")?+|style="[^"(&\\]*+"|"""
        rb"""(?:width|height)="(?:[2-9]|[01][0-9])[^"]*+")(?=[\t\n\f\r />]))*+"""
    )  # fmt: skip

    def one(attribute: str, value: bytes) -> bytes:
        return rb"(?:" + WS + rb"++(" + attribute.encode() + rb")" + value + quiet + rb")?+"

    told = one(tells, _SAID) if tells else rb"(?:((?!))())?+"  # nothing does: these groups stay empty
    asked = one(address, _ADDRESS)
    return compile(b"<" + element.encode() + quiet + told + asked + told + WS + rb"*+/?>").fullmatch


_FORMS: Mapping[bytes, _Form] = {
    element.encode(): usual_form(element, address, tells, list_read(element.encode()))
    for element, address, tells in (
        ("script", "src", "type"),
        ("link", "href", "rel"),
        ("img", "src", ""),
        ("iframe", "src", ""),
        ("source", "srcset", ""),
    )
}


def decide_tag(tag: bytes, name: bytes, allowance: Allowance, placeholder: Placeholder, nested: Nested) -> Decision:
    """The same as `decide`, sooner where the tag has the usual form."""
    match = _FORMS.get(name)
    if match is None:
        # without attributes nothing asks
        return UNTOUCHED[""] if len(tag) == len(name) + 2 else decide(tag, name, allowance, placeholder, nested)
    found = match(tag)
    if found is None:
        return decide(tag, name, allowance, placeholder, nested)
    before, said_before, asks, host, behind, said_behind = found.groups()
    if before is not None and behind is not None:
        return decide(tag, name, allowance, placeholder, nested)  # told twice
    told = said_before or said_behind
    content = "" if name != b"script" else classify_script(told) if told is not None else "code"
    if asks is None:
        return UNTOUCHED[content]
    start, behind_it = found.span(3)
    if name == b"link":
        verdict = judge_link(_read_value(tag, behind_it), told, allowance)
    elif name == b"source":
        verdict = judge_list(_read_value(tag, behind_it), allowance)
    else:
        said = allowance.judge_host(host) if host else PASS
        verdict = allowance.judge_url(_read_value(tag, behind_it)) if said is PASS or said is None else said
    if verdict.allowed:
        return leave(content, verdict, allowance)
    head = allowance.label(verdict.service)
    if name == b"iframe":
        head = b' srcdoc="' + placeholder(verdict.service, verdict.host) + b'"' + head
    elif name == b"script":
        head = stand_in(verdict, allowance, placeholder) + head
        if told is not None:
            new = _hide_both(tag, head, *sorted((start, found.start(1 if before is not None else 5))))
            return Decision(new, "", (verdict,))
    end = 1 + len(name)
    return Decision(b"".join((tag[:end], head, tag[end:start], PREFIX, tag[start:])), "", (verdict,))


def _read_value(tag: bytes, behind_name: int) -> bytes:
    """The value that stands as `="…"` behind the name of an attribute."""
    return tag[behind_name + 2 : tag.index(b'"', behind_name + 2)]


def _hide_both(tag: bytes, head: bytes, first: int, second: int) -> bytes:
    """A script's tag with two of its attributes renamed."""
    return b"".join((tag[:7], head, tag[7:first], PREFIX, tag[first:second], PREFIX, tag[second:]))

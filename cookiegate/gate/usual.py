"""The usual form of the tags that most often ask a host, decided in one step: `<script src="https://…" async>`.

Nine in ten decisions are about these. One expression per element finds the address and what tells its meaning;
whatever is written in any other way goes through `decide` in full, which decides the same (tests hold them equal).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from ..expressions import compile
from .allowance import Allowance
from .syntax import WS
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
    list_read,
)

_Form = Callable[[bytes], re.Match[bytes] | None]


def usual_form(element: str, address: str, tells: str, read: Iterable[bytes]) -> _Form:
    """Matches a whole usual tag: (1) what tells, (2) its value, (3) address, (4) its value, (5) and (6) like 1 and 2.

    `read` are the names of all attributes that mean something on this element. Apart from the two in question they
    may not stand in the tag, but for a style that holds no address and a size that shows the element.
    """
    wanted = sorted(read)
    first = bytes(sorted({letter for name in wanted for letter in (name[:1] + name[:1].upper())}))
    # by the first letter most names are told without being compared
    name = (
        rb"(?:[^" + first + rb"""\t\n\f\r />="'<][^\t\n\f\r />="'<]*+|(?!(?i:"""
        + b"|".join(map(re.escape, wanted)) + rb""")[\t\n\f\r />=])[^\t\n\f\r />="'<]++)"""
    )  # fmt: skip
    quiet = (
        rb"(?:" + WS + rb"++(?:" + name + rb"""(?:="[^"]*+")?+|style="[^"(&\\]*+"|"""
        rb"""(?:width|height)="(?:[2-9]|[01][0-9])[^"]*+")(?=[\t\n\f\r />]))*+"""
    )  # fmt: skip

    def one(attribute: str) -> bytes:
        return rb"(?:" + WS + rb"++(" + attribute.encode() + rb')="([^"]*+)"(?=[\t\n\f\r />])' + quiet + rb")?+"

    told = one(tells) if tells else rb"(?:((?!))())?+"  # nothing does: these groups stay empty
    return compile(b"<" + element.encode() + quiet + told + one(address) + told + WS + rb"*+/?>").fullmatch


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
    found = match(tag) if match is not None else None
    if found is None:
        return decide(tag, name, allowance, placeholder, nested)
    before, said_before, _, url, behind, said_behind = found.groups()
    if before is not None and behind is not None:
        return decide(tag, name, allowance, placeholder, nested)  # told twice
    told = said_before or said_behind
    if name == b"script":
        content = classify_script(told) if told is not None else "code"
        if not url:
            return UNTOUCHED[content]
        verdict = allowance.judge_url(url)
        if verdict.allowed:
            return UNTOUCHED[content]
        start = found.start(3)
        head = tag[:7] + b' type="text/plain"' + allowance.label(verdict.service)
        if before is not None:
            at = found.start(1)
            new = b"".join((head, tag[7:at], PREFIX, tag[at:start], PREFIX, tag[start:]))
        elif behind is not None:
            at = found.start(5)
            new = b"".join((head, tag[7:start], PREFIX, tag[start:at], PREFIX, tag[at:]))
        else:
            new = b"".join((head, tag[7:start], PREFIX, tag[start:]))
        return Decision(new, "", (verdict,))
    if not url:
        return UNTOUCHED[""]
    if name == b"link":
        verdict = judge_link(url, told, allowance)
    elif name == b"source":
        verdict = judge_list(url, allowance)
    else:
        verdict = allowance.judge_url(url)
    if verdict.allowed:
        return UNTOUCHED[""]
    start, end = found.start(3), 1 + len(name)
    head = allowance.label(verdict.service)
    if name == b"iframe":
        head = b' srcdoc="' + placeholder(verdict.service, verdict.host) + b'"' + head
    return Decision(b"".join((tag[:end], head, tag[end:start], PREFIX, tag[start:])), "", (verdict,))

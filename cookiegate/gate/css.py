"""Makes the addresses in a style sheet or an import map inert by putting `data:,` before them."""

from __future__ import annotations

import re
from collections.abc import Callable

from .allowance import Verdict

_SPACE = rb"[\t\n\f\r ]*"
_QUOTE = rb"""(?:["']|&quot;|&apos;|&#0*3[49];|&#x0*2[27];)"""
# An address that leaves the site has two slashes; what stands before them tells whether it is one. Looking for the
# slashes first is several times faster than looking for `url(` in any case.
_SLASHES = b"/\\"
_SLASH = 47
_BEFORE = re.compile(
    rb"(?:(?:url|src)\(" + _SPACE + _QUOTE + rb"?|(?:@import|image-set\()" + _SPACE + _QUOTE + rb")" + _SPACE
    + rb"(?P<scheme>[a-z]*:)?",
    re.I,
)  # fmt: skip
_OPENINGS = ((b"(", (3, 9)), (b"@", (0,)))  # where `url(`, `src(`, `image-set(` and `@import` begin, from this byte
_LOOK_BACK = 64  # bytes: room for `@import url( "https:` and some space
_ADDRESS = re.compile(rb"[^\"'()\t\n\f\r ]*")
_MAY_PRECEDE = b":(\"';\t\n\f\r "
_IN_JSON = re.compile(rb'"(?P<url>(?:[a-z]+:)?[/\\]{2}[^"\s]*+)"', re.I)

Judge = Callable[[bytes], Verdict]


def disarm_css(
    text: bytes, judge: Judge, denied: list[Verdict], start: int = 0, end: int | None = None
) -> bytes | None:
    """The style sheet text[start:end] with every address that may not be asked for turned into `data:,address`.

    None where nothing had to be changed.
    """
    end = len(text) if end is None else end
    out: list[bytes] = []
    copied = start
    for at in _find_slashes(text, start, end):
        before = _look_back(text[max(start, at - _LOOK_BACK) : at])
        if before is None:
            continue
        begins = at - len(before["scheme"] or b"")
        found = _ADDRESS.match(text, begins, end)
        verdict = judge(found[0] if found else b"")
        if not verdict.allowed:
            denied.append(verdict)
            out += [text[copied:begins], b"data:,"]
            copied = begins
    return b"".join((*out, text[copied:end])) if out else None


def _look_back(before: bytes) -> re.Match[bytes] | None:
    """What makes an address of the slashes behind these bytes, or None.

    Tried only where it can begin: behind the last `(` or at the last `@`, neither of which it holds itself. That is
    several times faster than trying it everywhere.
    """
    for byte, steps in _OPENINGS:
        at = before.rfind(byte)
        for step in steps if at >= 0 else ():
            found = _BEFORE.fullmatch(before, max(0, at - step))
            if found:
                return found
    return None


def _find_slashes(text: bytes, start: int, end: int) -> list[int]:
    """Where two slashes stand that may begin an address; in base64 they stand too, behind a letter or digit."""
    found: list[int] = []
    at = text.find(b"//", start, end)
    while at >= 0:
        if text[at - 1] in _MAY_PRECEDE:
            found.append(at)
        at = text.find(b"//", at + 1, end)
    # backslashes pass for slashes, but are rare: each is looked at rather than three more pairs looked for
    at = text.find(b"\\", start, end)
    if at < 0:
        return found
    while at >= 0:
        if at > start and text[at - 1] == _SLASH and text[at - 2] in _MAY_PRECEDE:
            found.append(at - 1)
        if at + 1 < end and text[at + 1] in _SLASHES and text[at - 1] in _MAY_PRECEDE:
            found.append(at)
        at = text.find(b"\\", at + 1, end)
    return sorted(found)


def find_end_of_text(text: bytes, start: int) -> int:
    """Where the text of a style element in SVG ends: it is markup there, so at the next tag, or with its CDATA
    section; -1 when that is not there yet."""
    if text.startswith(b"<![CDATA[", start):
        return text.find(b"]]>", start)
    opening = text[start : start + 9]
    return -1 if b"<![CDATA[".startswith(opening) else text.find(b"<", start)


def disarm_map(text: bytes, judge: Judge, denied: list[Verdict]) -> bytes | None:
    """An import map with `data:` put before every address that may not be asked for, or None."""

    def edit(found: re.Match[bytes]) -> bytes:
        verdict = judge(found["url"])
        if verdict.allowed:
            return found[0]
        denied.append(verdict)
        return b'"data:text/javascript,//' + found[0][1:]

    edited = _IN_JSON.sub(edit, text)
    return edited if denied else None

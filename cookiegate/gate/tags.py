"""Decides about one tag: which of its attributes would make the browser ask a host that may not be asked.

A disarmed element stays where it is. Its asking attributes get the prefix `data-cookiegate-`, everything else of it
keeps its bytes (the first of two equal attributes wins in HTML, so all of them are renamed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from .allowance import PASS, Allowance, Verdict
from .css import disarm_css
from .syntax import next_attribute

PREFIX = b"data-cookiegate-"

# Element → what its attributes may hold: one URL, several, a style, a document.
_ON_ANY = {"background": "url", "ping": "urls", "attributionsrc": "urls", "style": "style"} | dict.fromkeys(
    "fill stroke filter mask clip-path marker marker-start marker-mid marker-end cursor".split(), "style"
)
_HOLDS: Mapping[bytes, Mapping[bytes, str]] = {
    name.encode(): {key.encode(): kind for key, kind in (_ON_ANY | kinds).items()}
    for name, kinds in {
        "": {},
        "script": {"src": "url", "href": "url", "xlink:href": "url"},
        "iframe": {"src": "url", "srcdoc": "document"},
        "frame": {"src": "url"},
        "img": {"src": "url", "srcset": "urls"},
        "image": {"href": "url", "xlink:href": "url", "src": "url", "srcset": "urls"},
        "source": {"src": "url", "srcset": "urls"},
        "video": {"src": "url", "poster": "url"},
        "audio": {"src": "url"},
        "track": {"src": "url"},
        "input": {"src": "url"},
        "embed": {"src": "url"},
        "object": {"data": "url", "classid": "url", "codebase": "url", "archive": "url"},
        "applet": {"codebase": "url", "archive": "url", "object": "url"},
        "use": {"href": "url", "xlink:href": "url"},
        "feimage": {"href": "url", "xlink:href": "url"},
        "base": {"href": "url"},
        "link": {"href": "link", "imagesrcset": "urls"},
        "meta": {"content": "refresh"},
        "portal": {"src": "url"},
        "fencedframe": {"src": "url"},
        "bgsound": {"src": "url"},
    }.items()
}
# What else is read of some elements, since it tells what those mean.
_TELLS = {
    b"script": {b"type": "type"},
    b"link": {b"rel": "rel"},
    b"meta": {b"http-equiv": "http-equiv"},
    b"iframe": {b"width": "size", b"height": "size", b"hidden": "hidden", b"sandbox": "sandbox"},
}
_READS = {
    name: (next_attribute((*holds, *_TELLS.get(name, ()))), {**holds, **_TELLS.get(name, {})})
    for name, holds in _HOLDS.items()
}
_FETCHING = frozenset(
    (
        "stylesheet preload modulepreload prefetch prerender preconnect dns-prefetch icon apple-touch-icon next "
        "manifest apple-touch-icon-precomposed apple-touch-startup-image mask-icon fluid-icon import subresource "
        "compression-dictionary"
    ).split()
)
_CONNECTING = frozenset(("preconnect", "dns-prefetch"))
_SCRIPT_TYPES = re.compile(r"(?:module|(?:application|text)/(?:x-)?(?:java|ecma|j|live)script(?:1\.[0-5])?)?\s*", re.I)
_REFERENCE = re.compile(rb"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?")
_TINY = re.compile(rb"[\"']?\s*[01](?:px)?\s*[\"']?")
_QUOTES = (b'"', b"'")
_FIRST_OF_LIST = re.compile(rb"[\t\n\f\r ]*+[^,\t\n\f\r ]++")
_REFRESH = re.compile(r"\s*[^;,\s]*[;,\s]\s*[;,]?\s*(?:url\s*=\s*)?([\"']?)(.*)", re.I | re.S)


class Decision(NamedTuple):
    """What becomes of a tag: its new bytes (None: as it is), what its content is, and whom it would have asked, or asks
    where that is a statistics service which was given."""

    tag: bytes | None
    content: str = ""  # of a script element: "code", "map", "rules"; else ""
    judged: tuple[Verdict, ...] = ()


UNTOUCHED = {content: Decision(None, content) for content in ("", "code", "map", "rules")}


def leave(content: str, verdict: Verdict, allowance: Allowance) -> Decision:
    """A tag that stays as it is, with what it asks where that is to be known."""
    return Decision(None, content, (verdict,)) if verdict.service in allowance.measuring else UNTOUCHED[content]


def list_read(name: bytes) -> frozenset[bytes]:
    """The names of the attributes that are read of this element."""
    return frozenset(_READS[name][1])


Notes = dict[str, tuple[int, bytes]]
Placeholder = Callable[[str, str], bytes]  # service id, host → the attribute value of a srcdoc
Nested = Callable[[bytes], bytes]  # an HTML document → the same, disarmed


def decide(tag: bytes, name: bytes, allowance: Allowance, placeholder: Placeholder, nested: Nested) -> Decision:
    """The decision about a complete start tag, `<` to `>`, of the element `name` (lower case)."""
    read, kinds = _READS.get(name) or _READS[b""]
    denied: list[Verdict] = []
    passed = PASS  # the first verdict that lets a statistics service pass
    edits: list[tuple[int, int, bytes]] = []  # tag[start:end] becomes these bytes
    notes: Notes = {}  # what tells: kind → where the attribute stands, value
    late: list[tuple[str, int, bytes]] = []  # addresses whose meaning other attributes tell
    found = read(tag, 1 + len(name))
    while found:
        kind, quoted = kinds[found[1].lower()], found[2] or b""
        value = quoted[1:-1] if quoted[:1] in _QUOTES else quoted
        if kind == "url":
            verdict = allowance.judge_url(value)
            if not verdict.allowed and value:
                denied.append(verdict)
                edits.append((found.start(1), found.start(1), PREFIX))
            elif passed is PASS and verdict.service in allowance.measuring:
                passed = verdict
        elif kind == "urls":
            verdict = judge_list(value, allowance)
            if not verdict.allowed:
                denied.append(verdict)
                edits.append((found.start(1), found.start(1), PREFIX))
        elif kind == "style":
            new = _disarm_style(value, allowance, denied)
            if new is None:
                edits.append((found.start(1), found.start(1), PREFIX))
            elif new is not value:
                edits.append((found.start(2), found.end(2), _requote(new)))
        elif kind == "document":
            inner = _REFERENCE.sub(_dereference, value)
            disarmed = nested(inner)
            if disarmed != inner:
                edits.append((found.start(2), found.end(2), b'"%b"' % quote(disarmed)))
            notes["hidden"] = (found.start(1), value)
        elif kind in ("link", "refresh"):
            late.append((kind, found.start(1), value))
        else:
            notes.setdefault(kind, (found.start(1), value))
            if kind == "size" and _TINY.fullmatch(value):
                notes["hidden"] = notes["size"]
        found = read(tag, found.end())
    for kind, start, value in late:
        if kind == "link":
            verdict = judge_link(value, notes["rel"][1] if "rel" in notes else None, allowance)
        else:
            verdict = _judge_meta(value, notes, allowance)
        if not verdict.allowed:
            denied.append(verdict)
            edits.append((start, start, PREFIX))
        elif passed is PASS and verdict.service in allowance.measuring:
            passed = verdict
    content = classify_script(notes["type"][1] if "type" in notes else b"") if name == b"script" else ""
    if not edits:
        return leave(content, passed, allowance)
    head = b""
    if denied:
        if name == b"script":
            head, content = stand_in(denied[0], allowance, placeholder), ""
            edits += [(start, start, PREFIX) for start, _ in (notes[kind] for kind in ("type",) if kind in notes)]
        elif name == b"iframe" and "hidden" not in notes and any(new is PREFIX for _, _, new in edits):
            head = b' srcdoc="' + placeholder(denied[0].service, denied[0].host) + b'"'
            edits += [(start, start, PREFIX) for start, _ in (notes[kind] for kind in ("sandbox",) if kind in notes)]
        head += allowance.label(denied[0].service)
    return Decision(_write(tag, 1 + len(name), head, edits), content, tuple(denied))


def stand_in(verdict: Verdict, allowance: Allowance, placeholder: Placeholder) -> bytes:
    """The attributes of a script that is not to run. In place of a captcha's ours runs and says at the place why."""
    ours = allowance.site.stand_ins.get(verdict.service)
    if ours is None:
        return b' type="text/plain"'
    words = placeholder(verdict.service, verdict.host)
    return b' src="%b" data-cookiegate-placeholder="%b"' % (ours.encode("ascii"), words)


def disarm_inline(tag: bytes, allowance: Allowance, service: str) -> bytes:
    """The start tag of an inline script that loads a service, as text that is not run."""
    read, kinds = _READS[b"script"]
    edits = []
    found = read(tag, 7)
    while found:
        if kinds[found[1].lower()] == "type":
            edits.append((found.start(1), found.start(1), PREFIX))
        found = read(tag, found.end())
    return _write(tag, 7, b' type="text/plain"' + allowance.label(service), edits)


def quote(text: bytes) -> bytes:
    """As the value of an attribute in double quotes, whatever quotes stood there."""
    return text.replace(b"&", b"&amp;").replace(b'"', b"&quot;").replace(b"'", b"&#39;").replace(b"<", b"&lt;")


def judge_refresh(value: str, allowance: Allowance) -> Verdict:
    """May the page go where `5; url=…` sends it? (a meta element or a Refresh header)

    An address that opens with a quote ends at the next such one (WHATWG HTML, shared declarative refresh steps), or, as
    Chromium has it, at the last: both must be allowed. Without one any quote is part of the address.
    """
    found = _REFRESH.fullmatch(value)
    quote, rest = found.groups() if found else ("", value)
    targets = [rest.partition(quote)[0], rest.rpartition(quote)[0] or rest] if quote else [rest]
    verdicts = [allowance.judge_url(target.strip().encode("latin-1", "replace")) for target in targets]
    return next((verdict for verdict in verdicts if not verdict.allowed), verdicts[0])


def judge_list(value: bytes, allowance: Allowance) -> Verdict:
    """Several addresses: those of a srcset, or of a ping."""
    # The first that may not be asked for decides, and mostly that is the very first: spares taking the rest apart.
    first = _FIRST_OF_LIST.match(value)
    for part in (first[0], value) if first else (value,):
        for url in _decode(part).replace(",", " , ").split():
            verdict = allowance.judge_url(url.encode("latin-1", "replace"))
            if not verdict.allowed:
                return verdict
    return PASS


def _disarm_style(value: bytes, allowance: Allowance, denied: list[Verdict]) -> bytes | None:
    """The style with its addresses disarmed, itself where nothing is to do, None where it must go altogether."""
    if value.find(b"(") < 0 and value.find(b"&") < 0 and value.find(b"\\") < 0:
        return value
    disarmed = disarm_css(value, allowance.judge_url, denied) or value
    if b"&" in disarmed:  # what hides behind character references
        hidden: list[Verdict] = []
        disarm_css(_decode(disarmed).encode("latin-1", "replace"), allowance.judge_url, hidden)
        denied += hidden
        if hidden:
            return None
    return disarmed


def judge_link(value: bytes, rel: bytes | None, allowance: Allowance) -> Verdict:
    """May a link element with this `rel` (None: without) have this address?"""
    use = _classify_rel(rel) if rel is not None else ""
    if not value or not use:
        return PASS
    return allowance.judge_connection(value) if use == "connects" else allowance.judge_url(value)


@lru_cache(maxsize=1024)
def _classify_rel(rel: bytes) -> str:
    """What a browser does about a link: "fetches", "connects" ahead of time, or "" for nothing."""
    rels = set(_decode(rel).lower().split())
    if not rels & _FETCHING:
        return ""
    return "connects" if rels <= _CONNECTING else "fetches"


def _judge_meta(value: bytes, notes: Notes, allowance: Allowance) -> Verdict:
    if "http-equiv" in notes and _decode(notes["http-equiv"][1]).strip().lower() == "refresh":
        return judge_refresh(_decode(value), allowance)
    return PASS


@lru_cache(maxsize=1024)
def classify_script(type: bytes) -> str:
    """What an inline script's content is: "code", "map" (import map), "rules" (speculation), or "" for data."""
    kind = _decode(type).strip().lower()
    if kind == "importmap":
        return "map"
    if kind == "speculationrules":
        return "rules"
    return "code" if _SCRIPT_TYPES.fullmatch(kind) else ""


def _decode(value: bytes) -> str:
    text = value.decode("latin-1")
    return unescape(text) if "&" in text else text


def _dereference(found: re.Match[bytes]) -> bytes:
    """A character reference as the ASCII it stands for; others stay (their bytes depend on the page's charset)."""
    text = unescape(found[0].decode("ascii"))
    return text.encode("ascii") if text.isascii() else found[0]


def _requote(value: bytes) -> bytes:
    return b'"%b"' % value.replace(b'"', b"&quot;")


def _write(tag: bytes, end_of_name: int, head: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The tag with `head` behind its name and the edits made, every other byte as it was."""
    edits.sort()
    out = [tag[:end_of_name], head]
    copied = end_of_name
    for start, end, new in edits:
        out += [tag[copied:start], new]
        copied = end
    out.append(tag[copied:])
    return b"".join(out)

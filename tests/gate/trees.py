"""What the gate may do to a document, told by a WHATWG parser: disarm what asks elsewhere, and change nothing else.

Reads the tree before and the tree after side by side. Knows on its own which attributes make a browser ask, so that
an omission in the gate is not repeated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import turbohtml

from cookiegate.gate.html import HTML_FROM_HERE

from .site import CONTROL, GUARD, PLACEHOLDER

OURS = "data-cookiegate-"
# (element, attribute) → asks for one address; elements by their name in any namespace
ASKS = {
    ("script", "src"), ("script", "href"), ("script", "xlink:href"), ("iframe", "src"), ("frame", "src"),
    ("img", "src"), ("image", "href"), ("image", "xlink:href"), ("source", "src"), ("video", "src"),
    ("video", "poster"), ("audio", "src"), ("track", "src"), ("input", "src"), ("embed", "src"), ("object", "data"),
    ("use", "href"), ("use", "xlink:href"), ("feImage", "href"), ("feImage", "xlink:href"), ("base", "href"),
    ("image", "src"), ("object", "classid"), ("object", "codebase"), ("object", "archive"), ("applet", "codebase"),
    ("applet", "archive"), ("portal", "src"), ("fencedframe", "src"), ("bgsound", "src"),
}  # fmt: skip
LISTS = {("img", "srcset"), ("image", "srcset"), ("source", "srcset"), ("link", "imagesrcset")}
LISTS |= {("a", "ping"), ("area", "ping")}
LISTS |= {(name, "attributionsrc") for name in ("a", "area", "img", "script")}
BACKGROUNDS = {"body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
DRAWN = {"use", "image", "feImage"}  # these ask in SVG alone
MAY_TOO = {"type", "sandbox", "background", "ping", "attributionsrc"}  # what is disarmed for good measure
RELS = {"stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "icon", "manifest"}
RELS |= {"prerender", "next", "mask-icon", "fluid-icon", "apple-touch-icon", "apple-touch-icon-precomposed"}
RELS |= {"apple-touch-startup-image"}
LEAVES = re.compile(r"(?:(?:https?|wss?|ftp):[/\\]*|[/\\]{2,})([^/\\?#]*)", re.I | re.S)
IN_STYLE = re.compile(r"""(?:url\(|@import|image-set\()\s*["']?\s*((?:https?:)?//[^"')\s]*)""", re.I)
ADDED = "data:text/javascript,//", "data:,"
LABELS = {f"{OURS}service", f"{OURS}purpose"}
OWN = frozenset(("site.example", "www.site.example", "cdn.example"))
STYLED = frozenset("style fill stroke filter mask clip-path marker marker-start marker-mid marker-end cursor".split())


def parse(document: bytes, scripting: bool) -> Any:
    text = document.decode("utf-8", "replace")
    return turbohtml.parse(text, positions=False, scripting=scripting, allow_declarative_shadow_roots=False)


def find_host(address: str) -> str:
    """The host that a browser would ask for this address, "" where it stays here."""
    address = re.sub("[\t\n\r]", "", address).strip("".join(map(chr, range(33))) + "\ufffd")
    found = LEAVES.match(address)
    return (found[1].rpartition("@")[2].partition(":")[0].rstrip(".").lower() or "?") if found else ""


def find_addresses(name: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(attribute, address) of everything that an element makes a browser ask for without being told to."""
    for key, value in attributes.items():
        if (name, key) in ASKS or (key == "background" and name in BACKGROUNDS):
            yield key, value
        elif (name, key) in LISTS:
            yield from ((key, part) for part in re.split(r"[\s,]+", value))
        elif key in STYLED:
            yield from ((key, found[1]) for found in IN_STYLE.finditer(value))
        elif name == "link" and key == "href" and RELS & set(attributes.get("rel", "").lower().split()):
            yield key, value
        elif name == "meta" and key == "content" and attributes.get("http-equiv", "").lower().strip() == "refresh":
            found = re.search(r"""[;,\s]\s*(?:url\s*=\s*)?["']?(.*)""", value, re.I | re.S)
            yield key, found[1] if found else ""


def compare(before: bytes, after: bytes, may_ask: frozenset[str] = OWN, scripting: bool = True) -> None:
    """Fails where the two documents differ in more than disarmed attributes, or where one still asks elsewhere.

    Where only who knows all elements could tell what broken markup in SVG or MathML means, nothing but asking is told.
    """
    if HTML_FROM_HERE in after:
        return find_nobody(after, may_ask, scripting)
    document = parse(before, scripting)
    trees = [(document, _remove_ours(parse(after, scripting), len(document.find_all("meta"))))]
    while trees:
        old, new = trees.pop()
        assert type(old) is type(new), f"{_show(old)} became {_show(new)}"
        if isinstance(old, turbohtml.Element):
            _compare_elements(old, new, may_ask, scripting)
        elif isinstance(old, turbohtml.Text):
            _compare_text(old, new, may_ask, scripting)
        elif isinstance(old, turbohtml.Comment):
            assert old.text == new.text, "a comment was changed"
        olds, news = list(old.children), list(new.children)
        assert list(map(_kind, olds)) == list(map(_kind, news)), f"the nodes in {_show(old)} changed"
        trees += zip(olds, news, strict=True)


def find_nobody(document: bytes, may_ask: frozenset[str] = OWN, scripting: bool = True) -> None:
    """Fails where anything in the document asks elsewhere."""
    for element in parse(document, scripting).find_all():
        _asks_nobody(element, may_ask)


def _asks_nobody(element: Any, may_ask: frozenset[str]) -> None:
    name = element.tag
    drawn = name not in DRAWN or element.namespace is turbohtml.Namespace.SVG
    for key, address in find_addresses(name, _read(element)) if drawn else ():
        host = find_host(address)
        assert not host or host in may_ask, f"<{name}> still asks {host} by its {key}"


def _compare_elements(old: Any, new: Any, may_ask: frozenset[str], scripting: bool) -> None:
    name = new.tag
    assert (old.tag, old.namespace) == (name, new.namespace)
    now = _read(new)
    _asks_nobody(new, may_ask)
    was = _read(old)
    if now.keys() - was.keys() >= LABELS:
        if now.get("srcdoc") == PLACEHOLDER.decode():
            del now["srcdoc"]
        if name == "script" and now.get("type") == "text/plain":
            del now["type"]
    for key in LABELS - was.keys():
        now.pop(key, None)
    for key, value in was.items():
        if OURS + key in was:
            continue  # the page had taken our name for it: nothing to tell apart
        found = [now[place] for place in (key, OURS + key) if place in now]
        assert found, f"<{name}> lost its {key}"
        if key == "srcdoc" and name == "iframe":
            compare(value.encode(), found[0].encode(), may_ask, scripting)
        elif key in STYLED:
            assert _without_ours(value) in map(_without_ours, found), f"the {key} of <{name}> was changed"
        else:
            assert value in found, f"the {key} of <{name}> was changed"
    asked = {key for key, address in find_addresses(name, was) if find_host(address) not in {"", *may_ask}}
    may_too = MAY_TOO | {"href", "xlink:href"} if name == "img" else MAY_TOO  # it was called image
    assert was.keys() - now.keys() <= asked | may_too, f"<{name}> was disarmed for nothing"
    fresh = {key for key in now.keys() - was.keys() if key.removeprefix(OURS) not in was}
    assert not fresh, f"<{name}> was given {fresh}"


def _compare_text(old: Any, new: Any, may_ask: frozenset[str], scripting: bool) -> None:
    parent = getattr(old.parent, "tag", "")
    if scripting and parent == "noscript":
        return  # the other parse looks into it
    if parent in ("style", "script"):
        assert _without_ours(new.text) == _without_ours(old.text), f"the text of a {parent} was changed"
        if parent == "style":
            hosts = {find_host(found[1]) for found in IN_STYLE.finditer(new.text)}
            assert not hosts - may_ask - {""}, f"a style still asks {hosts}"
    else:
        assert old.text == new.text, "a text was changed"


def _remove_ours(document: Any, metas: int) -> Any:
    """Guard and control taken out again, the charset said before the guard too, and the texts around them made one."""
    for name, text in (("script", GUARD), ("section", CONTROL)):
        for element in document.find_all(name):
            if element.html.encode() == text:
                before = element.previous_sibling
                if name == "script" and getattr(before, "tag", "") == "meta" and len(document.find_all("meta")) > metas:
                    before.decompose()
                element.decompose()
    if document.root is not None:
        document.root.normalize()
    return document


def _without_ours(text: str) -> str:
    for added in ADDED:
        text = text.replace(added, "")
    return text


def _read(element: Any) -> dict[str, str]:
    return {key: " ".join(value) if isinstance(value, list) else value or "" for key, value in element.attrs.items()}


def _kind(node: Any) -> tuple[str, str]:
    return type(node).__name__, getattr(node, "tag", "") or ""


def _show(node: Any) -> str:
    return f"<{node.tag}>" if isinstance(node, turbohtml.Element) else type(node).__name__

"""Response headers that make a browser ask someone: filtered on every response, whatever its body is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..policy import Policy
from .allowance import Allowance, Verdict
from .tags import judge_refresh

_LINK = re.compile(rb'\s*<([^>]*)>((?:\s*;\s*[^\s=;,]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)\s*(?:,|$)')
_FORM_ACTION = re.compile(rb"(?<![^\s;,])(form-action)(?![^\s;,])([^;,]*)", re.I)
_PARAMETER = re.compile(rb';\s*([^\s=;,]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;,"]*)))?')
_FETCHED = frozenset(
    b"stylesheet preload modulepreload prefetch prerender preconnect dns-prefetch icon next "
    b"compression-dictionary".split()
)
_CONNECTED = frozenset((b"preconnect", b"dns-prefetch"))
_LEADS_AWAY = re.compile(rb"[/\\]{2}|https?:", re.I)
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
# What a browser keeps and sends back by itself: an address to report to can be one that only this visitor was given.
_STORED = frozenset((b"reporting-endpoints", b"report-to", b"nel"))
# What makes a browser say an identifier of the website's choice with each request (RFC 9842; Device Bound Sessions).
_IDENTIFYING = frozenset((b"use-as-dictionary", b"secure-session-registration", b"sec-session-registration"))
REPORTING = _STORED | _IDENTIFYING | {b"speculation-rules", b"alt-svc", b"sourcemap", b"x-sourcemap"}
_OTHER_HOST = re.compile(rb'=\s*"[^":]')
POLICIES = frozenset((b"content-security-policy", b"content-security-policy-report-only"))


def filter_link(value: bytes, allowance: Allowance, denied: list[Verdict]) -> bytes:
    """A Link header (RFC 8288) without the entries that would make the browser fetch or connect elsewhere."""
    kept: list[bytes] = []
    dropped = False
    at = 0
    while at < len(value):
        found = _LINK.match(value, at)
        if found is None or b"\\" in found[2]:
            # not a list of links: browsers differ in what they make of it, so nothing foreign may stand in it
            return b"" if dropped or _LEADS_AWAY.search(value[at:].replace(b"\t", b"")) else value
        rels = _read_rels(found[2])
        verdict = _judge(found[1], rels, allowance)
        if verdict is not None and not verdict.allowed:
            dropped = True
            denied.append(verdict)
        elif allowance.blocks and b"compression-dictionary" in rels:
            dropped = True  # it will come without the header that makes it one
        else:
            kept.append(found[0].rstrip(b", \t").lstrip())
        at = found.end()
    return b", ".join(kept) if dropped else value


def _read_rels(parameters: bytes) -> set[bytes]:
    """Of the first rel of a link, which is the one that counts (RFC 8288 section 3.3)."""
    for found in _PARAMETER.finditer(parameters):
        if found[1].lower() == b"rel":
            return set((found[2] or found[3] or b"").lower().split())
    return set()


def _judge(url: bytes, rels: set[bytes], allowance: Allowance) -> Verdict | None:
    if not rels & _FETCHED:
        return None
    return allowance.judge_connection(url) if rels <= _CONNECTED else allowance.judge_url(url)


def passes_asking(name: bytes, value: bytes, allowance: Allowance, denied: list[Verdict]) -> bool:
    """Whether a header of REPORTING may pass: no address elsewhere in it, nor where it would lead."""
    if name in _IDENTIFYING:
        return not allowance.blocks
    if name == b"speculation-rules":
        return not allowance.blocks  # the rules stand in another file, and no policy covers what they fetch
    if name == b"alt-svc":
        return _OTHER_HOST.search(value) is None
    plain = value.replace(b"\\/", b"/")
    if not _pass_all([plain.strip(), *_QUOTED.findall(plain)], allowance, denied):
        return False
    return name not in _STORED or not allowance.blocks or (allowance.everything and b"\\u" not in value)


def _pass_all(urls: Iterable[bytes], allowance: Allowance, denied: list[Verdict]) -> bool:
    for url in urls:
        verdict = allowance.judge_url(url)
        if not verdict.allowed:
            denied.append(verdict)
            return False
    return True


def passes_refresh(value: bytes, allowance: Allowance, denied: list[Verdict]) -> bool:
    verdict = judge_refresh(value.decode("latin-1"), allowance)
    if not verdict.allowed:
        denied.append(verdict)
    return verdict.allowed


def strip_foreign_reports(value: bytes, allowance: Allowance, denied: list[Verdict]) -> bytes:
    """The site's own Content-Security-Policy without a report-uri elsewhere: a report tells the visitor's address.

    Several policies may stand in one header (CSP3 section 2.2.2).
    """
    if b"report-uri" not in value.lower():
        return value
    return b",".join(_strip_report(policy, allowance, denied) for policy in value.split(b","))


def _strip_report(policy: bytes, allowance: Allowance, denied: list[Verdict]) -> bytes:
    parts = policy.split(b";")
    reports = [part for part in parts if part.strip().lower().startswith(b"report-uri")]
    if _pass_all((url for part in reports for url in part.split()[1:]), allowance, denied):
        return policy
    return b";".join(part for part in parts if part not in reports)


def admit_choice(value: bytes, policy: Policy, prefix: str) -> bytes:
    """The site's own Content-Security-Policy, but our forms may be sent: else nobody could choose.

    Just our own addresses are added, so that it is as strict about all others as before.
    """
    return _FORM_ACTION.sub(lambda found: _add_ours(found, policy.site.hosts, prefix), value)


def _add_ours(found: re.Match[bytes], hosts: Iterable[str], prefix: str) -> bytes:
    sources = [source for source in found[2].split() if source.lower() != b"'none'"]
    if b"'self'" in map(bytes.lower, sources) or b"*" in sources:
        return found[0]
    return b" ".join([found[1], *sources, *(f"{host}:*{prefix}/".encode() for host in hosts)])


def read_nonce(value: bytes) -> bytes:
    """The nonce a site's Content-Security-Policy gives its own scripts, if any."""
    found = re.search(rb"script-src[^;,]*'nonce-([A-Za-z0-9+/_=-]{8,128})'", value, re.I) or re.search(
        rb"default-src[^;,]*'nonce-([A-Za-z0-9+/_=-]{8,128})'", value, re.I
    )
    return found[1] if found else b""


def allows_inline(value: bytes, nonce: bytes = b"") -> bool:
    """Whether scripts and styles in the page itself, with this nonce, pass every policy of this
    Content-Security-Policy."""
    return all(_allows_inline(policy, nonce) for policy in value.split(b","))


def _allows_inline(policy: bytes, nonce: bytes) -> bool:
    directives: dict[bytes, list[bytes]] = {}
    for part in policy.split(b";"):
        if words := part.split():
            directives.setdefault(words[0].lower(), words[1:])  # of two the first counts
    for name in (b"script-src-elem", b"style-src-elem"):
        said = directives.get(name, directives.get(name[:-5], directives.get(b"default-src")))
        if said is None or (nonce and any(each[7:-1] == nonce and each[:7].lower() == b"'nonce-" for each in said)):
            continue
        sources = [source.lower() for source in said]
        pinned = any(source.startswith((b"'nonce-", b"'sha256-", b"'sha384-", b"'sha512-")) for source in sources)
        if b"'unsafe-inline'" not in sources or pinned or b"'strict-dynamic'" in sources:
            return False
    return True

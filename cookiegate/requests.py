"""A request on its way to the site: what the visitor did not agree to is taken out before the site sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .exchange import Scope, find_path
from .gate import Validators, Visit, offer_codings, unmark_etags
from .passage import Passage


def read_headers(scope: Scope) -> dict[bytes, bytes]:
    """The last of each header, but all Cookie lines as one: HTTP/2 may have split them (RFC 9113 section 8.2.3).

    Of several Sec-GPC lines one that says yes is enough.
    """
    lines = scope["headers"]
    headers: dict[bytes, bytes] = dict(lines)
    if len(headers) != len(lines):
        if b"cookie" in headers:
            headers[b"cookie"] = b"; ".join([value for name, value in lines if name == b"cookie"])
        if (b"sec-gpc", b"1") in lines:
            headers[b"sec-gpc"] = b"1"
    return headers


def adapt_request(
    scope: Scope,
    headers: Mapping[bytes, bytes],
    passage: Passage,
    visit: Visit,
    state: dict[str, Any],
    validators: Validators | None = None,
) -> dict[str, Any]:
    """A copy of the scope as the site may see it, with these entries in its state."""
    lines = scope["headers"]
    twice = len(headers) != len(lines)
    cookies = headers.get(b"cookie")
    if twice:
        lines = _adapt_cookies(lines, passage.cookies)
    elif cookies is not None and cookies != passage.cookies:
        lines, at = [*lines], -1
        while lines[at][0] != b"cookie":  # browsers send it last, or nearly
            at -= 1
        if passage.cookies:
            lines[at] = (b"cookie", passage.cookies)
        else:
            del lines[at]
    if (visit.document or visit.worker) and (twice or _names_condition(headers, visit)):
        lines = _adapt_conditions(lines, passage.allowance.key + passage.asked, visit)
    if validators is not None and scope.get("method") in _LOOKING and not headers.keys().isdisjoint(_ASKING):
        lines = validators.strip(find_path(scope), lines)
    if passage.allowance.blocks and not headers.keys().isdisjoint(_OF_DICTIONARIES):
        lines = [pair for pair in lines if pair[0] not in _OF_DICTIONARIES]
    kept = scope.get("state")
    return {**scope, "headers": lines, "state": {**kept, **state} if kept else state}


def _adapt_cookies(lines: Iterable[tuple[bytes, bytes]], cookies: bytes) -> list[tuple[bytes, bytes]]:
    """One line, where the first of them stood."""
    kept = iter([(b"cookie", cookies)] if cookies else [])
    return [pair for line in lines if (pair := line if line[0] != b"cookie" else next(kept, None))]


def _names_condition(headers: Mapping[bytes, bytes], visit: Visit) -> bool:
    """Whether `_adapt_conditions` would change anything: with most requests it would not."""
    codings = headers.get(b"accept-encoding")
    if codings is not None and (visit.worker or codings != offer_codings(codings)):
        return True
    return not headers.keys().isdisjoint(_ASKING)


def _adapt_conditions(lines: list[tuple[bytes, bytes]], key: str, visit: Visit) -> list[tuple[bytes, bytes]]:
    """A stored copy may be another choice's variant, and part of a page cannot be rewritten."""
    adapted = []
    for name, value in lines:
        if name in _CONDITIONS or (visit.worker and name in _OF_WORKERS):
            continue
        if name == b"if-none-match":
            value = unmark_etags(value, key)
            if not value:
                continue
        elif name == b"accept-encoding":
            value = offer_codings(value)
        adapted.append((name, value))
    return adapted


def find_place(scope: Scope) -> str:
    """Path and query by which a service that hides on the site is known: decoded, as the site itself reads them."""
    query: bytes = scope.get("query_string", b"")
    place: str = scope["path"]
    return f"{place}?{query.decode('latin-1')}" if query else place


def read_host(headers: Mapping[bytes, bytes]) -> str:
    """The host of the Host header, without port."""
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


_LOOKING = frozenset(("GET", "HEAD"))  # of others a condition keeps what another has written
_CONDITIONS = frozenset((b"if-modified-since", b"if-range", b"range"))
_ASKING = _CONDITIONS | {b"if-none-match"}
# Of what a browser stored before (RFC 9842 section 2): the website chose both, so they tell one visitor from another.
_OF_DICTIONARIES = frozenset((b"available-dictionary", b"dictionary-id"))
_OF_WORKERS = frozenset((b"if-none-match", b"accept-encoding"))

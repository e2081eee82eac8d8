"""A request on its way to the site: what the visitor did not agree to is taken out before the site sees it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .exchange import Scope
from .gate import Allowance, Visit, filter_cookie_header, offer_codings, unmark_etags

_LONGEST_REMEMBERED = 4096  # bytes of a Cookie header whose filtering is remembered


def read_headers(scope: Scope) -> dict[bytes, bytes]:
    """The last of each header, but all Cookie lines as one: HTTP/2 may have split them (RFC 9113 section 8.2.3)."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if b"cookie" in headers:
        headers[b"cookie"] = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return headers


def adapt_request(scope: Scope, cookies: bytes, allowance: Allowance, visit: Visit) -> tuple[Scope, tuple[bytes, ...]]:
    """A copy of the scope as the site may see it, and the names of the cookies that were taken out."""
    removed: tuple[bytes, ...] = ()
    if not cookies and not visit.document and not visit.worker:
        return dict(scope), removed
    headers = []
    for pair in scope["headers"]:
        name, value = pair
        if name == b"cookie":
            value, taken = (
                _filter(value, allowance)
                if len(value) <= _LONGEST_REMEMBERED
                else filter_cookie_header(value, allowance)
            )
            removed += taken
            if value:
                headers.append((name, value))
            continue
        if visit.document:
            # A stored copy may be another choice's variant, and part of a page cannot be rewritten.
            if name in _CONDITIONS:
                continue
            if name == b"if-none-match":
                value = unmark_etags(value, allowance.key)
                if not value:
                    continue
                pair = (name, value)
            if name == b"accept-encoding":
                pair = (name, offer_codings(value))
        elif visit.worker and name in _OF_WORKERS:
            continue
        headers.append(pair)
    return {**scope, "headers": headers}, removed


def find_path(scope: Scope) -> bytes:
    """Path and query as they were sent."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8")
    raw = raw.partition(b"?")[0]
    return b"%b?%b" % (raw, scope["query_string"]) if scope.get("query_string") else raw


def find_place(scope: Scope) -> str:
    """Path and query by which a service that hides on the site is known: decoded, as the site itself reads them."""
    query: bytes = scope.get("query_string", b"")
    return f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]


def read_host(headers: Mapping[bytes, bytes]) -> str:
    """The host of the Host header, without port."""
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


_CONDITIONS = frozenset((b"if-modified-since", b"if-range", b"range"))
_OF_WORKERS = frozenset((*_CONDITIONS, b"if-none-match", b"accept-encoding"))
_filter = lru_cache(maxsize=4096)(filter_cookie_header)

"""One page, a variant for each choice: no cache may give one visitor's to another, or an old one for the new."""

from __future__ import annotations

import re
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]
# What caches between site and visitor heed before Cache-Control (RFC 9213, and older ones of their own).
TO_SHARED_CACHES = frozenset(
    (b"cdn-cache-control", b"cloudflare-cdn-cache-control", b"akamai-cache-control", b"netlify-cdn-cache-control",
     b"vercel-cdn-cache-control", b"surrogate-control", b"edge-control", b"x-accel-expires")
)  # fmt: skip


def vary_by_choice(headers: Headers, cache: bytes | None) -> Headers:
    """What depends on the choice is one visitor's own: no shared cache keeps it, no cache confuses two choices."""
    said = tuple(value for name, value in headers if name == b"vary")
    return [*(pair for pair in headers if pair[0] not in _SAYING), *tell_variant(said, cache)]


@lru_cache(maxsize=512)  # a site says the same of most of its pages
def tell_variant(vary: tuple[bytes, ...], cache: bytes | None) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """The Vary and Cache-Control headers of a variant, by those that the site sent."""
    varies = vary if any(b"cookie" in value.lower() for value in vary) else (*vary, b"Cookie")
    parts = [part.strip() for part in (cache or b"").split(b",")]
    kept = [part for part in parts if part and not part.lower().startswith((b"public", b"s-maxage", b"private"))]
    return (b"vary", b", ".join(varies)), (b"cache-control", b", ".join([b"private", *kept]))


def ask_each_time(headers: Headers) -> Headers:
    """Of what a service sends from the site's own address: no cache may go on giving it when the consent is gone."""
    kept = [pair for pair in headers if pair[0].lower() not in _CACHING]
    return [*kept, (b"cache-control", b"private, no-cache"), (b"vary", b"Cookie")]


_CACHING = TO_SHARED_CACHES | {b"cache-control", b"expires", b"age"}
_SAYING = TO_SHARED_CACHES | {b"vary", b"cache-control"}


def replace_etag(headers: Headers, key: str) -> Headers:
    marked = [(name, mark_etag(value, key) if name == b"etag" else value) for name, value in headers]
    return [(name, value) for name, value in marked if value or name != b"etag"]


def mark_etag(etag: bytes, key: str) -> bytes:
    """A site's ETag as that of the variant a visitor with this choice gets: weak, and telling the choice apart."""
    found = re.fullmatch(rb'\s*(W/)?"([^"]*)"\s*', etag)
    return b'W/"%b-cg%b%b"' % (found[2], b"w" if found[1] else b"s", key.encode()) if found else b""


def unmark_etags(header: bytes, key: str) -> bytes:
    """An If-None-Match header as the site knows it: only tags of this very variant; b"" when none is left."""
    found = re.findall(rb'W/"([^"]*)-cg([ws])' + key.encode() + rb'"', header)
    return b", ".join((b'W/"%b"' if weak == b"w" else b'"%b"') % tag for tag, weak in found)

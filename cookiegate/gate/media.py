"""What a Content-Type header says, as browsers take it. Remembered: a site uses few types."""

from __future__ import annotations

import re
from functools import lru_cache

PAGE_TYPES = (b"text/html", b"")  # browsers read what has no type as what it looks like
_UNKNOWN = frozenset((b"", b"*/*", b"unknown/unknown", b"application/unknown"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([^\s\"';]+)", re.I)
_KEPT = 512  # values remembered


@lru_cache(maxsize=_KEPT)
def read_media(content_type: bytes) -> bytes:
    """The type of a Content-Type header as browsers take it (WHATWG Fetch, extracting a MIME type): the last valid one
    of a list; b"" where they would look at the content instead."""
    media = b""
    for part in content_type.split(b","):
        said = part.partition(b";")[0].strip().lower()
        if b"/" in said.strip(b"/"):
            media = said
    return b"" if media in _UNKNOWN else media


@lru_cache(maxsize=_KEPT)
def read_charset(content_type: bytes) -> bytes:
    """The charset it names, in lower case; b"" where it names none."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else b""


def is_drawing(media: bytes) -> bool:
    """SVG and XHTML run scripts too."""
    return media.endswith((b"+xml", b"/xml"))


@lru_cache(maxsize=_KEPT)
def is_plain(content_type: bytes) -> bool:
    """Whether no browser runs a script in what has this type, whatever is in it."""
    media = read_media(content_type)
    return media not in PAGE_TYPES and not is_drawing(media)

"""What a Content-Type header says, as browsers take it. Remembered: a site uses few types."""

from __future__ import annotations

import re
from functools import lru_cache

PAGE_TYPES = (b"text/html", b"")  # browsers read what has no type as what it looks like
_UNKNOWN = frozenset((b"unknown/unknown", b"application/unknown"))
_SCRIPTS = frozenset(
    (b"text/javascript", b"application/javascript", b"application/x-javascript", b"text/ecmascript",
     b"application/ecmascript", b"text/jscript", b"text/x-javascript", b"text/x-ecmascript",
     b"application/x-ecmascript")
)  # fmt: skip
# A comma in quotes ends no type of a list.
_OF_LIST = re.compile(rb'(?:[^,"]|"(?:[^"\\]|\\.)*+(?:"|\Z))++', re.S)
# Browsers end a type at white space too, and Chromium at a parenthesis.
_TYPE = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+)(?=[\s;(]|\Z)", re.I)
# Only behind a semicolon: a page would be read in an encoding that no browser takes it for.
_CHARSET = re.compile(rb";\s*charset\s*=\s*[\"']?([^\s\"';,]+)", re.I)
_KEPT = 512  # values remembered


@lru_cache(maxsize=_KEPT)
def read_media(content_type: bytes) -> bytes:
    """The type of a Content-Type header as browsers take it (WHATWG Fetch, extracting a MIME type): the last valid one
    of a list, but for */*, which says nothing; b"" where they would look at the content instead."""
    media = b""
    for part in _OF_LIST.findall(content_type):
        found = _TYPE.match(part)
        if found and found[1] != b"*/*":
            media = found[1].lower()
        elif found and part.strip() != b"*/*" and media not in PAGE_TYPES:
            media = b""  # with a parameter, it is a type to Chromium
    return b"" if media in _UNKNOWN else media


@lru_cache(maxsize=_KEPT)
def read_charset(content_type: bytes) -> bytes:
    """The charset it names, in lower case; b"" where it names none."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else b""


@lru_cache(maxsize=_KEPT)
def is_script(content_type: bytes) -> bool:
    """Whether browsers run it when a script element asks for it by name (WHATWG MIME Sniffing section 4.6)."""
    return read_media(content_type) in _SCRIPTS


@lru_cache(maxsize=_KEPT)
def is_passive(content_type: bytes) -> bool:
    """Whether it is a part of a page that browsers fetch and keep unasked: a picture, a font, a style, a script."""
    media = read_media(content_type)
    return media in _SCRIPTS or media == b"text/css" or media.startswith((b"image/", b"font/", b"audio/", b"video/"))


def is_drawing(media: bytes) -> bool:
    """SVG and XHTML run scripts too."""
    return media.endswith((b"+xml", b"/xml"))


@lru_cache(maxsize=_KEPT)
def is_plain(content_type: bytes) -> bool:
    """Whether no browser runs a script in what has this type, whatever is in it."""
    media = read_media(content_type)
    return media not in PAGE_TYPES and media not in _SCRIPTS and not is_drawing(media)

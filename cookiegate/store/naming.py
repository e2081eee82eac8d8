"""What a store is called in messages and on pages: never with a password."""

from __future__ import annotations

import re

_HOST = r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])?(?::\d+)?"
_SERVER = re.compile(rf"postgres(?:ql)?://(?:[^/?#@]*@)?({_HOST}(?:,{_HOST})*(?:/[\w.-]*)?)(?:\?[^@]*)?")


def name_store(url: str) -> str:
    """Its kind and path, of a server the host and database. Where it is not plain which part of a URL is a password,
    nothing of it."""
    if url.startswith("sqlite:"):
        return url
    found = _SERVER.fullmatch(url)
    return f"postgresql://{found[1]}" if found else "the PostgreSQL store"

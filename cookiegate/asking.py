"""Who asks one of our addresses, as far as it matters there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request

from .consent import Consent


@dataclass
class Visitor:
    """Who asks, as far as it matters here."""

    consent: Consent
    secure: bool
    language: str
    refused: frozenset[str]  # by the browser's signals
    network: str  # for which a quota counts
    address: str = ""  # whole; kept nowhere

    def speak(self, language: str, known: Collection[str]) -> None:
        """In the language of the page they come from, which may not be the one the browser prefers."""
        if language in known:
            self.language = language


def read_cookies(request: Request) -> bytes:
    return "; ".join(request.headers.getlist("cookie")).encode("latin-1")


def is_scripted(request: Request) -> bool:
    """Whether our script asks: browsers name text/html where they navigate, and nothing where a script asks."""
    return request.headers.get("accept") == "*/*"

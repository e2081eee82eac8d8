"""What a visitor asked for this once: one service on one page, signed, and good for a minute or two.

The signature covers the page's path, which the value itself does not name: it fits no other page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence

from itsdangerous import Signer

from ..policy import Lifetime

ONCE = Lifetime(1, "minutes")  # between the button and the page that it loads
_SHAPE = re.compile(rb"([a-z0-9][a-z0-9-]{0,39})~([0-9]{1,10})\.([A-Za-z0-9_-]{1,86})")


class Once:
    """Seals and opens such wishes. The first secret signs, every secret verifies."""

    def __init__(self, services: Collection[str], secrets: Sequence[str]) -> None:
        self._services = services
        # itsdangerous signs with the last key of a list
        self._signer = Signer(list(reversed(secrets)), salt="cookiegate.once", digest_method=hashlib.sha256)

    def seal(self, service: str, path: str, minute: int) -> str:
        """The cookie's value. `minute`: minutes since 1970-01-01 UTC."""
        return f"{service}~{minute}.{self._signer.get_signature(_spell(service, path, minute)).decode()}"

    def open(self, value: bytes, path: str, minute: int) -> str:
        """The service that was asked for on the page at `path`; "" where there was none, or too long ago."""
        found = _SHAPE.fullmatch(value)
        if not found:
            return ""
        service, asked = found[1].decode(), int(found[2])
        fits = service in self._services and 0 <= minute - asked <= 1
        return service if fits and self._signer.verify_signature(_spell(service, path, asked), found[3]) else ""


def _spell(service: str, path: str, minute: int) -> bytes:
    return f"{service}~{minute}~{path}".encode("utf-8", "surrogateescape")

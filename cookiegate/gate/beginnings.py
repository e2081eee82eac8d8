"""Knows a service's own script by how it begins, whatever the address that the site serves it under."""

from __future__ import annotations

from collections.abc import Iterable

from ..policy import Service
from .coding import CodingError, open_coding

ENOUGH = 1024  # bytes: what names a script stands at its head


class Beginnings:
    """The beginnings of the services that were not given, of which none belongs to one that was."""

    def __init__(self, withheld: Iterable[Service], granted: Iterable[Service]) -> None:
        free = {text for service in granted for text in service.beginnings}
        self._owners = [
            (text.encode(), service.id) for service in withheld for text in service.beginnings if text not in free
        ]

    def __bool__(self) -> bool:
        return bool(self._owners)

    def find(self, begun: bytes, coding: bytes | None) -> str | None:
        """The service whose script begins like this, or None. `coding`: the Content-Encoding of what has come."""
        if coding is not None and coding.strip().lower() not in (b"", b"identity"):
            try:
                begun = _open(begun, coding)
            except CodingError:
                return None  # no browser can read it either
        head = begun[:ENOUGH]
        return next((service for text, service in self._owners if text in head), None)


def _open(begun: bytes, coding: bytes) -> bytes:
    """As much of it as is looked at; little by little, since little may open to much."""
    head, opened = b"", open_coding(coding)
    if opened is None:
        return head
    for at in range(0, len(begun), ENOUGH):
        head += opened[0].feed(begun[at : at + ENOUGH])
        if len(head) >= ENOUGH:
            break
    return head

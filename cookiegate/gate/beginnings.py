"""Knows a service's own script by how it begins, whatever the address that the site serves it under."""

from __future__ import annotations

from collections.abc import Iterable

from ..policy import Service
from .coding import CodingError, open_beginning

ENOUGH = 1024  # bytes: what names a script stands at its head


class Beginnings:
    """The beginnings of the services that were not given, of which none belongs to one that was; and of those given."""

    def __init__(self, withheld: Iterable[Service], granted: Iterable[Service]) -> None:
        given = {text: service.id for service in granted for text in service.beginnings}
        kept_out = [(text, service.id, False) for service in withheld for text in service.beginnings]
        said = [each for each in kept_out if each[0] not in given] + [(text, id, True) for text, id in given.items()]
        self._owners = [(text.encode(), id, passes) for text, id, passes in said]

    def __bool__(self) -> bool:
        return bool(self._owners)

    def find(self, begun: bytes, coding: bytes | None) -> tuple[str, bool] | None:
        """The service whose script begins like this and whether it was given, or None. `coding`: the Content-Encoding
        of what has come."""
        try:
            begun = open_beginning(begun, coding, ENOUGH)
        except CodingError:
            return None  # browsers ask for no coding that is not known here, and read nothing broken
        head = begun[:ENOUGH]
        return next(((service, given) for text, service, given in self._owners if text in head), None)

"""Knows an inline script that loads a service: the vendor's own snippet, not a mere mention of its address."""

from __future__ import annotations

from collections.abc import Iterable

from ..policy import Service

# A script that only carries a vendor's name in a text loads nothing; one of these must stand beside it.
_LOADS = (b"createElement", b"document.write", b"import(", b"insertBefore", b"importScripts", b".src=", b".src =")
# Vendors' snippets are short. A longer script is the site's own work with a snippet somewhere in it: to stop all of
# it would break the site, while the Content-Security-Policy stops just the part that asks elsewhere.
_LONGEST = 8192


class Signatures:
    """The snippets of the services that were not given."""

    def __init__(self, services: Iterable[Service]) -> None:
        owners = [(text.encode(), service.id) for service in services for text in service.signatures]
        # longest first, so that the more specific of two snippets names the service
        self._owners = sorted(owners, key=lambda owner: (-len(owner[0]), owner[0]))

    def find(self, text: bytes, start: int, end: int) -> str | None:
        """The service that the inline script text[start:end] loads, or None."""
        if end - start > _LONGEST or not self._owners:
            return None
        script = text[start:end]
        if not any(verb in script for verb in _LOADS):
            return None
        for snippet, service in self._owners:
            if snippet in script:
                return service
        return None

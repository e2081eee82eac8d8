"""Knows an inline script that loads a service: the vendor's own snippet, not a mere mention of its address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ..policy import Service

# A script that only carries a vendor's name in a text loads nothing; one of these must stand beside it.
_HINTS = (b"createElement", b"insertBefore", b".src", b"document.write", b"import")  # the same in fewer searches
_LOADS = (b"createElement", b"document.write", b"import(", b"insertBefore", b"importScripts", b".src=", b".src =")
# Vendors' snippets are short. A longer script is the site's own work with a snippet somewhere in it: to stop all of
# it would break the site, while the Content-Security-Policy stops just the part that asks elsewhere.
_LONGEST = 8192
_SHARED = 4  # bytes that the snippets of a group have in common
_FEWEST = 3  # snippets worth an expression of their own


class Signatures:
    """The snippets of the services that were not given."""

    def __init__(self, services: Iterable[Service]) -> None:
        owners = [(text.encode(), service.id) for service in services for text in service.signatures]
        # longest first, so that the more specific of two snippets names the service
        self._owners = sorted(owners, key=lambda owner: (-len(owner[0]), owner[0]))
        self._expressions, self._single = _group([text for text, _ in self._owners])

    def find(self, text: bytes, start: int, end: int) -> str | None:
        """The service that the inline script text[start:end] loads, or None."""
        if end - start > _LONGEST or not self._owners:
            return None
        script = text[start:end]
        # `find` rather than `in`, which raises and drops an exception on every bytes in bytes: a third of its time
        find = script.find
        for hint in _HINTS:
            if find(hint) >= 0:
                break
        else:
            return None
        if not self._may_hold(script) or not any(verb in script for verb in _LOADS):
            return None
        for snippet, service in self._owners:
            if find(snippet) >= 0:
                return service
        return None

    def _may_hold(self, script: bytes) -> bool:
        """Whether any snippet stands in the script: a third of the time it takes to look for each of them."""
        for expression in self._expressions:
            if expression.search(script):
                return True
        find = script.find
        for snippet in self._single:  # noqa: SIM110  (a generator costs as much as the search)
            if find(snippet) >= 0:
                return True
        return False


def _group(snippets: list[bytes]) -> tuple[list[re.Pattern[bytes]], list[bytes]]:
    """Snippets that have some bytes in common as one expression, which looks for those bytes; and the other snippets.

    An alternation of whole snippets would be tried at every byte; this is tried only where the common bytes stand.
    """
    left = [text for text in snippets if text]
    expressions = []
    while left:
        pieces = Counter(
            piece for text in left for piece in {text[at : at + _SHARED] for at in range(len(text) - _SHARED + 1)}
        )
        shared, times = max(pieces.items(), key=lambda pair: (pair[1], pair[0]), default=(b"", 0))
        if times < _FEWEST:
            break
        group = [text for text in left if shared in text]
        left = [text for text in left if shared not in text]
        expressions.append(re.compile(re.escape(shared) + b"(?:" + b"|".join(_spell(shared, group)) + b")"))
    return expressions, left


def _spell(shared: bytes, group: list[bytes]) -> Iterable[bytes]:
    for text in group:
        before, _, behind = text.partition(shared)
        yield b"(?<=" + re.escape(before + shared) + b")" + re.escape(behind)

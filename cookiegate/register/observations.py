"""Hosts, cookies and storage keys that were seen on the site but stand in no policy, counted until they are written."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from cookiegate.store import Observation

from .redaction import printable, reduce_path

KINDS = ("host", "cookie", "storage")
_LONGEST = 200
_MOST = 1000  # distinct names a day, and entries between two writes: pages and browsers, so anybody, may invent them


class Observations:
    """Counts by day, kind, name and path. Not safe between threads: the writer's lock is held around every call."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._day = ""
        self._names: set[tuple[str, str]] = set()  # of the day
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, day: str, kind: str, name: str, path: str) -> None:
        """Raises ValueError for a kind that is none."""
        self._count((day, *_shorten(kind, name, path)), 1)

    def take(self) -> list[Observation]:
        """All, to be written; the counting begins anew."""
        taken = [Observation(*key, times) for key, times in self._counts.items()]
        self._counts = Counter()
        return taken

    def put_back(self, observations: list[Observation]) -> None:
        for day, kind, name, path, times in observations:
            self._count((day, kind, name, path), times)

    def _count(self, key: tuple[str, str, str, str], times: int) -> None:
        day, kind, name, _ = key
        if day > self._day:
            self._day, self._names = day, set()
        known = (kind, name) in self._names
        if (known or len(self._names) < _MOST) and (key in self._counts or len(self._counts) < _MOST):
            self._names.add((kind, name))
            self._counts[key] += times
        else:
            self.dropped += times


@lru_cache(maxsize=4096)  # a site's pages show the same again and again
def _shorten(kind: str, name: str, path: str) -> tuple[str, str, str]:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    return kind, printable(name[:_LONGEST]), reduce_path(path)[:_LONGEST]

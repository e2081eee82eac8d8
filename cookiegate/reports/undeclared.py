"""What the site did that its policy does not name, for whoever completes the policy: hosts, cookies, storage keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cookiegate.store import Store, reading


@dataclass(frozen=True, slots=True)
class Undeclared:
    kind: str  # host, cookie or storage
    name: str
    path: str  # a page on which it was seen
    times: int


def find_undeclared(source: str | Store, first_day: date, last_day: date, most: int = 50) -> list[Undeclared]:
    """The most often seen first, each name once; of the store at a URL, or an open one. Raises StoreError where it
    cannot be read."""
    with reading(source) as store:
        rows = store.query("observations", first=str(first_day), last=str(last_day), top=20 * most)
    found: dict[tuple[str, str], Undeclared] = {}
    for kind, name, path, times, *_ in rows:
        key = (str(kind), str(name))
        before = found.get(key)
        count = int(times or 0) + (before.times if before else 0)
        found[key] = Undeclared(*key, before.path if before else str(path), count)
    return sorted(found.values(), key=lambda each: -each.times)[:most]

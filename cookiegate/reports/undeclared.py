"""What the site did that its policy does not name, for whoever completes the policy: hosts, cookies, storage keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cookiegate.policy import HostRules, Policy, compile_names
from cookiegate.store import Row, Store, reading


@dataclass(frozen=True, slots=True)
class Undeclared:
    kind: str  # host, cookie or storage
    name: str
    path: str  # a page on which it was seen
    times: int
    partly: bool = False  # a host of which the policy names some paths: which one was seen is not kept


def find_undeclared(
    source: str | Store, policy: Policy, first_day: date, last_day: date, most: int = 50
) -> list[Undeclared]:
    """The most often seen first, each name once; of the store at a URL, or an open one. What was seen before the policy
    named it is left out. Raises StoreError where it cannot be read."""
    named, top = _Named(policy), 20 * most
    with reading(source) as store:
        while True:
            rows = store.query("observations", first=str(first_day), last=str(last_day), top=top)
            found = _add_up(rows, named)
            if len(rows) < top or len(found) >= most:
                break
            top *= 8  # what the policy names by now came first
    return sorted(found.values(), key=lambda each: -each.times)[:most]


def _add_up(rows: list[Row], named: _Named) -> dict[tuple[str, str], Undeclared]:
    found: dict[tuple[str, str], Undeclared] = {}
    for kind, name, path, times, *_ in rows:
        key = (str(kind), str(name))
        if named.holds(*key):
            continue
        before = found.get(key)
        count = int(str(times)) + (before.times if before else 0)
        found[key] = Undeclared(*key, before.path if before else str(path), count, named.holds_partly(*key))
    return found


class _Named:
    """What a policy names, whether it is asked for, necessary or allowed."""

    def __init__(self, policy: Policy) -> None:
        services = [*policy.services.values(), *(entry.service for entry in policy.necessary if entry.service)]
        # One that hides under the site's own address is seen by its id.
        self._places = frozenset((*policy.site.hosts, *(service.id for service in services)))
        patterns = [*policy.gate.allow, *(host for service in services for host in service.hosts)]
        self._hosts = HostRules((pattern, "") for pattern in patterns)
        names = [entry.name for entry in policy.necessary if entry.name]
        names += [cookie.name for service in services for cookie in service.cookies]
        self._names = compile_names(names)

    def holds(self, kind: str, name: str) -> bool:
        if kind != "host":
            return self._names.fullmatch(name) is not None
        return name in self._places or self._hosts.find(name, "/") is not None

    def holds_partly(self, kind: str, name: str) -> bool:
        return kind == "host" and self._hosts.find_all(name) != []

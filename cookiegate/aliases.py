"""Whether a host that the site calls its own leads, by a CNAME record, to somebody else's tracker.

A subdomain that is not among `[site] hosts` is foreign in any case, wherever it leads; this is for those that are.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from .errors import Problem
from .gate import Rules
from .policy import Policy

_SECONDS = 3.0
_NOWHERE = ("localhost", ".localhost", ".example", ".test", ".invalid", ".local")  # RFC 6761, 6762


def find_aliases(policy: Policy, resolve: Callable[[str], str] | None = None) -> list[Problem]:
    """A problem for each own host whose canonical name belongs to a service. A name that cannot be looked up within
    three seconds is passed over. `resolve` gives a host's canonical name, or raises OSError."""
    rules = Rules(policy)
    problems = []
    for host, name in _look_up(filter(_may_lead_elsewhere, policy.site.hosts), resolve or _ask):
        service = None if name in rules.own else rules.find(name, "/") or next(iter(rules.find_all(name)), None)
        if service:
            problems.append(
                Problem(
                    f"site.hosts: {host}",
                    f"leads to {name}, which is {rules.services[service].name} under a name of yours",
                    f'take it out of [site] hosts and write hosts = ["{host}"] under [services.{service}]',
                )
            )
    return problems


def _may_lead_elsewhere(host: str) -> bool:
    if host.endswith(_NOWHERE):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


def _look_up(hosts: Iterable[str], resolve: Callable[[str], str]) -> list[tuple[str, str]]:
    """On threads that nobody waits for: a resolver has no time limit of its own, and one may still be asking when the
    program ends."""
    found: list[tuple[str, str]] = []

    def look(host: str) -> None:
        with suppress(OSError):
            found.append((host, resolve(host).lower().rstrip(".")))

    threads = [threading.Thread(target=look, args=(host,), daemon=True) for host in hosts]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return sorted(found)


def _ask(host: str) -> str:
    return socket.gethostbyname_ex(host)[0]

"""The Content-Security-Policy by which the browser holds what the gate holds: the second lock."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..policy import Policy, Service


def build_csp(policy: Policy, prefix: str, granted: Iterable[Service], ahead: Iterable[str] = ()) -> bytes:
    """A policy beside the site's own: it can only restrict (CSP3 section 8.1), so it names every host that passes.

    `ahead` are patterns of what passes of services that were not given.
    """
    patterns = [*ahead, *policy.gate.allow, *(host for service in granted for host in service.hosts)]
    hosts = sorted(set(map(_source, patterns)))
    own = [f"{host}:*" for host in policy.site.hosts]
    sources = " ".join(["'self'", *own, *hosts])
    sockets = " ".join(f"wss://{host}" for host in (*own, *hosts))
    directives = (
        f"default-src {sources} 'unsafe-inline' 'unsafe-eval' data: blob:",
        f"connect-src {sources} {sockets} data: blob:",
        f"form-action {sources}",
        f"base-uri {sources}",
        f"report-uri {prefix}/report",
    )
    return "; ".join(directives).encode("ascii")


def _source(pattern: str) -> str:
    """A host pattern as a CSP source: never narrower than the pattern (a source knows no query and no wildcard)."""
    if "*" not in pattern[1:] and "?" not in pattern:
        # a CSP path that does not end in "/" is compared whole, while ours is a prefix
        return pattern if "/" not in pattern or pattern.endswith("/") else pattern.rpartition("/")[0] + "/"
    head, cut, _ = re.split(r"(?<=.)(\*|\?)", pattern, maxsplit=1)
    if "/" not in head:
        return head
    return head if cut == "?" and not head.endswith("/") else head.rpartition("/")[0] + "/"

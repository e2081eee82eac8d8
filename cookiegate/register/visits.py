"""What is kept of a visit. Whatever names a person is cut off here, before it is queued (GDPR art. 5(1)(c), 25)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cookiegate.expressions import compile
from cookiegate.policy import Policy
from cookiegate.store import VisitRow
from cookiegate.visitor import AGENT_LENGTH, describe, truncate

_LONGEST_PATH = 2048
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_PATH_END = re.compile(r"[?#;]|%3[fFbB]|%23")  # query, fragment, and parameters such as ;jsessionid=
# What `reduce_path` leaves as it is, told in one step: most paths.
_USUAL_PATH = compile(r"(?:/(?:[A-Za-z_.-]|[0-9]{1,5}(?![0-9]))++)*+/?+")
_SLASHES = re.compile(r"//+")
_DIGITS = re.compile(r"\d{6,}")
_ORIGIN = re.compile(r"(https?)://(?:[^/?#]*@)?([a-z0-9._-]{1,253})(:[0-9]{1,5})?(?=[/?#]|\Z)", re.IGNORECASE)


class Visit(NamedTuple):
    """One request for a page, already reduced. Made by `visit_from`."""

    time: int  # seconds since 1970-01-01 UTC
    address: str  # truncated: "203.0.113.0/24"
    path: str  # without query, redacted
    referrer: str  # origin of another site: "https://search.example"; otherwise ""
    own: bool  # a page of this site led here
    agent: str  # User-Agent, cut; kept in memory only and never written
    status: int


def visit_from(
    policy: Policy, *, time: int, address: str, path: str, referrer: str, agent: str, status: int
) -> Visit:  # fmt: skip
    """The visit to keep of a request: `address` whole, `path` decoded, `referrer` and `agent` as the headers say."""
    origin, own = _reduce_referrer(referrer, policy.site.hosts)
    return Visit(
        time,
        truncate(address, policy.visits.ipv4_bits, policy.visits.ipv6_bits),
        reduce_path(path),
        origin,
        own,
        agent[:AGENT_LENGTH],
        status,
    )


def row_from(visit: Visit, visitor: bytes | None) -> VisitRow:
    """The row to store: the agent becomes browser, system and device. Slow; never on the request path."""
    agent = describe(visit.agent)
    return VisitRow(
        visit.time,
        day_of(visit.time),
        visit.address,
        visit.path,
        visit.referrer,
        visit.own,
        agent.browser,
        agent.system,
        agent.device,
        visit.status,
        agent.bot,
        visitor,
    )


def reduce_path(path: str) -> str:
    """A path without query and parameters; a segment with an e-mail address and runs of six digits are replaced."""
    if 0 < len(path) <= _LONGEST_PATH and _USUAL_PATH.fullmatch(path):
        return path
    return _reduce_path(path)


def _reduce_path(path: str) -> str:
    path = printable(path[: 2 * _LONGEST_PATH])
    end = _PATH_END.search(path)
    path = _SLASHES.sub("/", "/" + (path[: end.start()] if end else path))
    if "@" in path or "%40" in path:
        path = "/".join("[email]" if _names_mailbox(segment) else segment for segment in path.split("/"))
    return _DIGITS.sub("[number]", path)[:_LONGEST_PATH]


def _names_mailbox(segment: str) -> bool:
    local, _, domain = segment.replace("%40", "@").partition("@")
    return bool(local and domain)


def _reduce_referrer(referrer: str, own_hosts: tuple[str, ...]) -> tuple[str, bool]:
    """Origin and whether it is ours. A bare address says where somebody is, not which site led here: dropped."""
    found = _ORIGIN.match(referrer[:_LONGEST_PATH])
    if not found:
        return "", False
    scheme, host, port = found[1].lower(), found[2].lower().rstrip("."), found[3] or ""
    if host in own_hosts:
        return "", True
    return ("", False) if re.fullmatch(r"[0-9.]*", host) else (f"{scheme}://{host}{port}", False)


def printable(text: str) -> str:
    """Without control characters, lone surrogates (no UTF-8 holds them), and what reverses the direction of text."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def day_of(time: float) -> str:
    """The UTC day of a time in seconds: "2026-03-01"."""
    return _name_day(time // 86_400)


@lru_cache(maxsize=64)
def _name_day(number: float) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).date().isoformat()

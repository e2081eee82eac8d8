"""What the targets have in common: how a service is told of some events by one request, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from ..register import Sendable


class Outgoing(NamedTuple):
    """A POST of JSON. The URL may hold a secret: it stands in no message and no log."""

    url: str
    body: bytes


class Answer(NamedTuple):
    status: int  # 0: there was none
    body: bytes
    error: str = ""
    retry_after: float = 0.0  # seconds


class Target(NamedTuple):
    """One service, ready to be told."""

    most: int  # events in a request
    hours: int  # that an event may lie back
    mixed: bool  # of several visitors in one request
    write: Callable[[Sequence[Sendable]], Outgoing]
    # of an answer with a status of 2xx: how many events it would not have, None where it took none
    read_invalid: Callable[[bytes], int | None]


def write_url(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query)}"


def find_latest(events: Sequence[Sendable], key: str) -> str:
    """What the latest event that says it says, or ""."""
    return next((str(each.said[key]) for each in reversed(events) if key in each.said), "")

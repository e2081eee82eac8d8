"""What browsers say on their visitors' behalf: signals that refuse, until the visitor chooses otherwise on the site.

A signal is a function from a request's headers to purposes. It can only refuse. `docs/signals.md` shows how to add one;
Global Privacy Control is the one that is built in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from .policy import Policy

Headers = Mapping[bytes, bytes]  # names in lower case
Signal = Callable[[Headers], Collection[str]]

VISIT_LOG = "visit-log"  # what a signal names beside purposes to object to the log of visits (GDPR art. 21(5))
GPC_PLACE = "/.well-known/gpc.json"
_NOTHING: frozenset[str] = frozenset()


class Signals:
    """All signals that a site heeds."""

    def __init__(self, policy: Policy, others: Sequence[Signal] = ()) -> None:
        gpc = [find_gpc(policy.signals.gpc | {VISIT_LOG})] if policy.signals.gpc else []
        self._all: tuple[Signal, ...] = (*gpc, *others)
        self._known = {VISIT_LOG, *(purpose.id for purpose in policy.purposes)}

    def read(self, headers: Headers) -> frozenset[str]:
        """The purposes of this site, and VISIT_LOG, that any of the signals refuses."""
        refused = _NOTHING
        for signal in self._all:
            said = signal(headers)
            if said:
                refused = refused | self._known.intersection(said)
        return refused


def find_gpc(refused: Collection[str]) -> Signal:
    """Global Privacy Control (https://www.w3.org/TR/gpc/): nothing but `Sec-GPC: 1` counts."""

    def read(headers: Headers) -> Collection[str]:
        return refused if headers.get(b"sec-gpc") == b"1" else _NOTHING

    return read


def state_gpc(policy: Policy) -> dict[str, bool | str]:
    """What the site says of itself at GPC_PLACE. The day is the one on which its owner said so, left out otherwise."""
    since = {"lastUpdate": policy.signals.since} if policy.signals.since else {}
    return {"gpc": True, **since}

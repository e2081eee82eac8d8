"""From what a visitor pressed to what they have chosen, and to the record of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from ..policy import Policy
from .choice import Consent
from .record import ConsentRecord

DECISIONS = ("accept", "refuse", "save", "withdraw", "allow")


def decide(
    policy: Policy, before: Consent, decision: str, purposes: Collection[str], services: Collection[str], day: int
) -> Consent:
    """The consent after `decision`. Unknown purposes and services give nothing.

    `save` gives exactly what is ticked: a service when it or its purpose is; `allow` adds single services to what
    was given before (a placeholder's button).
    """
    if decision == "accept":
        given = set(policy.services)
    elif decision == "save":
        given = {id for id, purpose in policy.purpose_of.items() if id in services or purpose in purposes}
    elif decision == "allow":
        given = set(before.services) | (set(services) & policy.services.keys())
    else:
        given = set()
    id = (before.id or new_id()) if given else ""
    return Consent(True, frozenset(given), find_whole(policy, given), day, id)


def find_whole(policy: Policy, services: Collection[str]) -> frozenset[str]:
    """The purposes of which every service is among `services`; a purpose without any is never given."""
    return frozenset(
        purpose.id
        for purpose in policy.purposes
        if purpose.services and all(service.id in services for service in purpose.services)
    )


def new_id() -> str:
    """128 random bits for the browser of someone who gave something; never used for anything but the proof."""
    return secrets.token_urlsafe(16)


def describe(
    policy: Policy,
    before: Consent,
    after: Consent,
    *,
    time: int,
    method: str,
    language: str,
    banner: str,
    gpc: bool,
) -> ConsentRecord:
    """The record of a decision: every purpose that has services with its state, given and refused alike stated."""
    states = {}
    for purpose in policy.purposes:
        ids = {service.id for service in purpose.services}
        if not ids:
            continue  # nothing could be given or refused
        if purpose.id in after.purposes:
            states[purpose.id] = "given"
        elif ids & after.services:
            states[purpose.id] = "partly-given"
        elif ids & before.services:
            states[purpose.id] = "withdrawn"
        else:
            states[purpose.id] = "refused"
    if after.services:
        event = "given" if set(states.values()) == {"given"} else "partly-given"
    else:
        # an id from a choice under an earlier policy: that consent ends here
        event = "withdrawn" if before.services or before.id else "refused"
    return ConsentRecord(
        time=time,
        event=event,
        states=states,
        services=tuple(sorted(after.services)),
        method=method,
        language=language,
        policy_version=policy.version,
        banner=banner,
        validity_days=policy.consent.validity_days,
        gpc=gpc,
        consent_id=after.id or before.id,
    )

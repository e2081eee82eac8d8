"""From what a visitor pressed to what they have chosen, and to the record of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace

from ..policy import Policy
from .choice import Consent, list_asked_anew
from .record import ConsentRecord

DECISIONS = ("accept", "refuse", "save", "withdraw", "allow", "accept-new", "refuse-new")
GIVING = frozenset(("accept", "save", "allow", "accept-new"))  # what may give something that was not given before


def decide(
    policy: Policy,
    before: Consent,
    decision: str,
    purposes: Collection[str],
    services: Collection[str],
    day: int,
    *,
    outdated: bool = False,
) -> Consent:
    """The consent after `decision`; `before` itself where nothing can come of it.

    Unknown purposes and services give nothing. `save` gives exactly what is ticked: a service when it or its purpose
    is. `allow` adds single services to what was given before (a placeholder's button). `accept-new` and `refuse-new`
    answer for the services that the banner named, as far as they are still asked anew, and leave the rest.
    `outdated`: the visitor saw the question of another policy. Such an answer can take back, and give nothing.
    """
    given, unanswered, whole = set(before.services), before.unanswered, False
    if outdated and decision in GIVING:
        if decision != "save":
            return before
        given &= _list_ticked(policy, purposes, services)
        if given == before.services and not before.given_elsewhere:
            return before
        # The page may have asked just what stands here as given elsewhere; whether it was ticked there nobody can tell.
        before = replace(before, given_elsewhere=frozenset())
    elif decision in ("accept-new", "refuse-new"):
        answered = list_asked_anew(policy, before) & set(services)
        if not answered:
            return before
        given |= answered if decision == "accept-new" else set()
        unanswered -= answered
    elif decision == "allow":
        given |= set(services) & policy.services.keys()
        unanswered -= given
    else:
        # all that is asked was shown, and this answers it
        given = {"accept": set(policy.services), "save": _list_ticked(policy, purposes, services)}.get(decision, set())
        unanswered, whole = frozenset(), True
    return _settle(policy, before, frozenset(given), unanswered, whole, day)


def _settle(
    policy: Policy, before: Consent, given: frozenset[str], unanswered: frozenset[str], whole: bool, day: int
) -> Consent:
    """What only completes an earlier choice ends with it: the new must not prolong what was given (GDPR art. 7)."""
    elsewhere = (frozenset(), frozenset()) if whole else (before.given_elsewhere, before.refused_elsewhere)
    prolongs = not whole and (before.services or before.given_elsewhere)
    after = Consent(
        services=given,
        purposes=find_whole(policy, given),
        day=before.day if prolongs else day,
        id=(before.id or new_id()) if given or elsewhere[0] else "",
        unanswered=unanswered,
        signalled=before.signalled if unanswered else frozenset(),
        given_elsewhere=elsewhere[0],
        refused_elsewhere=elsewhere[1],
    )
    return replace(after, decided=not list_asked_anew(policy, after))


def _list_ticked(policy: Policy, purposes: Collection[str], services: Collection[str]) -> set[str]:
    return {id for id, purpose in policy.purpose_of.items() if id in services or purpose in purposes}


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
    """The record of a decision: every purpose of which something was said with its state, given and refused alike."""
    states = {}
    for purpose in policy.purposes:
        ids = {service.id for service in purpose.services}
        if ids <= after.unanswered and purpose.id not in after.signalled:
            continue  # nothing was said of it, or nothing could be
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
        # an id from a choice under an earlier policy: that consent ends here, unless it goes on under another
        event = "withdrawn" if before.services or (before.id and not after.given_elsewhere) else "refused"
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

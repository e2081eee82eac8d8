"""What a visitor has chosen, as the rest of the program asks about it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from ..policy import Policy


@dataclass(frozen=True, slots=True)
class Consent:
    """One visitor's answer under one policy. What was not given is not allowed, whatever the reason."""

    decided: bool = False  # nothing is left that the banner would ask for
    services: frozenset[str] = frozenset()  # ids of the services given
    purposes: frozenset[str] = frozenset()  # ids of purposes of which every service was given
    day: int = 0  # days since 1970-01-01 UTC on which everything was last shown; 0: the visitor said nothing here
    id: str = ""  # random, present only where something was given
    unanswered: frozenset[str] = frozenset()  # services new or changed since: of all others something was said
    signalled: frozenset[str] = frozenset()  # purposes refused by the browser's signals, and not answered here
    # Answers to questions that this policy does not ask, as the cookie names them: another gateway may ask them,
    # from an older or newer version of the policy.
    given_elsewhere: frozenset[str] = frozenset()
    refused_elsewhere: frozenset[str] = frozenset()

    def allows(self, purpose_or_service: str) -> bool:
        """Whether the purpose (all of it) or the single service was given."""
        return purpose_or_service in self.purposes or purpose_or_service in self.services


UNDECIDED = Consent()
UNKNOWN = "none"  # what a visitor had chosen where nobody asks, or nobody could tell


def list_asked_anew(policy: Policy, consent: Consent) -> frozenset[str]:
    """The services that the banner asks for where others were answered before: what is new, and not refused already."""
    return frozenset(id for id in consent.unanswered if policy.purpose_of[id] not in consent.signalled)


def list_ahead(policy: Policy, consent: Consent) -> frozenset[str]:
    """The services that may be asked while the visitor has said nothing: an advanced consent mode, signed for."""
    if consent.decided or consent.unanswered:
        return frozenset()
    return frozenset(id for id in policy.advanced if policy.purpose_of[id] not in consent.signalled)


def heed(policy: Policy, consent: Consent, refused: Set[str]) -> Consent:
    """The same where the browser refuses these purposes by a signal: that counts until the visitor chooses here."""
    if consent.decided or not refused:
        return consent
    left = consent.unanswered or policy.services.keys()
    signalled = frozenset(refused & {policy.purpose_of[id] for id in left})
    if not signalled:
        return consent
    decided = all(policy.purpose_of[id] in signalled for id in left)
    return replace(consent, decided=decided, signalled=signalled)


def name_choice(policy: Policy, consent: Consent) -> str:
    """What a visitor had chosen, as figures name it: "" while they are asked, then given, partly or refused."""
    if not policy.services or (policy.banner.look == "none" and not consent.decided):
        return UNKNOWN
    if not consent.decided:
        return ""
    if not consent.services:
        return "refused"
    return "given" if consent.services >= policy.services.keys() else "partly"

"""What a visitor has chosen, as the rest of the program asks about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Consent:
    """One visitor's answer under one policy. Without a decision nothing is allowed."""

    decided: bool = False
    services: frozenset[str] = frozenset()  # ids of the services given
    purposes: frozenset[str] = frozenset()  # ids of purposes of which every service was given
    day: int = 0  # days since 1970-01-01 UTC on which the decision was made
    id: str = ""  # random, present only where something was given

    def allows(self, purpose_or_service: str) -> bool:
        """Whether the purpose (all of it) or the single service was given."""
        return purpose_or_service in self.purposes or purpose_or_service in self.services


UNDECIDED = Consent()

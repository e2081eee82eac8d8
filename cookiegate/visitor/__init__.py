"""Who comes in: address, scheme, language and browser of a visitor, and no more of them than is needed."""

from __future__ import annotations

from .address import truncate
from .agent import AGENT_LENGTH, Agent, describe
from .language import choose, prefer
from .request import TrustedProxies, client_address, client_scheme

__all__ = [
    "AGENT_LENGTH",
    "Agent",
    "TrustedProxies",
    "choose",
    "client_address",
    "client_scheme",
    "describe",
    "prefer",
    "truncate",
]

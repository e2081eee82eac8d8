"""What visitors have chosen: the choice, the signed cookie that carries it, and the record that proves it."""

from .choice import UNDECIDED, Consent
from .decide import DECISIONS, decide, describe
from .record import FIRST_DIGEST, ConsentRecord, chain_digest
from .token import Token

__all__ = [
    "DECISIONS",
    "FIRST_DIGEST",
    "UNDECIDED",
    "Consent",
    "ConsentRecord",
    "Token",
    "chain_digest",
    "decide",
    "describe",
]

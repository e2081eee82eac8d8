"""The consent record: what is kept so that a decision can be demonstrated (GDPR art. 7(1)).

Structured after ISO/IEC TS 27560; states are named as in the W3C Data Privacy Vocabulary.
No address, no page, no user agent: nothing that would join it to the visit log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

FIRST_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    time: int  # milliseconds since 1970-01-01 UTC, from this server's clock
    event: str  # given, partly-given, refused, withdrawn
    states: Mapping[str, str]  # purpose → given, partly-given, refused or withdrawn
    services: tuple[str, ...]  # ids of the services given, sorted
    method: str  # banner:accept, banner:refuse, settings:save, settings:withdraw, placeholder:<service>
    language: str  # BCP 47 tag in which the visitor was asked
    policy_version: str
    banner: str  # SHA-256 of the words shown, hex
    validity_days: int
    gpc: bool = False  # the browser sent Sec-GPC: 1
    consent_id: str = ""  # random; empty where nothing was given or held before

    def payload(self) -> bytes:
        """Canonical JSON (sorted keys, no spaces, UTF-8): what the digest covers."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chain_digest(previous: bytes, payload: bytes) -> bytes:
    """Digest of a ledger row: SHA-256 over the row before it and its own payload."""
    return hashlib.sha256(previous + payload).digest()

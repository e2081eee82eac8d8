"""The consent record: what is kept so that a decision can be demonstrated (GDPR art. 7(1)).

Structured after ISO/IEC TS 27560; states are named as in the W3C Data Privacy Vocabulary. In two parts: what was
decided, and whose decision it was and just when. The second is committed to by the first and can be taken away from it,
so that what is left singles nobody out (GDPR art. 17, recital 26). Neither holds an address, a page or a user agent:
nothing that would join it to the visit log.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .leaf import RecordKind, canonical, commit

SCHEMA = 1
RECTIFIED = "rectified"  # the event of a record that says what is wrong with another (GDPR art. 16)
_MINUTE = 60_000  # milliseconds
_HOUR = 3_600_000

_quote = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps() would make an encoder for each decision


class Sealed(NamedTuple):
    """A record as it is stored, and what the ledger says of it."""

    kind: RecordKind  # of the leaf
    hour: int  # since 1970-01-01 UTC
    event: str
    commitment: bytes
    salt: bytes
    payload: bytes  # canonical JSON
    person_salt: bytes | None
    person: bytes | None  # canonical JSON {"consent_id", "time"}, where there is an id


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    time: int  # milliseconds since 1970-01-01 UTC, from this server's clock
    event: str  # given, partly-given, refused, withdrawn
    states: Mapping[str, str]  # purpose → given, partly-given, refused or withdrawn
    services: tuple[str, ...]  # ids of the services given, sorted
    method: str  # banner:accept, banner:refuse-new, settings:save, settings:withdraw, placeholder:<service>
    language: str  # BCP 47 tag in which the visitor was asked
    policy_version: str  # under which the answer was heard
    banner: str  # SHA-256 of what was shown, hex; "" for a page of an older policy, which can only take back
    validity_days: int
    gpc: bool = False  # the browser sent Sec-GPC: 1
    consent_id: str = ""  # random; empty where nothing was given or held before

    def seal(self, randomness: bytes) -> Sealed:
        """The record in its two parts under fresh salts: `randomness` has 64 bytes, used nowhere else.

        Who has no id, since nothing was given, has no second part: then the time stands in the first, to the minute.
        """
        states = tuple(self.states.items())
        what = (self.event, states, self.services, self.method, self.language, self.policy_version)
        before, behind = _frame(*what, self.banner, self.validity_days, self.gpc, bool(self.consent_id))
        salt, person_salt, person = randomness[:32], None, None
        if self.consent_id:
            person_salt = randomness[32:64]
            person = canonical_person(self.consent_id, self.time)
            filled = b64encode(commit(person_salt, person))
        else:
            filled = b"%d" % (self.time - self.time % _MINUTE)
        payload = before + filled + behind
        kind: RecordKind = "withdraw" if self.event == "withdrawn" else "decision"
        commitment = commit(salt, payload)
        return Sealed(kind, self.time // _HOUR, self.event, commitment, salt, payload, person_salt, person)


def canonical_person(consent_id: str, time: int) -> bytes:
    """The second part of a record: whose decision it was, and when, in milliseconds since 1970-01-01 UTC."""
    return b'{"consent_id":%b,"time":%d}' % (_quote(consent_id).encode(), time)


def find_subject(index_key: bytes, consent_id: str) -> bytes:
    """The keyed hash under which the records of a consent id are found: 16 bytes."""
    return hmac.digest(index_key, consent_id.encode(), "sha256")[:16]


@lru_cache(maxsize=1024)
def _frame(
    event: str,
    states: tuple[tuple[str, str], ...],
    services: tuple[str, ...],
    method: str,
    language: str,
    policy_version: str,
    banner: str,
    validity_days: int,
    gpc: bool,
    personal: bool,
) -> tuple[bytes, bytes]:
    """The first part around what differs from one visitor to the next: few visitors decide what nobody did before."""
    said = {
        "banner": banner,
        "event": event,
        "gpc": gpc,
        "language": language,
        "method": method,
        "policy_version": policy_version,
        "schema": SCHEMA,
        "services": list(services),
        "states": dict(states),
        "validity_days": validity_days,
    }
    if personal:
        before, behind = canonical(said | {"person": ""}).split(b'"person":""')
        return before + b'"person":"', b'"' + behind
    before, behind = canonical(said | {"time": 0}).split(b'"time":0')
    return before + b'"time":', behind

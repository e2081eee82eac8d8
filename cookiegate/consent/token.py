"""The choice as a signed cookie: sealed when someone decides, opened on every request.

Value: `format~policy~day~services~id.signature`, where services is a number in hex with one bit for each service that
the policy asks about, in the order of their ids: the policy's version stands for exactly these. So it stays short
however many are chosen. It holds the choice and nothing else; everyone who refuses on the same day carries the same
bytes, so a refusal identifies nobody (Act 917/2014 section 205(3)).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from ..policy import Policy
from .choice import UNDECIDED, Consent
from .decide import find_whole
from .once import Once

_FORMAT = "1"
_SHAPE = re.compile(r"1~([0-9a-f]{12})~([0-9]{1,6})~([0-9a-f]+)~([A-Za-z0-9_-]{0,22})")
_LONGEST = 256  # characters; nothing we sealed is longer, so nothing longer is looked at
_KEPT = 4096  # verified values remembered


class Token:
    """Seals and opens choices under one policy. The first secret signs, every secret verifies."""

    def __init__(self, policy: Policy, secrets: Sequence[str]) -> None:
        self._policy = policy
        self._ids = sorted(policy.services)
        # itsdangerous signs with the last key of a list
        self._signer = Signer(list(reversed(secrets)), salt="cookiegate.choice", digest_method=hashlib.sha256)
        self._opened: dict[bytes, Consent] = {}
        self.once = Once(policy.services, secrets)

    def seal(self, consent: Consent) -> str:
        """The cookie's value for this consent."""
        given = sum(1 << bit for bit, id in enumerate(self._ids) if id in consent.services)
        parts = (_FORMAT, self._policy.version, str(consent.day), f"{given:x}", consent.id)
        return self._signer.sign("~".join(parts)).decode()

    def open(self, value: bytes, today: int) -> Consent:
        """The consent in a cookie's value; UNDECIDED for anything forged, expired, foreign or cut short."""
        consent = self._opened.get(value)
        if consent is None:
            consent = self._verify(value)
            if len(self._opened) >= _KEPT:
                self._opened.clear()
            self._opened[value] = consent
        # the clock moves while a verified value is remembered, so its age is judged each time
        if not consent.decided or not 0 <= today - consent.day + 1 <= self._policy.consent.validity_days:
            return UNDECIDED
        return consent

    def identify(self, value: bytes) -> str:
        """The consent id in a value that we signed under any policy, however old; "" where there is none."""
        found = self._read(value)
        return found[4] if found else ""

    def _verify(self, value: bytes) -> Consent:
        found = self._read(value)
        if not found or found[1] != self._policy.version:
            return UNDECIDED
        given = int(found[3], 16)
        if given >> len(self._ids):
            return UNDECIDED
        services = frozenset(id for bit, id in enumerate(self._ids) if given >> bit & 1)
        return Consent(True, services, find_whole(self._policy, services), int(found[2]), found[4])

    def _read(self, value: bytes) -> re.Match[str] | None:
        if len(value) > _LONGEST:
            return None
        try:
            said = self._signer.unsign(value)
            _, _, signature = value.rpartition(b".")
            # base64 has several spellings of the same bytes; we wrote one
            if base64_encode(base64_decode(signature)) != signature:
                return None
            return _SHAPE.fullmatch(said.decode("ascii"))
        except (BadData, UnicodeDecodeError):
            return None

"""The choice as a signed cookie: sealed when someone decides, opened on every request.

Value: `version~policy~day~purposes~services~id.signature`. It holds the choice and nothing else; everyone who
refuses on the same day carries the same bytes, so a refusal identifies nobody (Act 917/2014 section 205(3)).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer

from ..policy import Policy
from .choice import UNDECIDED, Consent

_FORMAT = "1"
_SHAPE = re.compile(r"1~([0-9a-f]{12})~([0-9]{1,6})~([a-z0-9+-]*)~([a-z0-9+-]*)~([A-Za-z0-9_-]{0,22})")
_LONGEST = 1024  # characters; nothing we sealed is longer, so nothing longer is looked at
_KEPT = 4096  # verified values remembered


class Token:
    """Seals and opens choices under one policy. The first secret signs, every secret verifies."""

    def __init__(self, policy: Policy, secrets: Sequence[str]) -> None:
        self._policy = policy
        # itsdangerous signs with the last key of a list
        self._signer = Signer(list(reversed(secrets)), salt="cookiegate.choice", digest_method=hashlib.sha256)
        self._opened: dict[bytes, Consent] = {}

    def seal(self, consent: Consent) -> str:
        """The cookie's value for this consent."""
        whole = sorted(consent.purposes & {purpose.id for purpose in self._policy.purposes})
        covered = {each.id for purpose in self._policy.purposes if purpose.id in whole for each in purpose.services}
        single = sorted(consent.services - covered)
        parts = (_FORMAT, self._policy.version, str(consent.day), "+".join(whole), "+".join(single), consent.id)
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
        return found[5] if found else ""

    def _verify(self, value: bytes) -> Consent:
        found = self._read(value)
        if not found or found[1] != self._policy.version:
            return UNDECIDED
        purposes = frozenset(found[3].split("+")) - {""}
        services = set(found[4].split("+")) - {""}
        for purpose in self._policy.purposes:
            if purpose.id in purposes:
                services |= {service.id for service in purpose.services}
        if not services <= self._policy.services.keys() or not purposes <= {each.id for each in self._policy.purposes}:
            return UNDECIDED
        return Consent(True, frozenset(services), purposes, int(found[2]), found[5])

    def _read(self, value: bytes) -> re.Match[str] | None:
        if len(value) > _LONGEST:
            return None
        try:
            return _SHAPE.fullmatch(self._signer.unsign(value).decode("ascii"))
        except (BadSignature, UnicodeDecodeError):
            return None

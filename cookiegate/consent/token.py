"""The choice as a signed cookie: sealed when someone decides, opened on every request.

Value: `format~controller~day~given~refused~partly~id.signature`. Given and refused are the names of the questions that
were answered so (see `questions`), one after the other; partly are those of a whole purpose of which some services were
given, each with its bits. It holds the choice and nothing else; everyone who refuses on the same day under the same
policy carries the same bytes, so a refusal identifies nobody (Act 917/2014 section 205(3)).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from ..policy import Policy
from .choice import UNDECIDED, Consent
from .decide import find_whole
from .once import Once
from .questions import NAME, Answers, Questions

_FORMAT = "2"
_WORD = f"[A-Za-z0-9_-]{{{NAME}}}"
_SHAPE = re.compile(
    f"{_FORMAT}~({_WORD})~([0-9]{{1,6}})~((?:{_WORD})*)~((?:{_WORD})*)~((?:{_WORD}[0-9a-f]+[.]?)*)~([A-Za-z0-9_-]{{0,22}})"
)
_LONGEST = 380  # characters, and with its name and an equals sign 400; nothing longer is looked at
_SIGNATURE = 44  # characters, with its point
_KEPT = 4096  # verified values remembered


class Token:
    """Seals and opens choices under one policy. The first secret signs, every secret verifies."""

    def __init__(self, policy: Policy, secrets: Sequence[str]) -> None:
        self._policy = policy
        self._questions = Questions(policy)
        # itsdangerous signs with the last key of a list
        self._signer = Signer(list(reversed(secrets)), salt="cookiegate.choice", digest_method=hashlib.sha256)
        self._opened: dict[bytes, Consent] = {}
        self.once = Once(policy.services, secrets)

    def seal(self, consent: Consent) -> str:
        """The cookie's value for this consent. What finds no room is as if it had not been answered."""
        kept: dict[str, list[str]] = {field: [] for field in Answers._fields}
        room = _LONGEST - _SIGNATURE - len(self._write(consent, kept))
        for field, said in self._questions.write(consent):
            room -= len(said) + (field == "partly")
            if room < 0:
                break
            kept[field].append(said)
        return self._signer.sign(self._write(consent, kept)).decode()

    def open(self, value: bytes, today: int) -> Consent:
        """The consent in a cookie's value; UNDECIDED for anything forged, expired, of another company or cut short."""
        if len(value) > _LONGEST:
            return UNDECIDED  # and nothing is remembered of it
        consent = self._opened.get(value)
        if consent is None:
            consent = self._verify(value)
            if len(self._opened) >= _KEPT:
                self._opened.clear()
            self._opened[value] = consent
        # the clock moves while a verified value is remembered, so its age is judged each time
        if not 0 <= today - consent.day + 1 <= self._policy.consent.validity_days:
            return UNDECIDED
        return consent

    def identify(self, value: bytes) -> str:
        """The consent id in a value that we signed under any policy, however old; "" where there is none."""
        found = self._read(value)
        return found[6] if found else ""

    def _write(self, consent: Consent, said: Mapping[str, Iterable[str]]) -> str:
        given, refused, partly = (sorted(said[field]) for field in Answers._fields)
        answers = ("".join(given), "".join(refused), ".".join(partly))
        return "~".join((_FORMAT, self._questions.controller, str(consent.day), *answers, consent.id))

    def _verify(self, value: bytes) -> Consent:
        found = self._read(value)
        if not found or found[1] != self._questions.controller:
            return UNDECIDED
        answers = Answers(_split(found[3]), _split(found[4]), frozenset(filter(None, found[5].split("."))))
        services, unanswered = self._questions.read(answers)
        given, refused = self._questions.keep_others(answers)
        return Consent(
            decided=not unanswered,
            services=services,
            purposes=find_whole(self._policy, services),
            day=int(found[2]),
            id=found[6],
            unanswered=unanswered,
            given_elsewhere=given,
            refused_elsewhere=refused,
        )

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


def _split(names: str) -> frozenset[str]:
    return frozenset(names[at : at + NAME] for at in range(0, len(names), NAME))

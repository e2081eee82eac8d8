"""Our own cookies: names, attributes, and finding the choice among what a browser sends.

Set by HTTP and out of reach of scripts, so that no browser cuts their life short as it does with script-written ones.
"""

from __future__ import annotations

from .consent import ONCE, UNDECIDED, Consent, Token
from .gate import expire_cookies, read_cookies
from .policy import OBJECTION_DAYS, Policy, shared_domain


class OwnCookies:
    """The names and attributes that one site's policy implies."""

    def __init__(self, policy: Policy, token: Token) -> None:
        self._token = token
        self._domain = shared_domain(policy.site.hosts) if policy.consent.scope == "domain" else ""
        self._validity = policy.consent.validity_days
        self._secure = b"__Secure-cookiegate" if self._domain else b"__Host-cookiegate"

    def name(self, secure: bool) -> bytes:
        """Over TLS a prefixed name that only TLS can set; on plain http (localhost, above all) a plain one."""
        return self._secure if secure else b"cookiegate"

    def read(self, header: bytes, secure: bool, today: int) -> Consent:
        """The visitor's consent by a Cookie header; UNDECIDED where it carries none that is ours and in force."""
        wanted = self.name(secure)
        if wanted not in header:
            return UNDECIDED
        choice = UNDECIDED
        for name, value in read_cookies(header):
            if name == wanted:
                choice = _prefer(choice, self._token.open(value, today))
        return choice

    def identify(self, header: bytes, secure: bool) -> str:
        """The consent id by a Cookie header, also from a choice that is no longer in force."""
        wanted = self.name(secure)
        ids = (self._token.identify(value) for name, value in read_cookies(header) if name == wanted)
        return next(filter(None, ids), "")

    def expire_others(self, host: str, secure: bool) -> list[bytes]:
        """Set-Cookie values against a choice that a policy with other hosts left beside ours, on another Domain."""
        if not self._domain:
            return []
        current = self._domain.encode()
        places = expire_cookies([self.name(secure)], host, "/")
        return [place for place in places if place.partition(b"; Domain=")[2].partition(b";")[0] != current]

    def objects(self, header: bytes, secure: bool, signalled: bool) -> bool:
        """Whether the visitor objects to the visit log (GDPR art. 21(1)): what they said here, or else the browser."""
        wanted = _objection_name(secure)
        said = {value for name, value in read_cookies(header) if name == wanted} if wanted in header else ()
        return b"1" in said or (signalled and b"0" not in said)

    def remember(self, consent: Consent, secure: bool, today: int) -> str:
        """The Set-Cookie value for a choice."""
        name, value = self.name(secure).decode(), self._token.seal(consent)
        domain = f"; Domain={self._domain}" if self._domain else ""
        age = (consent.day + self._validity - today) * 86_400
        return f"{name}={value}; Path=/; Max-Age={age}{domain}{_attributes(secure)}"

    def remember_objection(self, objects: bool, secure: bool, signalled: bool) -> str:
        """Who allows the log again although the browser objects is remembered too: nothing else would tell."""
        age = OBJECTION_DAYS * 86_400 if objects or signalled else 0
        value = int(objects or not signalled)
        return f"{_objection_name(secure).decode()}={value}; Path=/; Max-Age={age}{_attributes(secure)}"

    def read_once(self, header: bytes, secure: bool) -> bytes:
        """What a Cookie header says the visitor asked for this once, not yet believed; b"" for nothing."""
        wanted = _once_name(secure)
        if wanted not in header:
            return b""
        return next((value for name, value in read_cookies(header) if name == wanted), b"")

    def open_once(self, value: bytes, path: str, now: float) -> str:
        """The service that was asked for on the page at `path`, or ""."""
        return self._token.once.open(value, path, int(now // 60))

    def remember_once(self, service: str, path: str, now: float, secure: bool) -> str:
        """The Set-Cookie value for a service that is to be loaded on the page at `path` this once."""
        value = self._token.once.seal(service, path, int(now // 60))
        return f"{_once_name(secure).decode()}={value}; Path=/; Max-Age={ONCE.seconds}{_attributes(secure)}"

    def end_once(self, secure: bool) -> str:
        return f"{_once_name(secure).decode()}=; Path=/; Max-Age=0{_attributes(secure)}"


def _prefer(one: Consent, other: Consent) -> Consent:
    """Of two choices sent at once, the newer; of the same day, that which gives less."""
    if one is UNDECIDED or other is UNDECIDED:
        return other if one is UNDECIDED else one
    return max(one, other, key=lambda choice: (choice.day, -len(choice.services)))


def _once_name(secure: bool) -> bytes:
    return b"__Host-cookiegate-once" if secure else b"cookiegate-once"


def _objection_name(secure: bool) -> bytes:
    return b"__Host-cookiegate-objection" if secure else b"cookiegate-objection"


def _attributes(secure: bool) -> str:
    return "; SameSite=Lax; HttpOnly" + ("; Secure" if secure else "")

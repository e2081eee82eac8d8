"""From requests to what services are told of them: the front of this chapter, one for each gate."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from ..consent import Consent
from ..errors import SettingsError
from ..policy import GOOGLE, MATOMO, Forwarding, Policy
from ..register import Register
from . import google, matomo
from .header import MOST_EVENTS, read_header
from .occasion import Occasion, read_agent
from .sender import Sender
from .targets import Target

_log = logging.getLogger("cookiegate.forwarding")

_SETTINGS = {GOOGLE: "COOKIEGATE_GOOGLE_ANALYTICS_SECRET", MATOMO: "COOKIEGATE_MATOMO_TOKEN"}
_WHERE = {
    GOOGLE: "make one in Google Analytics (Admin > Data streams > Measurement Protocol API secrets)",
    MATOMO: "make one in Matomo (Administration > Personal > Security), for a user with write permission",
}


class Place(NamedTuple):
    """A page of the site."""

    host: str
    path: str  # decoded
    query: str


class Forwarder:
    """Tells the services that the policy has with `mode = "server"` of those who agreed to them."""

    def __init__(self, policy: Policy, register: Register, secrets: Mapping[str, str]) -> None:
        """`secrets` by service. Raises SettingsError where one is missing that a service cannot do without."""
        self._policy = policy
        self._register = register
        self._targets = {id: _make_target(id, each, secrets.get(id, "")) for id, each in policy.forwarded.items()}
        self._services = frozenset(policy.forwarded)
        self._senders: dict[int, Sender | None] = {}  # by process, since threads are not forked; None: closed
        self._bad_headers = 0
        register.also_close(self.close)

    def meet(
        self, consent: Consent, headers: Mapping[bytes, bytes], place: Place, *, secure: bool, address: str
    ) -> Occasion | None:
        """What may be told of a request; None where its visitor agreed to no service that is told from here.

        `address` comes whole; it is reduced before anything is kept.
        """
        services = consent.services & self._services
        if not services or not consent.id:
            return None
        self._start()
        known = place.host if place.host in self._policy.site.hosts else self._policy.site.hosts[0]
        agent, language = read_agent(headers)
        return Occasion(
            policy=self._policy,
            send=self._register.forward,
            consent_id=consent.id,
            services=tuple(sorted(services)),
            base=f"{'https' if secure else 'http'}://{known}",
            path=place.path,
            query=place.query,
            referrer=headers.get(b"referer", b"").decode("latin-1"),
            agent=agent,
            language=language,
            address=address,
        )

    def tell_named(self, occasion: Occasion, lines: Iterable[bytes]) -> None:
        """What the website said in `Cookiegate-Event` lines. One that cannot be told says nothing, and the log why."""
        told = 0
        for line in lines:
            try:
                for name, parameters in read_header(line):
                    told += 1
                    if told > MOST_EVENTS:
                        raise ValueError(f"more than {MOST_EVENTS} events in one response")
                    occasion.tell(name, parameters)
            except ValueError as error:
                self._bad_headers += 1
                if self._bad_headers & (self._bad_headers - 1) == 0:  # the 1st, 2nd, 4th, …: not one for each visitor
                    _log.warning("a Cookiegate-Event header was left out, %d so far: %s", self._bad_headers, error)

    def health(self) -> dict[str, dict[str, int | str]]:
        """How it stands with each service."""
        self._start()
        sender = self._senders[os.getpid()]
        return sender.health() if sender else {}

    def close(self) -> None:
        """Send nothing more; what waits does so for the next start."""
        sender = self._senders.get(os.getpid())
        self._senders[os.getpid()] = None
        if sender:
            sender.close()

    def _start(self) -> None:
        process = os.getpid()
        if process not in self._senders:
            sender = Sender(self._register.open_outbox(), self._targets)
            if self._senders.setdefault(process, sender) is sender:
                sender.start()


def _make_target(id: str, forwarding: Forwarding, secret: str) -> Target:
    if id == GOOGLE:
        _require(secret, id, 'mode = "server"')
        return Target(google.MOST, google.HOURS, False, partial(google.write_request, forwarding, secret), lambda _: 0)
    if forwarding.address:
        _require(secret, id, 'address = "truncated"')
    hours = matomo.HOURS if secret else matomo.HOURS_WITHOUT_TOKEN
    return Target(matomo.MOST, hours, True, partial(matomo.write_request, forwarding, secret), matomo.read_invalid)


def _require(secret: str, id: str, because: str) -> None:
    if not secret:
        raise SettingsError(
            f"{_SETTINGS[id]} is not set, and [services.{id}] {because} needs it; {_WHERE[id]} and give it to this "
            "service in the environment, not in git"
        )

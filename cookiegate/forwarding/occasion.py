"""One request of a visitor who agreed to services that are told from here, and what they are told of it.

Reduced as visits are, before it is queued (GDPR art. 5(1)(c)): no query but campaign parameters and those the policy
lists, no e-mail address, no page of another site, and of the address nothing or its network.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from ..policy import Policy
from ..register import Event, reduce_path, reduce_referrer, reduce_value
from ..visitor import AGENT_LENGTH, truncate
from .names import Parameters, require_event

_LONGEST_PAGE = 1000  # characters of an address: what Google Analytics keeps of one
_LONGEST_KEY = 40
_LONGEST_LANGUAGE = 64
_IN_A_PATH = "/[]~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who does it, and where. `send` queues an event, and waits for nothing."""

    policy: Policy
    send: Callable[[Event], bool]
    consent_id: str
    services: tuple[str, ...]  # that are to be told
    base: str  # "https://www.example.test"
    path: str  # decoded
    query: str
    referrer: str  # as the browser sent it
    agent: str
    language: str
    address: str  # whole; in memory only

    def view(self) -> None:
        """A page was shown."""
        self._tell("page_view", {})

    def tell(self, name: str, parameters: Parameters) -> None:
        """Something happened. Raises ValueError for what cannot be told to anybody."""
        self._tell(name, require_event(name, parameters))

    def _tell(self, name: str, parameters: dict[str, object]) -> None:
        now = int(time.time() * 1000)
        events = [Event(service, self.consent_id, now, self._write(service, name, parameters))
                  for service in self.services]  # fmt: skip
        for event in events:
            self.send(event)

    def _write(self, service: str, name: str, parameters: dict[str, object]) -> str:
        forwarding, visits = self.policy.forwarded[service], self.policy.visits
        network = truncate(self.address, visits.ipv4_bits, visits.ipv6_bits) if forwarding.address else ""
        said: dict[str, object] = {
            "name": name,
            "page": self._write_page(forwarding.query),
            "referrer": reduce_referrer(self.referrer, self.policy.site.hosts)[0],
            "agent": self.agent,
            "language": self.language,
            "address": network.partition("/")[0],
            "parameters": parameters,
        }
        return json.dumps({key: value for key, value in said.items() if value}, sort_keys=True, ensure_ascii=False)

    def _write_page(self, wanted: tuple[str, ...]) -> str:
        """Its address, reduced, and cut where it would be longer than services take."""
        page = self.base
        for letter in reduce_path(self.path):
            piece = quote(letter, safe=_IN_A_PATH)
            if len(page) + len(piece) > _LONGEST_PAGE:
                return page
            page += piece
        mark = "?"
        for key, value in self._list_parameters(wanted):
            piece = f"{mark}{urlencode({key: value})}"
            if len(page) + len(piece) > _LONGEST_PAGE:
                break
            page, mark = page + piece, "&"
        return page

    def _list_parameters(self, wanted: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        try:
            pairs = parse_qsl(self.query, max_num_fields=100)
        except ValueError:
            return
        for key, value in pairs:
            reduced = reduce_value(value)
            named = len(key) <= _LONGEST_KEY and reduce_value(key) == key and "[email]" not in reduced
            if named and (key in wanted or key.startswith("utm_")):
                yield key, reduced


def read_agent(headers: Mapping[bytes, bytes]) -> tuple[str, str]:
    """Browser and languages as they name themselves, cut."""
    agent = _decode(headers.get(b"user-agent", b"")[:AGENT_LENGTH])
    language = _decode(headers.get(b"accept-language", b""))
    if len(language) > _LONGEST_LANGUAGE:
        language = language[:_LONGEST_LANGUAGE].rpartition(",")[0]
    return agent, language


def _decode(value: bytes) -> str:
    text = value.decode("latin-1")
    return "".join(letter for letter in text if " " <= letter <= "~")


_occasion: ContextVar[Occasion | None] = ContextVar("cookiegate.occasion", default=None)


def begin(occasion: Occasion | None) -> Token[Occasion | None]:
    """From now on `report` is about this request."""
    return _occasion.set(occasion)


def end(token: Token[Occasion | None]) -> None:
    _occasion.reset(token)


def report(name: str, parameters: Parameters | None = None) -> bool:
    """Tell the services that the site's server tells, and that this visitor agreed to, that something happened:
    `cookiegate.report("sign_up", {"method": "web"})`, while their request is being answered.

    False where there is none of them, and nothing was told. Raises ValueError for a name or a parameter that cannot be
    told, also then: a mistake in a program must not show only with visitors who agree.
    """
    occasion = _occasion.get()
    checked = require_event(name, parameters or {})
    if occasion is None:
        return False
    occasion.tell(name, checked)
    return True

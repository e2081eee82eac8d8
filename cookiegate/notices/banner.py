"""What stands in the visitor's page: the first layer, the control that reopens it, and a frame's placeholder.

All of it is rendered once, at start. A request only fills in where it came from, what was chosen and the nonce.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import escape

from ..consent import Consent, list_asked_anew
from ..policy import Policy, Service
from .assets import Asset
from .texts import Texts

# Services without which a form cannot be sent; captcha.js knows where each of them stands.
CAPTCHAS = ("recaptcha", "hcaptcha", "cloudflare-turnstile")
# in the order in which `control` fills them in
SLOTS = ("services", "purposes", "nonce", "return_to", "query", "said", "asked")
_KEPT = 256  # states in which something is said that depends on more than the variant


class Variant(NamedTuple):
    """The ways in which a control differs before anything of the request is filled in."""

    decided: bool
    given: bool
    anew: bool  # others were answered before: only what is new is asked for
    inline: bool


VARIANTS = tuple(
    Variant(decided, given, anew, inline)
    for decided, given, anew in (
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (False, False, True),
        (False, True, True),
    )
    for inline in (True, False)
)


class Pattern(NamedTuple):
    """A control with gaps: its fixed parts, and how they and what is filled in follow each other."""

    fixed: tuple[bytes, ...]
    arrange: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]


class Banner:
    """One language's controls and placeholders."""

    def __init__(
        self, policy: Policy, texts: Texts, templates: Environment, css: Asset, page_css: Asset, js: Asset, prefix: str
    ) -> None:
        services = policy.services.values()
        self._policy = policy
        self._texts = texts
        self._said: dict[tuple[frozenset[str], frozenset[str]], tuple[bytes, bytes]] = {}
        # A policy text can hold anything but cannot guess these.
        marks = {slot: secrets.token_hex(16) for slot in SLOTS}
        render_control = templates.get_template("banner.html").render
        self._controls: dict[tuple[bool, bool, bool, bool], Pattern] = {
            variant: _cut(
                render_control(
                    policy=policy,
                    t=texts,
                    slot=marks,
                    prefix=prefix,
                    css=css,
                    js=js,
                    look=policy.banner.look,
                    # A site that asks for nothing may leave the question out: only the way to the settings remains.
                    decided=variant.decided or policy.banner.look == "none",
                    given=variant.given,
                    anew=variant.anew,
                    inline=variant.inline,
                    purposes=texts.enumerate([texts.mention(purpose) for purpose in policy.purposes]),
                    services=len(services),
                    providers=len({service.provider for service in services}),
                ),
                tuple(marks.values()),
            )
            for variant in VARIANTS
        }
        self._render_placeholder = templates.get_template("placeholder.html").render
        self._always = {"t": texts, "prefix": prefix, "css": page_css, "mark": policy.mark}
        self._placeholders = {
            service.id: self._draw_placeholder(service, _name_service(service)) for service in services
        }
        # Of a service nobody asks about only the name differs: drawn once, with a mark in its place.
        mark = secrets.token_hex(16)
        self._undeclared = self._draw_placeholder(None, mark).split(mark.encode())

    def control(self, consent: Consent, return_to: str, nonce: str, inline: bool) -> bytes:
        address, query = _escape_address(return_to)
        # Ids are words of ASCII (the policy file is checked for it) and a nonce is base64: neither needs escaping.
        services = " ".join(sorted(consent.services)).encode("ascii")
        purposes = " ".join(sorted(consent.purposes)).encode("ascii")
        anew = not consent.decided and bool(consent.unanswered)
        given = bool(consent.services) and (consent.decided or anew)
        fixed, arrange = self._controls[consent.decided, given, anew, inline]
        said, asked = self._say(consent)
        mark = f' nonce="{nonce}"'.encode("ascii") if nonce else b""
        return b"".join(arrange((services, purposes, mark, address, query, said, asked, *fixed)))

    def _say(self, consent: Consent) -> tuple[bytes, bytes]:
        """What the banner says beyond the usual, and fields that name the services it asks for anew."""
        state = (consent.unanswered, consent.signalled)
        known = self._said.get(state)
        if known is None:
            if len(self._said) >= _KEPT:
                self._said.clear()
            known = self._said[state] = self._write(consent)
        return known

    def _write(self, consent: Consent) -> tuple[bytes, bytes]:
        asked = list_asked_anew(self._policy, consent)
        words = [self._texts.say_new(self._policy, asked, "anew.ask")] if asked else []
        if consent.signalled:
            words.append(self._texts.say_signalled(self._policy, consent.signalled))
        fields = "".join(f'<input type="hidden" name="service" value="{id}">' for id in sorted(asked))
        return to_ascii(escape("".join(f" {sentence}" for sentence in words))), fields.encode("ascii")

    def placeholder(self, service: Service | None, host: str) -> bytes:
        if service is not None and service.id in self._placeholders:
            return self._placeholders[service.id]
        return str(escape(host)).encode("ascii", "xmlcharrefreplace").join(self._undeclared)

    def _draw_placeholder(self, service: Service | None, name: str) -> bytes:
        needed = service is not None and service.id in CAPTCHAS
        return to_ascii(self._render_placeholder(self._always, service=service, name=name, needed=needed))


def to_ascii(html: str) -> bytes:
    """HTML without empty lines, other characters as numeric references: right in a page of any charset."""
    return re.sub(r"\n\s*\n", "\n", html).encode("ascii", "xmlcharrefreplace")


def _name_service(service: Service) -> str:
    if service.provider in ("", service.name):
        return service.name
    return f"{service.name} ({service.provider})"


def _cut(html: str, marks: Sequence[str]) -> Pattern:
    pieces = re.split(f"({'|'.join(marks)})", html)
    fixed = tuple(to_ascii(piece) for piece in pieces[::2])
    # The pieces in their order: a mark is one of the values filled in, the text after it the next fixed part.
    order = [marks.index(piece) if n % 2 else len(marks) + n // 2 for n, piece in enumerate(pieces)]
    return Pattern(fixed, itemgetter(*order))


@lru_cache(maxsize=512)
def _escape_address(return_to: str) -> tuple[bytes, bytes]:
    """A page's address as an attribute's value and as a query's value."""
    query = quote(return_to, safe="/", errors="replace")
    return str(escape(return_to)).encode("ascii", "xmlcharrefreplace"), query.encode("ascii")

"""The story of one request, top to bottom. Holds no rule of its own: each step asks the chapter that knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path

from .asking import Visitor
from .consent import UNDECIDED, Consent, Token
from .cookie import OwnCookies
from .endpoints import Endpoints
from .exchange import Application, GatedSend, Message, Receive, Scope, Send, logger, read_visit
from .forwarding import Forwarder, begin, end
from .gate import Rules, Validators, expire_cookies
from .insertions import Composer
from .notices import Notices
from .once import OncePages
from .passage import Passages
from .policy import GOOGLE, MATOMO, Policy, find_doubts, load_policy
from .quota import find_network
from .refusal import Places, keep_out_of_caches, refuse_path
from .register import Register
from .requests import adapt_request, read_headers, read_host
from .settings import Settings, load_settings
from .signals import GPC_PLACE, Signal, Signals
from .viewing import meet_request
from .visitor import TrustedProxies, choose, client_address, client_scheme
from .witness import Witness

_current: ContextVar[Consent] = ContextVar("cookiegate.consent", default=UNDECIDED)


def current() -> Consent:
    """The consent of the visitor whose request is being answered; undecided outside a request."""
    return _current.get()


class CookieGate:
    """A gate around an ASGI application: `CookieGate(app, policy="cookiegate.toml")`.

    Raises PolicyError with every problem of the policy, SettingsError where the secret is missing. The consent of a
    request is `request.state.consent`, or `cookiegate.current()`. `clock` gives seconds since 1970-01-01 UTC.
    """

    def __init__(
        self,
        app: Application,
        *,
        policy: str | Path | Policy = "cookiegate.toml",
        settings: Settings | None = None,
        prefix: str = "/_cookiegate",
        signals: Sequence[Signal] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self.policy = policy if isinstance(policy, Policy) else load_policy(policy)
        settings = settings or load_settings()
        self._languages = self.policy.site.languages
        self._trusted = TrustedProxies(settings.trusted_proxies)
        self._has_proxies = bool(self._trusted)
        self._signals = Signals(self.policy, signals)
        notices = Notices(self.policy, prefix)
        self._rules = Rules(self.policy, prefix, notices.stand_ins)
        self._own = OwnCookies(self.policy, Token(self.policy, settings.secrets))
        self.register = Register(
            settings.store,
            self.policy,
            ledger_key=settings.ledger_key,
            checkpoint=settings.checkpoint,
            witness=settings.witness,
            shown=notices.list_shown,
            clock=clock,
        )
        secrets = {GOOGLE: settings.google_analytics_secret, MATOMO: settings.matomo_token}
        self._forwarder = Forwarder(self.policy, self.register, secrets) if self.policy.forwarded else None
        self._composer = Composer(notices, self._rules)
        own, register, forwarder = self._own, self.register, self._forwarder
        self._endpoints = Endpoints(self.policy, self._rules, own, notices, register, prefix, forwarder)
        self._witness = Witness(self.policy, self._rules, own, self._signals, register, forwarder)
        self._passages = Passages(self._rules, self._own)
        self._once = OncePages(self._rules, self._own)
        self._places = Places()
        self._validators = Validators() if self.policy.gate.unknown == "block" else None
        self._prefix = prefix + "/"
        self._statement = GPC_PLACE if self.policy.signals.gpc else None
        for doubt in find_doubts(self.policy):
            logger.warning("%s", doubt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            ending = scope["type"] == "lifespan"
            await self.app(scope, self._close_at_the_end(receive) if ending else receive, send)
            return
        headers = read_headers(scope)
        peer = scope["client"][0] if scope.get("client") else ""
        trusted = self._has_proxies and peer in self._trusted
        scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
        if trusted:
            scheme = client_scheme(scheme, peer, scope["headers"], self._trusted)
        secure = scheme == "https"
        path = scope["path"]
        now = self.register.now()
        refused = self._signals.read(headers)
        passage = self._passages.find(headers.get(b"cookie", b""), secure, path, refused, now)
        consent, allowance, removed = passage.consent, passage.allowance, passage.removed
        if (path.startswith(self._prefix) or path == self._statement) and scope["type"] == "http":
            language = choose(headers.get(b"accept-language", b""), self._languages)
            address = client_address(peer, scope["headers"], self._trusted)
            visitor = Visitor(consent, secure, language, refused, find_network(address), address)
            await self._endpoints.answer(scope, receive, send, visitor)
            return
        hidden = self._places.judge(scope, allowance)
        if not hidden.allowed:
            await refuse_path(scope, receive, send, hidden)
            return
        if hidden.service in consent.services:
            send = keep_out_of_caches(send)
        visit = read_visit(headers)
        if passage.once and (wider := self._once.widen(passage, scope, headers, visit, now)):
            passage, removed, send = wider, wider.removed, self._once.end(send, secure)
        address = client_address(peer, scope["headers"], self._trusted) if trusted else peer
        state = {"consent": consent, "client_address": address, "client_scheme": scheme, "trusted_peer": trusted}
        scope = adapt_request(scope, headers, passage, visit, state, self._validators)
        expired = expire_cookies(removed, read_host(headers), path) if removed and visit.document else ()
        asked = (scope, headers, passage, visit)
        gated = GatedSend(send, asked, self._composer.compose_for, expired, self._validators)
        occasion = meet_request(self._forwarder, scope, headers, visit) if self._forwarder else None
        token, told = _current.set(consent), begin(occasion)
        try:
            await self.app(scope, receive, gated.send)
        finally:
            _current.reset(token)
            end(told)
            if gated.response is not None:
                self._witness.note(scope, headers, passage, gated.response, gated.status, visit, occasion)

    def _close_at_the_end(self, receive: Receive) -> Receive:
        async def watched() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                self.register.close()
            return message

        return watched

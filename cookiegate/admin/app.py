"""The dashboard as an ASGI application: who asks is known, may ask, and gets a page that no script can run in."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qsl, quote

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from cookiegate.errors import CookiegateError, StoreError
from cookiegate.register import Session, find_session, make_decoy, touch_session
from cookiegate.visitor import choose, client_address, truncate

from .door import Door
from .office import Ask, Office, Refused, go, log
from .rendering import Rendering
from .rights import ANYBODY, OWN, may
from .signin import find_next
from .tables import Page
from .texts import LANGUAGES, load_words
from .ways import WAYS

_LARGEST = 64 * 1024  # bytes of a form: a receipt is some 2 KB
_READERS = 8  # pages that are made at once
_HASHING = 2  # passwords that are hashed at once, of 64 MiB each
_WAITING = 16  # that wait for it; more are sent away
_TOO_LARGE, _TOO_BUSY, _NOT_READ = 413, 503, 400


class Dashboard:
    """An ASGI application of its own; serve it at a port of its own, on loopback or behind a proxy with TLS."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._rendering = Rendering()
        self._reading = anyio.CapacityLimiter(_READERS)
        self._hashing = anyio.CapacityLimiter(_HASHING)
        self._queued = 0  # that are hashed, or wait for it
        self.routes = [Route("/assets/{name}", self._serve_asset)]
        for way in WAYS:
            method, _, path = way.partition(" ")
            self.routes.append(Route(path, self._answer, methods=[method], name=way))
        router = Router(self.routes, redirect_slashes=False, default=self._lose)
        self._app = Door(router, office.public)
        make_decoy()  # or the first name that does not exist would take twice as long

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _serve_asset(self, request: Request) -> Response:
        return self._rendering.serve_style(request.path_params["name"]) or Response(status_code=404)

    async def _lose(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is at no address of ours."""
        ask = self._take_up(Request(scope, receive), "GET ")
        response = self._say(ask, 404, ask.words("message.not_found"))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        route = request.scope.get("route")
        assert isinstance(route, Route)
        ask = self._take_up(request, f"{'POST' if request.method == 'POST' else 'GET'} {route.path}")
        if not all(each.isprintable() for each in ask.path.values()):
            return self._say(ask, 404, ask.words("message.not_found"))
        if request.method == "POST":
            form = await _read_form(request)
            if isinstance(form, int):
                return self._say(ask, form, ask.words("message.bad_form"))
            ask.form = form
        token = request.cookies.get(self._cookie, "")
        if not WAYS[ask.way].hashing:
            return await anyio.to_thread.run_sync(self._serve, ask, token, limiter=self._reading)
        if self._queued >= _HASHING + _WAITING:
            return self._say(ask, _TOO_BUSY, ask.words("message.busy"))
        self._queued += 1
        try:
            return await anyio.to_thread.run_sync(self._serve, ask, token, limiter=self._hashing)
        finally:
            self._queued -= 1

    def _take_up(self, request: Request, way: str) -> Ask:
        language = choose(request.headers.get("accept-language", "").encode("latin-1"), LANGUAGES)
        peer = request.client.host if request.client else ""
        network = truncate(client_address(peer, request.scope["headers"], self.office.proxies), 32, 64)
        return Ask(self.office, way, load_words(language), request.path_params, request.query_params, network=network)

    def _serve(self, ask: Ask, token: str) -> Response:
        """The whole answer, on a thread: the store may take its time."""
        try:
            if token:
                ask.session = self._identify(token, ask.now)
            if ask.session and ask.session.account.language:
                ask.words = load_words(ask.session.account.language)
            return self._refuse(ask) or self._finish(ask, WAYS[ask.way].answer(ask))
        except StoreError:
            log.exception("the dashboard cannot read or write the store")
            return self._say(ask, _TOO_BUSY, ask.words("message.store"))
        except CookiegateError as error:
            return self._show_again(ask, error)

    def _identify(self, token: str, now: float) -> Session | None:
        with self.office.reading() as store:
            found = find_session(store, token, now)
        if found is None:
            self.office.desks.clear(token)
            return None
        session, stale = found
        self.office.desks.find(token, now)  # in use
        if stale:
            touch_session(self.office.store_url, token, now)
        return session

    def _refuse(self, ask: Ask) -> Response | None:
        """Where somebody who may not ask for it is sent; None for who may."""
        if ask.way in ANYBODY:
            return None
        if ask.session is None:
            place = ask.way.removeprefix("GET ")  # none with a case or a name in it: those are not for browsers to keep
            return go(f"/login?next={quote(place)}" if place.startswith("/") and "{" not in place else "/login")
        if not may(ask.account.role, ask.way):
            ask.note("staff refused", what=ask.way)
            return self._say(ask, 403, ask.words("message.not_allowed"))
        if ask.way not in OWN and (ask.account.temporary or self.office.needs_codes(ask.account)):
            return go("/account")
        return None

    def _finish(self, ask: Ask, answer: Response | Page | Session) -> Response:
        if isinstance(answer, Page):
            return self._rendering.render(ask, answer)
        if isinstance(answer, Session):
            response = go(find_next(ask.form.get("next", "")) if ask.way == "POST /login" else "/account?done=changed")
            response.headers["set-cookie"] = self._write_cookie(answer.token)
            return response
        if ask.way == "POST /logout":
            answer.headers["set-cookie"] = self._write_cookie("", "; Max-Age=0")
        return answer

    def _show_again(self, ask: Ask, error: CookiegateError) -> Response:
        """The page of the form that was wrong, with what is wrong on top; else a page that says just that."""
        status, retry = (error.status, error.wait) if isinstance(error, Refused) else (400, 0)
        again = WAYS[ask.way].again
        response = None
        if again and status != 404:
            ask.error, ask.is_english = str(error), not isinstance(error, Refused)
            try:
                shown = again(ask)
                response = self._rendering.render(ask, shown, status) if isinstance(shown, Page) else None
            except CookiegateError:  # what the form was about is gone
                response = None
        response = response or self._say(ask, status, str(error))
        if retry:
            response.headers["retry-after"] = str(retry)
        return response

    def _say(self, ask: Ask, status: int, text: str) -> Response:
        page = Page("message.html", "message.title", (), {"text": text})
        return self._rendering.render(dataclasses.replace(ask, error=""), page, status)

    @property
    def _cookie(self) -> str:
        return "__Host-cookiegate-staff" if self.office.public else "cookiegate-staff"

    def _write_cookie(self, token: str, more: str = "") -> str:
        secure = "; Secure" if self.office.public else ""
        return f"{self._cookie}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{more}"


async def _read_form(request: Request) -> dict[str, str] | int:
    """The fields, the last of each name; the status of the refusal where it is no form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return _TOO_LARGE
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        return _NOT_READ
    try:
        text = body.decode("ascii")
        pairs = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50))
    except ValueError:
        return _NOT_READ
    return _NOT_READ if any("\0" in each for each in pairs.values()) else pairs  # PostgreSQL keeps none

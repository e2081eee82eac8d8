"""Our few addresses under /_cookiegate/: the choice, its settings, the notices, reports, assets and health."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from .blocked import read_blocked
from .consent import Consent, decide, describe
from .cookie import OwnCookies
from .errors import LedgerError, StoreError
from .exchange import Receive, Scope, Send, logger
from .forms import BadRequest, find_own_referrer, is_local, read_body, read_form, read_word, require_same_origin
from .gate import Rules, expire_cookies, filter_cookie_header
from .notices import Notices
from .ownrecords import OwnRecords
from .policy import Policy
from .quota import Quota
from .recording import Recorder
from .register import Register
from .requests import read_host
from .signals import GPC_PLACE, VISIT_LOG, state_gpc

_LARGEST_REPORT = 32_768  # bytes
_OWN_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Pages that a browser fetched before the choice, to show them at the next click without asking again.
_AHEAD = '"prefetchCache", "prerenderCache"'


@dataclass
class Visitor:
    """Who asks, as far as it matters here."""

    consent: Consent
    secure: bool
    language: str
    refused: frozenset[str]  # by the browser's signals
    network: str  # for which a quota counts


class Endpoints:
    """Answers what is below the prefix. A POST counts only from the site itself, so no token and no second cookie."""

    def __init__(
        self, policy: Policy, rules: Rules, own: OwnCookies, notices: Notices, register: Register, prefix: str
    ) -> None:
        self._policy = policy
        self._rules = rules
        self._own = own
        self._notices = notices
        self._register = register
        self._prefix = prefix
        self._records = OwnRecords(policy, register, notices)
        self._recorder = Recorder(register)
        self._acts = Quota(20, "requests about records a minute from one network")
        self._reports = Quota(120, "unknown hosts a minute from one network")
        self._put_off = 0  # visitors who could not be answered, the store having failed
        self._complain_at = 0.0  # on the monotonic clock
        self._routes: dict[tuple[str, str], Callable[[Request, Visitor], Awaitable[Response]]] = {
            ("POST", "/choice"): self._choose,
            ("POST", "/clear"): self._clear,
            ("GET", "/cleared"): self._confirm_cleared,
            ("GET", "/settings"): self._show_settings,
            ("GET", "/notice"): self._show_notice,
            ("GET", "/privacy"): self._show_privacy,
            ("POST", "/objection"): self._object,
            ("GET", "/receipt"): self._show_receipt,
            ("POST", "/receipt"): self._act_on_records,
            ("POST", "/report"): self._take_report,
            ("GET", "/health"): self._show_health,
            ("GET", "gpc"): self._state_gpc,
        }

    async def answer(self, scope: Scope, receive: Receive, send: Send, visitor: Visitor) -> None:
        request = Request(scope, receive)
        try:
            response = await self._find(request, visitor)
        except ClientDisconnect:
            return  # nobody is there to be answered, and half a form decides nothing
        except (StoreError, LedgerError) as error:
            self._complain(error)
            page = self._notices.message_page(visitor.language, "not_saved")
            response = HTMLResponse(page, 503, {"retry-after": "30"})
        except BadRequest as error:
            kind = "too_many" if error.status == 429 else "refused_request"
            page = self._notices.message_page(visitor.language, kind)
            response = HTMLResponse(page, error.status, {"x-cookiegate": f"refused; {error}"})
            if error.status == 429:
                response.headers["retry-after"] = "60"
        if "cache-control" not in response.headers:
            response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["content-security-policy"] = _OWN_CSP
        await response(scope, receive, send)

    def _complain(self, error: Exception) -> None:
        """Once a minute: a line for each visitor would fill the disk, which may be what is full."""
        self._put_off += 1
        if time.monotonic() >= self._complain_at:
            logger.error("visitors were told to try again later, %d so far: %s", self._put_off, error)
            self._complain_at = time.monotonic() + 60

    async def _find(self, request: Request, visitor: Visitor) -> Response:
        path, method = request.scope["path"], "GET" if request.method == "HEAD" else request.method
        self._speak(visitor, request.query_params.get("language", ""))
        asset = self._notices.assets.get(path)
        if asset and method == "GET":
            forever = {"cache-control": "public, max-age=31536000, immutable"}
            return Response(asset.content, media_type=asset.media_type, headers=forever)
        place = "gpc" if path == GPC_PLACE else path.removeprefix(self._prefix)
        handler = self._routes.get((method, place))
        if handler is None:
            known = [verb for verb, route in self._routes if route == place]
            if known:
                return Response(status_code=405, headers={"allow": ", ".join(known)})
            return Response("not found", 404)
        return await handler(request, visitor)

    def _speak(self, visitor: Visitor, language: str) -> None:
        """In the language of the page the visitor comes from, which may not be the one the browser prefers."""
        if language in self._policy.site.languages:
            visitor.language = language

    async def _choose(self, request: Request, visitor: Visitor) -> Response:
        require_same_origin(request.headers)
        form = await read_form(request)
        self._speak(visitor, form.language)
        form.services &= self._policy.services.keys()
        if form.decision in ("allow", "once") and not form.services:
            raise BadRequest(400, "this site asks for no such service")
        here = find_own_referrer(request.headers)
        # a page may have changed its address since it was loaded, by history.pushState
        back = (_is_scripted(request) and here) or form.return_to or here or "/"
        if form.decision == "once":
            return self._load_once(visitor, form.services, back)
        before, now = visitor.consent, time.time()
        outdated = request.query_params.get("v", self._policy.mark) != self._policy.mark
        answer = (form.decision, form.purposes, form.services)
        after = decide(self._policy, before, *answer, int(now) // 86_400, outdated=outdated)
        if after is before:  # the page is from before the question changed, or was answered in another tab
            return Response(status_code=409) if _is_scripted(request) else RedirectResponse(back, 303)
        sent = _read_cookies(request)
        known = before if before.id else Consent(id=self._own.identify(sent, visitor.secure))
        record = describe(
            self._policy,
            known,
            after,
            time=int(now * 1000),
            method=form.method,
            language=visitor.language,
            banner=self._notices.banner_digest(visitor.language),
            gpc="1" in request.headers.getlist("sec-gpc"),
        )
        await self._recorder.record(record, before, after, visitor.network)
        withdrawn = bool(before.services) and not after.services
        clears = self._policy.consent.clear_site_data and visitor.secure and withdrawn
        if clears and not _is_scripted(request):
            response = self._clear_data(visitor, back)
            # where browsers do not know that header, the choice holds all the same
            response.headers.append("set-cookie", self._own.remember(after, visitor.secure, int(now) // 86_400))
            return response
        return self._confirm(request, visitor, after, back, sent, clears)

    def _load_once(self, visitor: Visitor, services: set[str], back: str) -> Response:
        """Back to the page, which is to show this one service and not remember that it did."""
        if len(services) != 1:
            raise BadRequest(400, "one service at a time is loaded once")
        path = unquote(urlsplit(back).path)  # as the page's scope will have it
        response = RedirectResponse(back, 303, {"clear-site-data": _AHEAD})
        wish = self._own.remember_once(services.pop(), path, time.time(), visitor.secure)
        response.headers.append("set-cookie", wish)
        return response

    async def _clear(self, request: Request, visitor: Visitor) -> Response:
        """For the script: it first keeps the page from asking anybody, or an answer on its way would bring cookies
        back after they were cleared."""
        require_same_origin(request.headers)
        if not self._policy.consent.clear_site_data or not visitor.secure or visitor.consent.services:
            raise BadRequest(403, "nothing was withdrawn")
        return self._clear_data(visitor, "/")

    def _clear_data(self, visitor: Visitor, back: str) -> Response:
        """Browsers drop cookies that come together with this header, so the choice follows one step later."""
        place = f"{self._prefix}/cleared?{urlencode({'language': visitor.language, 'return_to': back})}"
        return RedirectResponse(place, 303, {"clear-site-data": '"cookies", "storage"'})

    async def _confirm_cleared(self, request: Request, visitor: Visitor) -> Response:
        """The second step of a withdrawal that clears the site's data: remembers the refusal."""
        require_same_origin(request.headers)
        if (
            not self._policy.consent.clear_site_data
            or visitor.consent.services
            or "sec-fetch-site" not in request.headers
        ):
            raise BadRequest(403, "nothing was cleared")  # a choice that is still there is taken back by a POST alone
        back = request.query_params.get("return_to", "")
        refused = Consent(True, day=int(time.time()) // 86_400)
        return self._confirm(request, visitor, refused, back if is_local(back) else "/", b"")

    def _confirm(
        self, request: Request, visitor: Visitor, after: Consent, back: str, sent: bytes, clears: bool = False
    ) -> Response:
        if _is_scripted(request):
            csp, clear = self._rules.narrow(after), f"{self._prefix}/clear" if clears else ""
            page = self._notices.answer(visitor.language, after, return_to=back, csp=csp, clear=clear)
            response: Response = HTMLResponse(page)
        else:
            response = RedirectResponse(back, 303)
        self._remember(response, request, after, urlsplit(back).path or "/", sent, visitor.secure)
        return response

    def _remember(
        self, response: Response, request: Request, after: Consent, page: str, sent: bytes, secure: bool
    ) -> None:
        """The choice in its cookie, and an end to the cookies that it does not allow."""
        today = int(time.time()) // 86_400
        response.headers["clear-site-data"] = _AHEAD
        response.headers.append("set-cookie", self._own.remember(after, secure, today))
        _, removed = filter_cookie_header(sent, self._rules.allowance(after, unquote(page)))
        for value in expire_cookies(removed, read_host(dict(request.scope["headers"])), page):
            response.headers.append("set-cookie", value.decode("latin-1"))

    async def _show_settings(self, request: Request, visitor: Visitor) -> Response:
        back = request.query_params.get("return_to") or find_own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.settings_page(visitor.language, visitor.consent, return_to=back))

    async def _show_notice(self, request: Request, visitor: Visitor) -> Response:
        back = find_own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.notice_page(visitor.language, visitor.consent, return_to=back))

    async def _show_privacy(self, request: Request, visitor: Visitor) -> Response:
        signalled = VISIT_LOG in visitor.refused
        objected = self._own.objects(_read_cookies(request), visitor.secure, signalled)
        return HTMLResponse(self._notices.privacy_page(visitor.language, objected=objected, signalled=signalled))

    async def _object(self, request: Request, visitor: Visitor) -> Response:
        require_same_origin(request.headers)
        objects = await read_word(request, "objects", "yes") != "no"
        response = RedirectResponse(f"{self._prefix}/privacy", 303)
        signalled = VISIT_LOG in visitor.refused
        response.headers.append("set-cookie", self._own.remember_objection(objects, visitor.secure, signalled))
        return response

    async def _show_receipt(self, request: Request, visitor: Visitor) -> Response:
        id = self._own.identify(_read_cookies(request), visitor.secure)
        if request.query_params.get("format") == "json":
            return await self._records.download(id)
        return await self._records.show(id, visitor.language)

    async def _act_on_records(self, request: Request, visitor: Visitor) -> Response:
        """Erasing takes the consent back as well: nothing would show any more that it was given."""
        require_same_origin(request.headers)
        sent = _read_cookies(request)
        id = self._own.identify(sent, visitor.secure)
        if id and not self._acts.take(visitor.network):
            raise BadRequest(429, "too many requests about records from this network")
        done = await self._records.act(id, await read_word(request, "act", ""))
        if done != "erased":
            return await self._records.show(id, visitor.language, done)
        response = await self._records.show("", visitor.language, done)
        self._remember(response, request, Consent(True, day=int(time.time()) // 86_400), "/", sent, visitor.secure)
        return response

    async def _take_report(self, request: Request, visitor: Visitor) -> Response:
        """What a browser blocked by our policy: hosts that nobody declared are shown to the site's owner."""
        require_same_origin(request.headers)
        for host, rest, page in read_blocked(await read_body(request, _LARGEST_REPORT)):
            if host in self._rules.own or self._rules.find(host, rest) in self._rules.declared:
                continue
            if not self._reports.take(visitor.network):
                raise BadRequest(429, "too many reports from this network")
            self._register.observe("host", host, page)
        return Response(status_code=204)

    async def _state_gpc(self, request: Request, visitor: Visitor) -> Response:
        return JSONResponse(state_gpc(self._policy))

    async def _show_health(self, request: Request, visitor: Visitor) -> Response:
        health = self._register.health()
        return JSONResponse(health, 200 if health["store"] else 503)


def _read_cookies(request: Request) -> bytes:
    return "; ".join(request.headers.getlist("cookie")).encode("latin-1")


def _is_scripted(request: Request) -> bool:
    """Whether our script asks: browsers name text/html where they navigate, and nothing where a script asks."""
    return request.headers.get("accept") == "*/*"

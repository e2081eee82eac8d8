"""Our few addresses under /_cookiegate/: the choice, its settings, the notices, reports, assets and health."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from .asking import Visitor, read_cookies
from .blocked import read_blocked
from .choosing import Choosing
from .consent import Consent
from .cookie import OwnCookies
from .errors import LedgerError, StoreError
from .exchange import Receive, Scope, Send, logger
from .forms import BadRequest, PartlySaved, find_own_referrer, read_body, read_word, require_same_origin
from .forwarding import Forwarder
from .gate import Rules
from .notices import Notices
from .ownrecords import OwnRecords
from .policy import Policy
from .quota import Quota
from .register import Register
from .signals import GPC_PLACE, VISIT_LOG, state_gpc
from .viewing import Viewing

_LARGEST_REPORT = 32_768  # bytes
_OWN_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Endpoints:
    """Answers what is below the prefix. A POST counts only from the site itself, so no token and no second cookie."""

    def __init__(
        self,
        policy: Policy,
        rules: Rules,
        own: OwnCookies,
        notices: Notices,
        register: Register,
        prefix: str,
        forwarder: Forwarder | None = None,
    ) -> None:
        self._policy = policy
        self._rules = rules
        self._own = own
        self._notices = notices
        self._register = register
        self._prefix = prefix
        self._records = OwnRecords(policy, register, notices)
        self._choosing = Choosing(policy, rules, own, notices, register, prefix)
        self._forwarder = forwarder
        self._viewing = Viewing(policy, own, register, forwarder)
        self._acts = Quota(20, "requests about records a minute from one network")
        self._reports = Quota(120, "unknown hosts a minute from one network")
        self._put_off = 0  # visitors who could not be answered, the store having failed
        self._complain_at = 0.0  # on the monotonic clock
        self._routes: dict[tuple[str, str], Callable[[Request, Visitor], Awaitable[Response]]] = {
            ("POST", "/choice"): self._choosing.choose,
            ("POST", "/clear"): self._choosing.clear,
            ("GET", "/cleared"): self._choosing.confirm_cleared,
            ("GET", "/settings"): self._show_settings,
            ("GET", "/notice"): self._show_notice,
            ("GET", "/privacy"): self._show_privacy,
            ("POST", "/objection"): self._object,
            ("GET", "/receipt"): self._show_receipt,
            ("POST", "/receipt"): self._act_on_records,
            ("POST", "/report"): self._take_report,
            ("POST", "/view"): self._viewing.take,
            ("GET", "/health"): self._show_health,
            ("GET", "gpc"): self._state_gpc,
        }

    async def answer(self, scope: Scope, receive: Receive, send: Send, visitor: Visitor) -> None:
        request = Request(scope, receive)
        try:
            response = await self._find(request, visitor)
        except ClientDisconnect:
            return  # nobody is there to be answered, and half a form decides nothing
        except (StoreError, LedgerError, BadRequest, PartlySaved) as error:
            response = self._explain(visitor, error)
        if "cache-control" not in response.headers:
            response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["content-security-policy"] = _OWN_CSP
        await response(scope, receive, send)

    def _explain(self, visitor: Visitor, error: Exception) -> Response:
        if isinstance(error, PartlySaved):
            response = self._explain(visitor, error.reason)
            for value in error.cookies:
                response.headers.append("set-cookie", value)
            return response
        if not isinstance(error, BadRequest):
            self._complain(error)
            page = self._notices.message_page(visitor.language, "not_saved")
            return HTMLResponse(page, 503, {"retry-after": "30"})
        kind = "too_many" if error.status == 429 else "refused_request"
        headers = {"x-cookiegate": f"refused; {error}"} | ({"retry-after": "60"} if error.status == 429 else {})
        return HTMLResponse(self._notices.message_page(visitor.language, kind), error.status, headers)

    def _complain(self, error: Exception) -> None:
        """Once a minute: a line for each visitor would fill the disk, which may be what is full."""
        self._put_off += 1
        if time.monotonic() >= self._complain_at:
            logger.error("visitors were told to try again later, %d so far: %s", self._put_off, error)
            self._complain_at = time.monotonic() + 60

    async def _find(self, request: Request, visitor: Visitor) -> Response:
        path, method = request.scope["path"], "GET" if request.method == "HEAD" else request.method
        visitor.speak(request.query_params.get("language", ""), self._policy.site.languages)
        asset = self._notices.assets.get(path)
        if asset and method == "GET":
            coding, body = asset.pack(request.headers.get("accept-encoding", ""))
            headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}
            if coding:
                headers["content-encoding"] = coding
            return Response(body, media_type=asset.media_type, headers=headers)
        place = "gpc" if path == GPC_PLACE else path.removeprefix(self._prefix)
        handler = self._routes.get((method, place))
        if handler is None:
            known = [verb for verb, route in self._routes if route == place]
            if known:
                return Response(status_code=405, headers={"allow": ", ".join(known)})
            return Response("not found", 404)
        return await handler(request, visitor)

    async def _show_settings(self, request: Request, visitor: Visitor) -> Response:
        back = request.query_params.get("return_to") or find_own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.settings_page(visitor.language, visitor.consent, return_to=back))

    async def _show_notice(self, request: Request, visitor: Visitor) -> Response:
        back = find_own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.notice_page(visitor.language, visitor.consent, return_to=back))

    async def _show_privacy(self, request: Request, visitor: Visitor) -> Response:
        signalled = VISIT_LOG in visitor.refused
        objected = self._own.objects(read_cookies(request), visitor.secure, signalled)
        return HTMLResponse(self._notices.privacy_page(visitor.language, objected=objected, signalled=signalled))

    async def _object(self, request: Request, visitor: Visitor) -> Response:
        require_same_origin(request.headers)
        objects = await read_word(request, "objects", "yes") != "no"
        response = RedirectResponse(f"{self._prefix}/privacy?language={visitor.language}", 303)
        signalled = VISIT_LOG in visitor.refused
        response.headers.append("set-cookie", self._own.remember_objection(objects, visitor.secure, signalled))
        return response

    async def _show_receipt(self, request: Request, visitor: Visitor) -> Response:
        id = self._own.identify(read_cookies(request), visitor.secure)
        if request.query_params.get("format") == "json":
            return await self._records.download(id)
        return await self._records.show(id, visitor.language)

    async def _act_on_records(self, request: Request, visitor: Visitor) -> Response:
        """Erasing takes the consent back as well: nothing would show any more that it was given."""
        require_same_origin(request.headers)
        sent = read_cookies(request)
        id = self._own.identify(sent, visitor.secure)
        if id and not self._acts.take(visitor.network):
            raise BadRequest(429, "too many requests about records from this network")
        done = await self._records.act(id, await read_word(request, "act", ""))
        if done != "erased":
            return await self._records.show(id, visitor.language, done)
        response = await self._records.show("", visitor.language, done)
        self._choosing.remember(
            response, request, Consent(True, day=int(self._register.now()) // 86_400), "/", sent, visitor.secure
        )
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
        told = {"forwarding": self._forwarder.health()} if self._forwarder else {}
        return JSONResponse({**health, **told}, 200 if health["store"] else 503)

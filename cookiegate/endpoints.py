"""Our few addresses under /_cookiegate/: the choice, its settings, the notices, reports, assets and health."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from .consent import DECISIONS, Consent, decide, describe
from .cookie import OwnCookies
from .errors import CookiegateError, StoreError
from .exchange import Receive, Scope, Send, logger
from .gate import Rules, expire_cookies, filter_cookie_header
from .notices import Notices
from .policy import Policy, split_url
from .register import Register
from .requests import read_host

_LARGEST_FORM = 8_192  # bytes
_LARGEST_REPORT = 32_768
_FIELDS = frozenset(("decision", "purpose", "service", "return_to", "language"))
_OWN_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)


class BadRequest(CookiegateError):
    """A request to one of our addresses that is not one of ours."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


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
        self._routes: dict[tuple[str, str], Callable[[Request, _Visitor], Awaitable[Response]]] = {
            ("POST", "/choice"): self._choose,
            ("GET", "/cleared"): self._confirm_cleared,
            ("GET", "/settings"): self._show_settings,
            ("GET", "/notice"): self._show_notice,
            ("GET", "/privacy"): self._show_privacy,
            ("POST", "/objection"): self._object,
            ("POST", "/report"): self._take_report,
            ("GET", "/health"): self._show_health,
        }

    async def answer(
        self, scope: Scope, receive: Receive, send: Send, consent: Consent, secure: bool, language: str
    ) -> None:
        request = Request(scope, receive)
        visitor = _Visitor(consent, secure, language)
        try:
            response = await self._find(request, visitor)
        except ClientDisconnect:
            return  # nobody is there to be answered, and half a form decides nothing
        except BadRequest as error:
            page = self._notices.message_page(language, "refused_request")
            response = HTMLResponse(page, error.status, {"x-cookiegate": f"refused; {error}"})
        if "cache-control" not in response.headers:
            response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["content-security-policy"] = _OWN_CSP
        await response(scope, receive, send)

    async def _find(self, request: Request, visitor: _Visitor) -> Response:
        path, method = request.scope["path"], "GET" if request.method == "HEAD" else request.method
        self._speak(visitor, request.query_params.get("language", ""))
        asset = self._notices.assets.get(path)
        if asset and method == "GET":
            forever = {"cache-control": "public, max-age=31536000, immutable"}
            return Response(asset.content, media_type=asset.media_type, headers=forever)
        place = path.removeprefix(self._prefix)
        handler = self._routes.get((method, place))
        if handler is None:
            known = [verb for verb, route in self._routes if route == place]
            if known:
                return Response(status_code=405, headers={"allow": ", ".join(known)})
            return Response("not found", 404)
        return await handler(request, visitor)

    def _speak(self, visitor: _Visitor, language: str) -> None:
        """In the language of the page the visitor comes from, which may not be the one the browser prefers."""
        if language in self._policy.site.languages:
            visitor.language = language

    async def _choose(self, request: Request, visitor: _Visitor) -> Response:
        _require_same_origin(request.headers)
        form = await _read_form(request)
        self._speak(visitor, form.language)
        form.services &= self._policy.services.keys()
        if form.decision == "allow" and not form.services:
            raise BadRequest(400, "this site asks for no such service")
        before, now = visitor.consent, time.time()
        after = decide(self._policy, before, form.decision, form.purposes, form.services, int(now) // 86_400)
        sent = "; ".join(request.headers.getlist("cookie")).encode("latin-1")
        known = Consent(id=self._own.identify(sent, visitor.secure)) if not before.decided else before
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
        # to take something back needs no record first (GDPR art. 7(3)); to give, or to renew what was given, does
        if after.services and not after.services < before.services:
            try:
                await self._register.record(record)
            except StoreError as error:
                logger.error("a consent could not be recorded, so nothing was given: %s", error)
                page = self._notices.message_page(visitor.language, "not_saved")
                return HTMLResponse(page, 503, {"retry-after": "30"})
        else:
            self._register.record_later(record)
        back = form.return_to or _own_referrer(request.headers) or "/"
        if self._policy.consent.clear_site_data and visitor.secure and before.services and not after.services:
            # a browser drops cookies that come together with this header, so the choice follows one step later
            place = f"{self._prefix}/cleared?{urlencode({'language': visitor.language, 'return_to': back})}"
            return RedirectResponse(place, 303, {"clear-site-data": '"cookies", "storage"'})
        return self._confirm(request, visitor, before, after, back, sent)

    async def _confirm_cleared(self, request: Request, visitor: _Visitor) -> Response:
        """The second step of a withdrawal that clears the site's data: remembers the refusal."""
        _require_same_origin(request.headers)
        if (
            not self._policy.consent.clear_site_data
            or visitor.consent.services
            or "sec-fetch-site" not in request.headers
        ):
            raise BadRequest(403, "nothing was cleared")  # a choice that is still there is taken back by a POST alone
        back = request.query_params.get("return_to", "")
        refused = Consent(True, day=int(time.time()) // 86_400)
        return self._confirm(request, visitor, None, refused, back if _is_local(back) else "/", b"")

    def _confirm(
        self, request: Request, visitor: _Visitor, before: Consent | None, after: Consent, back: str, sent: bytes
    ) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            control = self._notices.control(visitor.language, after, return_to=back, inline=False)
            response: Response = JSONResponse(
                {
                    "control": control.decode("ascii"),
                    "changed": before is None or before.services != after.services,
                    "csp": self._rules.allowance(after, urlsplit(back).path).csp.decode().partition("; report-uri")[0],
                    "services": sorted(after.services),
                    "purposes": sorted(after.purposes),
                }
            )
        else:
            response = RedirectResponse(back, 303)
        response.headers.append("set-cookie", self._own.remember(after, visitor.secure))
        page = urlsplit(back).path or "/"
        _, removed = filter_cookie_header(sent, self._rules.allowance(after, page))
        for value in expire_cookies(removed, read_host(dict(request.scope["headers"])), page):
            response.headers.append("set-cookie", value.decode("latin-1"))
        return response

    async def _show_settings(self, request: Request, visitor: _Visitor) -> Response:
        back = request.query_params.get("return_to") or _own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.settings_page(visitor.language, visitor.consent, return_to=back))

    async def _show_notice(self, request: Request, visitor: _Visitor) -> Response:
        back = _own_referrer(request.headers) or "/"
        return HTMLResponse(self._notices.notice_page(visitor.language, visitor.consent, return_to=back))

    async def _show_privacy(self, request: Request, visitor: _Visitor) -> Response:
        objected = self._own.objects(request.headers.get("cookie", "").encode("latin-1"), visitor.secure)
        return HTMLResponse(self._notices.privacy_page(visitor.language, objected=objected))

    async def _object(self, request: Request, visitor: _Visitor) -> Response:
        _require_same_origin(request.headers)
        response = RedirectResponse(f"{self._prefix}/privacy", 303)
        response.headers.append("set-cookie", self._own.remember_objection(True, visitor.secure))
        return response

    async def _take_report(self, request: Request, visitor: _Visitor) -> Response:
        """What a browser blocked by our policy: hosts that nobody declared are shown to the site's owner."""
        _require_same_origin(request.headers)
        try:
            said = json.loads(await _read_body(request, _LARGEST_REPORT))
        except (ValueError, RecursionError):
            raise BadRequest(400, "the report is not JSON") from None
        for report in said if isinstance(said, list) else [said]:
            body = report.get("csp-report", report.get("body")) if isinstance(report, dict) else None
            blocked = body.get("blocked-uri", body.get("blockedURL")) if isinstance(body, dict) else None
            said_page = body.get("document-uri", body.get("documentURL")) if isinstance(body, dict) else None
            page = split_url(said_page) if isinstance(said_page, str) else None
            place = split_url(blocked) if isinstance(blocked, str) else None
            if place is None or place.host in self._rules.own:
                continue
            if self._rules.find(*place) not in self._rules.declared:
                self._register.observe("host", place.host, page.rest if page else "")
        return Response(status_code=204)

    async def _show_health(self, request: Request, visitor: _Visitor) -> Response:
        health = self._register.health()
        return JSONResponse(health, 200 if health["store"] else 503)


class _Visitor:
    """Who asks, as far as it matters here."""

    def __init__(self, consent: Consent, secure: bool, language: str) -> None:
        self.consent = consent
        self.secure = secure
        self.language = language


class _Form:
    """A decision as posted. Raises BadRequest for whatever is not exactly one."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        if unknown := {name for name, _ in pairs} - _FIELDS:
            raise BadRequest(400, f"unknown field {ascii(sorted(unknown)[0])[:40]}")
        decisions = [value for name, value in pairs if name == "decision"]
        if len(decisions) != 1 or decisions[0] not in DECISIONS:
            raise BadRequest(400, f"decision must be one of {', '.join(DECISIONS)}")
        self.decision = decisions[0]
        self.purposes = {value for name, value in pairs if name == "purpose"}
        self.services = {value for name, value in pairs if name == "service"}
        wanted = [value for name, value in pairs if name == "return_to"]
        self.language = next((value for name, value in pairs if name == "language"), "")
        self.return_to = wanted[0] if wanted and _is_local(wanted[0]) else ""

    @property
    def method(self) -> str:
        if self.decision == "allow":
            return "placeholder:" + "+".join(sorted(self.services))
        return ("settings:" if self.decision in ("save", "withdraw") else "banner:") + self.decision


async def _read_form(request: Request) -> _Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadRequest(415, "send application/x-www-form-urlencoded")
    try:
        text = (await _read_body(request, _LARGEST_FORM)).decode("utf-8")
        return _Form(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=300))
    except ValueError:
        raise BadRequest(400, "the form cannot be read") from None


async def _read_body(request: Request, largest: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise BadRequest(413, f"more than {largest} bytes")
    return body


def _require_same_origin(headers: Headers) -> None:
    """Fetch metadata where the browser sends it, else the Origin; what sends neither is not a browser with cookies."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise BadRequest(403, f"Sec-Fetch-Site is {ascii(site)[:20]}")
        return
    origin, host = headers.get("origin"), headers.get("host", "").lower()
    if origin is not None and origin.lower() not in (f"https://{host}", f"http://{host}"):
        raise BadRequest(403, "Origin is another site's")


def _own_referrer(headers: Headers) -> str:
    """Path and query of the page of this site that led here, or ""."""
    scheme, _, place = headers.get("referer", "").partition("://")
    host, slash, back = place.partition("#")[0].partition("/")
    own = scheme in ("http", "https") and host.lower() == headers.get("host", "").lower()
    return slash + back if own and _is_local(slash + back) else ""


def _is_local(address: str) -> bool:
    """A path of this site, and not one that browsers read as another host."""
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and len(address) <= 2048
        and address.isprintable()
    )

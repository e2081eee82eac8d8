"""The choice, from the form that was posted to the cookie that remembers it."""

from __future__ import annotations

from urllib.parse import unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .asking import Visitor, is_scripted, read_cookies
from .consent import Consent, decide, describe
from .cookie import OwnCookies
from .errors import StoreError
from .forms import BadRequest, PartlySaved, find_own_referrer, is_local, read_form, require_same_origin
from .gate import Rules, expire_cookies, filter_cookie_header
from .notices import Notices
from .policy import Policy
from .recording import Recorder
from .register import Register
from .requests import read_host

_OLDER = "older"  # in place of the mark of a policy that is not this one: its form may say anything
# Pages that a browser fetched before the choice, to show them at the next click without asking again.
_AHEAD = '"prefetchCache", "prerenderCache"'


class Choosing:
    """Takes a choice, has it recorded, and sends the visitor back with what it means for their cookies."""

    def __init__(
        self, policy: Policy, rules: Rules, own: OwnCookies, notices: Notices, register: Register, prefix: str
    ) -> None:
        self._policy = policy
        self._rules = rules
        self._own = own
        self._notices = notices
        self._register = register
        self._recorder = Recorder(register, policy.forwarded)
        self._prefix = prefix

    async def choose(self, request: Request, visitor: Visitor) -> Response:
        require_same_origin(request.headers)
        form = await read_form(request)
        visitor.speak(form.language, self._policy.site.languages)
        form.services &= self._policy.services.keys()
        if form.decision in ("allow", "once") and not form.services:
            raise BadRequest(400, "this site asks for no such service")
        here = find_own_referrer(request.headers)
        # a page may have changed its address since it was loaded, by history.pushState
        back = (is_scripted(request) and here) or form.return_to or here or "/"
        if form.decision == "once":
            return self._load_once(visitor, form.services, back)
        before, now = visitor.consent, self._register.now()
        today = int(now) // 86_400
        outdated = request.query_params.get("v", self._policy.mark) != self._policy.mark
        answer = (form.decision, form.purposes, form.services)
        after = decide(self._policy, before, *answer, today, outdated=outdated)
        if after is before:  # the page is from before the question changed, or was answered in another tab
            return Response(status_code=409) if is_scripted(request) else RedirectResponse(back, 303)
        sent = read_cookies(request)
        known = before if before.id else Consent(id=self._own.identify(sent, visitor.secure))

        async def record(after: Consent) -> str:
            """The event, "" where it is not recorded."""
            record = describe(
                self._policy,
                known,
                after,
                time=int(now * 1000),
                method=form.method,
                language=visitor.language,
                # what a page of an older policy showed is not known here
                banner="" if outdated else self._notices.banner_digest(visitor.language),
                gpc="1" in request.headers.getlist("sec-gpc"),
            )
            return record.event if await self._recorder.record(record, before, after, visitor.network) else ""

        path = urlsplit(back).path or "/"
        try:
            event = await record(after)
        except (BadRequest, StoreError) as error:
            if not before.services - after.services:
                raise
            # what is taken back holds, whatever becomes of the rest (GDPR art. 7(3))
            after = decide(self._policy, before, "save", (), before.services & after.services, today)
            await record(after)
            response = Response()
            self.remember(response, request, after, path, sent, visitor.secure)
            raise PartlySaved(error, response.headers.getlist("set-cookie")) from None
        if event:
            mark = _OLDER if outdated else self._policy.mark
            agent = request.headers.get("user-agent", "")
            self._register.answer(unquote(path), visitor.language, agent, mark, event.removesuffix("-given"))
        withdrawn = bool(before.services) and not after.services
        clears = self._policy.consent.clear_site_data and visitor.secure and withdrawn
        if clears and not is_scripted(request):
            response = self._clear_data(visitor, back)
            # where browsers do not know that header, the choice holds all the same
            response.headers.append("set-cookie", self._own.remember(after, visitor.secure, today))
            self._end_once(response, sent, visitor.secure)
            return response
        return self._confirm(request, visitor, after, back, sent, clears)

    def _load_once(self, visitor: Visitor, services: set[str], back: str) -> Response:
        """Back to the page, which is to show this one service and not remember that it did."""
        if len(services) != 1:
            raise BadRequest(400, "one service at a time is loaded once")
        path = unquote(urlsplit(back).path)  # as the page's scope will have it
        response = RedirectResponse(back, 303, {"clear-site-data": _AHEAD})
        wish = self._own.remember_once(services.pop(), path, self._register.now(), visitor.secure)
        response.headers.append("set-cookie", wish)
        return response

    async def clear(self, request: Request, visitor: Visitor) -> Response:
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

    async def confirm_cleared(self, request: Request, visitor: Visitor) -> Response:
        """The second step of a withdrawal that clears the site's data: remembers the refusal."""
        require_same_origin(request.headers)
        if (
            not self._policy.consent.clear_site_data
            or visitor.consent.services
            or "sec-fetch-site" not in request.headers
        ):
            raise BadRequest(403, "nothing was cleared")  # a choice that is still there is taken back by a POST alone
        back = request.query_params.get("return_to", "")
        refused = Consent(True, day=int(self._register.now()) // 86_400)
        return self._confirm(request, visitor, refused, back if is_local(back) else "/", b"")

    def _confirm(
        self, request: Request, visitor: Visitor, after: Consent, back: str, sent: bytes, clears: bool = False
    ) -> Response:
        if is_scripted(request):
            csp, clear = self._rules.narrow(after), f"{self._prefix}/clear" if clears else ""
            page = self._notices.answer(visitor.language, after, return_to=back, csp=csp, clear=clear)
            response: Response = HTMLResponse(page)
        else:
            response = RedirectResponse(back, 303)
        self.remember(response, request, after, urlsplit(back).path or "/", sent, visitor.secure)
        return response

    def remember(
        self, response: Response, request: Request, after: Consent, page: str, sent: bytes, secure: bool
    ) -> None:
        """The choice in its cookie, and an end to the cookies that it does not allow."""
        today = int(self._register.now()) // 86_400
        host = read_host(dict(request.scope["headers"]))
        response.headers["clear-site-data"] = _AHEAD
        for value in self._own.expire_others(host, secure):
            response.headers.append("set-cookie", value.decode("latin-1"))
        response.headers.append("set-cookie", self._own.remember(after, secure, today))
        self._end_once(response, sent, secure)
        _, removed = filter_cookie_header(sent, self._rules.allowance(after, unquote(page)))
        for value in expire_cookies(removed, host, page):
            response.headers.append("set-cookie", value.decode("latin-1"))

    def _end_once(self, response: Response, sent: bytes, secure: bool) -> None:
        """An answer outweighs what was wished for before it: who refuses right after is shown nothing once more."""
        if self._own.read_once(sent, secure):
            response.headers.append("set-cookie", self._own.end_once(secure))

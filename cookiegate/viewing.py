"""The page that a request is about, for services that are told from here; and pages that a script shows without one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .asking import Visitor, read_cookies
from .consent import name_choice
from .cookie import OwnCookies
from .exchange import Scope
from .forms import BadRequest, find_own_referrer, is_local, read_word, require_same_origin
from .forwarding import Forwarder, Occasion, Place
from .gate import Visit
from .policy import Policy
from .quota import Quota
from .register import Register, visit_from
from .requests import read_host
from .signals import VISIT_LOG
from .visitor import AGENT_LENGTH

STATISTICS = "statistics"


def meet_request(forwarder: Forwarder, scope: Scope, headers: Mapping[bytes, bytes], visit: Visit) -> Occasion | None:
    """What may be told of a request for the site, in whose state the visitor's consent stands."""
    state = scope["state"]
    if not state["consent"].services:
        return None
    place = Place(read_host(headers), scope["path"], scope.get("query_string", b"").decode("latin-1"))
    if not (visit.top and scope.get("method") == "GET"):
        # what a form or a script asks for is no page: they are on the one that led here
        place = _find_leading(headers, place)
    secure = state["client_scheme"] == "https"
    return forwarder.meet(state["consent"], headers, place, secure=secure, address=state["client_address"])


def _find_leading(headers: Mapping[bytes, bytes], place: Place) -> Place:
    """The page of this site that led to `place`; that itself where none did."""
    try:
        led = urlsplit(headers.get(b"referer", b"").decode("latin-1"))
        own = led.hostname == place.host
    except ValueError:
        return place
    return Place(place.host, unquote(led.path) or "/", led.query) if own else place


class Viewing:
    """`POST /_cookiegate/view`: a script of the site shows another page, and the address changes without a request.

    It is read from the visitor's device, so it counts only where they agreed: in the visit log with all of the purpose
    `statistics`, at a service with that service.
    """

    def __init__(self, policy: Policy, own: OwnCookies, register: Register, forwarder: Forwarder | None) -> None:
        self._policy = policy
        self._own = own
        self._register = register
        self._forwarder = forwarder
        self._views = Quota(120, "page views a minute from one network")

    async def take(self, request: Request, visitor: Visitor) -> Response:
        require_same_origin(request.headers)
        address = await read_word(request, "path", find_own_referrer(request.headers) or "/")
        if not is_local(address):
            raise BadRequest(400, "path must be a path of this site")
        if not self._views.take(visitor.network):
            raise BadRequest(429, "too many page views from this network")
        path, _, query = address.partition("#")[0].partition("?")
        path = unquote(path)
        headers = dict(request.scope["headers"])
        if self._forwarder:
            place = Place(read_host(headers), path, query)
            known = {name: value for name, value in headers.items() if name != b"referer"}  # the page itself, by now
            occasion = self._forwarder.meet(
                visitor.consent, known, place, secure=visitor.secure, address=visitor.address
            )
            if occasion:
                occasion.view()
        consented = not self._policy.measuring.isdisjoint(visitor.consent.services)
        if visitor.consent.allows(STATISTICS) and not self._objects(request, visitor):
            self._register.visit(
                visit_from(
                    self._policy,
                    time=int(self._register.now()),
                    address=visitor.address,
                    path=path,
                    query=query.encode("latin-1", "replace"),
                    referrer=request.headers.get("referer", ""),
                    agent=request.headers.get("user-agent", "")[:AGENT_LENGTH],
                    languages=headers.get(b"accept-language", b""),
                    status=200,
                    decision=name_choice(self._policy, visitor.consent),
                    consented=consented,
                    released=consented,  # the page has long come, and what was in it is not seen
                    beacon=True,
                )
            )
        return Response(status_code=204)

    def _objects(self, request: Request, visitor: Visitor) -> bool:
        return self._own.objects(read_cookies(request), visitor.secure, VISIT_LOG in visitor.refused)

"""What is posted to our own addresses: forms read strictly, and only from the site itself."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request

from .consent import DECISIONS
from .errors import CookiegateError

_LARGEST_FORM = 8_192  # bytes
_POSTED = (*DECISIONS, "once")  # the last decides nothing that lasts
_FIELDS = frozenset(("decision", "purpose", "service", "return_to", "language"))


class BadRequest(CookiegateError):
    """A request to one of our addresses that is not one of ours."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


class PartlySaved(CookiegateError):
    """What was taken back holds, and what was to be given could not be recorded, for `reason`."""

    def __init__(self, reason: Exception, cookies: list[str]) -> None:
        """`cookies`: the Set-Cookie values that make it hold."""
        self.reason = reason
        self.cookies = cookies
        super().__init__(str(reason))


class Form:
    """A decision as posted. Raises BadRequest for whatever is not exactly one."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        if unknown := {name for name, _ in pairs} - _FIELDS:
            raise BadRequest(400, f"unknown field {ascii(sorted(unknown)[0])[:40]}")
        decisions = [value for name, value in pairs if name == "decision"]
        if len(decisions) != 1 or decisions[0] not in _POSTED:
            raise BadRequest(400, f"decision must be one of {', '.join(_POSTED)}")
        self.decision = decisions[0]
        self.purposes = {value for name, value in pairs if name == "purpose"}
        self.services = {value for name, value in pairs if name == "service"}
        wanted = [value for name, value in pairs if name == "return_to"]
        self.language = next((value for name, value in pairs if name == "language"), "")
        self.return_to = wanted[0] if wanted and is_local(wanted[0]) else ""

    @property
    def method(self) -> str:
        if self.decision == "allow":
            return "placeholder:" + "+".join(sorted(self.services))
        return ("settings:" if self.decision in ("save", "withdraw") else "banner:") + self.decision


async def read_form(request: Request) -> Form:
    _require_form(request)
    try:
        text = (await read_body(request, _LARGEST_FORM)).decode("utf-8")
        return Form(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=300))
    except ValueError:
        raise BadRequest(400, "the form cannot be read") from None


async def read_word(request: Request, name: str, otherwise: str) -> str:
    """One field of a form that has no other; without a body it is `otherwise`."""
    text = (await read_body(request, _LARGEST_FORM)).decode("latin-1")
    if text:
        _require_form(request)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=1)
    except ValueError:
        raise BadRequest(400, "the form cannot be read") from None
    if pairs and pairs[0][0] != name:
        raise BadRequest(400, f"unknown field {ascii(pairs[0][0])[:40]}")
    return pairs[0][1] if pairs else otherwise


def _require_form(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadRequest(415, "send application/x-www-form-urlencoded")


async def read_body(request: Request, largest: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise BadRequest(413, f"more than {largest} bytes")
    return body


def require_same_origin(headers: Headers) -> None:
    """Fetch metadata where the browser sends it, else the Origin; what sends neither is not a browser with cookies."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise BadRequest(403, f"Sec-Fetch-Site is {ascii(site)[:20]}")
        return
    origin, host = headers.get("origin"), headers.get("host", "").lower()
    if origin is not None and origin.lower() not in (f"https://{host}", f"http://{host}"):
        raise BadRequest(403, "Origin is another site's")


def find_own_referrer(headers: Headers) -> str:
    """Path and query of the page of this site that led here, or ""."""
    scheme, _, place = headers.get("referer", "").partition("://")
    host, slash, back = place.partition("#")[0].partition("/")
    own = scheme in ("http", "https") and host.lower() == headers.get("host", "").lower()
    return slash + back if own and is_local(slash + back) else ""


def is_local(address: str) -> bool:
    """A path of this site, and not one that browsers read as another host."""
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and len(address) <= 2048
        and address.isprintable()
    )

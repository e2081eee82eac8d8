"""Which headers go on to the other side, and the few that a gateway writes itself (RFC 9110 §7.6).

Pure: lists of raw headers in, lists of headers out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

RawHeaders = Iterable[tuple[bytes, bytes]]

# RFC 9110 §7.6.1, and what the server in front has dealt with itself: `Expect` is answered, trailers are not forwarded.
ONE_HOP = frozenset(
    {b"connection", b"expect", b"http2-settings", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
# Where a request says it came from, beside X-Forwarded-*. Websites believe these, so only a trusted peer may say them.
PROVENANCE = frozenset(
    {b"cf-connecting-ip", b"client-ip", b"fastly-client-ip", b"forwarded", b"true-client-ip", b"x-client-ip"}
    | {b"x-cluster-client-ip", b"x-original-forwarded-for", b"x-real-ip"}
)
# What the gate can take apart and put together again; in any other coding a page would have the CSP as its only lock.
REWRITABLE_CODINGS = frozenset({b"br", b"gzip", b"identity", b"zstd"})
DEFAULT_PORTS = {"http": 80, "https": 443}


def keep_end_to_end(headers: RawHeaders) -> Iterator[tuple[bytes, bytes]]:
    """Yield, with names in lower case, the headers that are not for this hop only, in their order and with their bytes.

    Left out are also those that a `Connection` header names, and all `Proxy-*`.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    named = {option.strip().lower() for name, value in lowered if name == b"connection" for option in value.split(b",")}
    for name, value in lowered:
        if name not in ONE_HOP and name not in named and not name.startswith(b"proxy-"):
            yield name, value


def forward_request(scope: Mapping[str, Any]) -> tuple[list[tuple[str, str]], bytes]:
    """Give the headers for the website, and the public address (b"https://site.example"; b"" if no host was named).

    `scope["state"]` may hold `trusted_peer`, True where the peer's own forwarding headers are to be believed and
    completed; from everybody else they are dropped. It may hold `client_address`, what the website is told about an
    untrusted peer (None: nothing); without it that is the address of the connection.
    """
    trusted = (scope.get("state") or {}).get("trusted_peer") is True
    forwarded: list[tuple[bytes, bytes]] = []
    cookies: list[bytes] = []
    codings: list[bytes] = []
    claimed: dict[bytes, bytes] = {}
    host = b""
    chunked = any(name.lower() == b"transfer-encoding" for name, _ in scope["headers"])
    for name, value in keep_end_to_end(scope["headers"]):
        if not _may_pass(name) or (chunked and name == b"content-length") or (name in PROVENANCE and not trusted):
            continue
        if name == b"cookie":
            cookies.append(value)
        elif name == b"accept-encoding":
            codings.append(value)
        elif name.startswith(b"x-forwarded-"):
            # Several lines are one list (RFC 9110 §5.3).
            claimed[name] = claimed[name] + b", " + value if name in claimed else value
        else:
            forwarded.append((name, value))
        if name == b"host":
            host = value
    told = _tell_origin(scope, host, claimed if trusted else {})
    if cookies:
        forwarded.append((b"cookie", b"; ".join(cookies)))  # HTTP/2 may have split it (RFC 9113 §8.2.3)
    forwarded += [(b"accept-encoding", _accept_codings(codings)), *told.items()]
    scheme, host = (told.get(name, b"").split(b",")[0].strip() for name in (b"x-forwarded-proto", b"x-forwarded-host"))
    public = scheme + b"://" + host if host else b""
    return [(name.decode("latin-1"), _read(value)) for name, value in forwarded], public


def publish_locations(origin: str) -> Callable[[bytes, bytes], bytes]:
    """Give the function that puts the public address in the place of the website's own at the start of a `Location`."""
    parts = urlsplit(origin)
    default = DEFAULT_PORTS[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f"(?::{default})?" if parts.port in (None, default) else f":{parts.port}"
    own = re.compile(f"{parts.scheme}://{re.escape(host)}{port}(?=[/?#]|\\Z)".encode(), re.IGNORECASE)

    def publish(location: bytes, public: bytes) -> bytes:
        found = own.match(location)
        return public + location[found.end() :] if found and public else location

    return publish


def _tell_origin(scope: Mapping[str, Any], host: bytes, claimed: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Complete `claimed`, the X-Forwarded-* that may be believed, by what this server sees itself."""
    told = dict(claimed)
    state = scope.get("state") or {}
    peer = (scope.get("client") or [None])[0]
    # A trusted peer has told the visitor's address, and is the next in the chain itself.
    address = peer if state.get("trusted_peer") is True else state.get("client_address", peer)
    if address:
        chain = claimed.get(b"x-forwarded-for")
        told[b"x-forwarded-for"] = (chain + b", " if chain else b"") + str(address).encode()
    told.setdefault(b"x-forwarded-proto", scope.get("scheme", "http").replace("ws", "http").encode())  # "wss" → "https"
    if host:
        told.setdefault(b"x-forwarded-host", host)
    return told


def _may_pass(name: bytes) -> bool:
    # CGI and WSGI read X_Forwarded_For and X-Forwarded-For as one, so a name with an underscore could pose as ours.
    # The WebSocket handshake with the website is our own.
    return b"_" not in name and not name.startswith(b"sec-websocket-")


def _accept_codings(values: list[bytes]) -> bytes:
    wanted = (item.strip() for item in b",".join(values).split(b","))
    return b", ".join(i for i in wanted if i.split(b";")[0].strip().lower() in REWRITABLE_CODINGS) or b"identity"


def _read(value: bytes) -> str:
    # aiohttp writes headers as UTF-8: what is UTF-8 keeps its bytes, anything else can only keep its characters.
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")

"""Whose request it is: the client's address and scheme, also behind proxies that the operator has named.

A header is believed only as far as the chain of trusted proxies reaches: it is walked from the right, and the
first address that is not a trusted proxy's is the client (RFC 7239 section 8.1 on spoofing).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import islice

from cookiegate import expressions
from cookiegate.errors import SettingsError

from .address import pack, unmap

Headers = list[tuple[bytes, bytes]]  # as ASGI has them: names in lower case

_MOST_HOPS = 32  # a longer chain of proxies is no chain of proxies
_LONGEST_FORWARDED = 8192  # bytes of one Forwarded line; a longer one tells nothing

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_PAIR = expressions.compile(rf'[ \t]*+(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*+"))?[ \t]*+([,;]|\Z)', re.DOTALL)


class TrustedProxies:
    """The networks from which forwarding headers are believed; none by default."""

    __slots__ = ("_networks",)

    def __init__(self, cidrs: tuple[str, ...] = ()) -> None:
        """`cidrs`: "10.0.0.0/8", "2001:db8::/32", or single addresses. Raises SettingsError, naming the wrong one."""
        networks = []
        for cidr in cidrs:
            try:
                network = ipaddress.ip_network(cidr)
            except ValueError as error:
                raise SettingsError(f'trusted proxies: "{cidr}" is not a network: {error}') from error
            size = network.max_prefixlen
            shift = size - network.prefixlen
            networks.append((size // 8, shift, int(network.network_address) >> shift))
        self._networks = tuple(networks)

    def __contains__(self, address: str) -> bool:
        packed = unmap(pack(address))
        if not packed:
            return False
        number, length = int.from_bytes(packed, "big"), len(packed)
        return any(length == size and number >> shift == prefix for size, shift, prefix in self._networks)

    def __bool__(self) -> bool:
        return bool(self._networks)


def client_address(peer: str, headers: Headers, trusted: TrustedProxies) -> str:
    """The client's address without port, or the nearest trusted proxy's when the chain does not tell.

    `peer` is the address at the other end of the connection. When X-Forwarded-For and Forwarded name different
    clients, one of them was sent by the client itself and passed on unread: neither is believed.
    """
    if not trusted or peer not in trusted:
        return peer
    seen = {_walk(hops, peer, trusted)[0] for hops in (_x_forwarded_for(headers), _forwarded_for(headers)) if hops}
    return seen.pop() if len(seen) == 1 else peer


def client_scheme(scheme: str, peer: str, headers: Headers, trusted: TrustedProxies) -> str:
    """How the client spoke, "https" or "http"; `scheme` is the connection's own, kept where no trusted proxy tells.

    X-Forwarded-Proto counts before Forwarded; of a list, the entry that stands where the client's address stands.
    """
    if not trusted or peer not in trusted:
        return scheme
    claims = [claim.strip().lower() for claim in _entries(headers, b"x-forwarded-proto")]
    if claims:
        position = _walk(_x_forwarded_for(headers), peer, trusted)[1]
        claimed = claims[min(position, len(claims)) - 1]
    else:
        elements = _forwarded(headers)
        position = _walk([_node(element.get("for", "")) for element in elements], peer, trusted)[1]
        claimed = elements[position - 1].get("proto", "").lower() if elements else ""
    return claimed if claimed in ("http", "https") else scheme


def _walk(hops: list[str], peer: str, trusted: TrustedProxies) -> tuple[str, int]:
    """The client among hops (nearest first, "" where one is not told) and its position, counted from 1."""
    nearest = peer
    for position, hop in enumerate(hops, 1):
        if not hop:
            return nearest, position
        if hop not in trusted:
            return hop, position
        nearest = hop
    return nearest, max(len(hops), 1)


def _x_forwarded_for(headers: Headers) -> list[str]:
    return [_node(entry) for entry in _entries(headers, b"x-forwarded-for")]


def _forwarded_for(headers: Headers) -> list[str]:
    return [_node(element.get("for", "")) for element in _forwarded(headers)]


def _lines(headers: Headers, name: bytes) -> Iterator[str]:
    """The header's lines, nearest hop first."""
    return (value.decode("latin-1") for key, value in reversed(headers) if key == name)


def _entries(headers: Headers, name: bytes) -> Iterator[str]:
    """The entries of a comma list over all its lines, nearest hop first, at most 32."""
    entries = (entry for line in _lines(headers, name) for entry in line.rsplit(",", _MOST_HOPS)[::-1])
    return islice(entries, _MOST_HOPS)


def _forwarded(headers: Headers) -> list[dict[str, str]]:
    """Forwarded elements as parameters, nearest hop first, up to a line that is not well-formed (RFC 7239, 4)."""
    elements: list[dict[str, str]] = []
    for line in _lines(headers, b"forwarded"):
        parsed = _parse_forwarded(line) if len(line) <= _LONGEST_FORWARDED else None
        elements.extend(reversed(parsed) if parsed is not None else [{}])
        if parsed is None or len(elements) >= _MOST_HOPS:
            break
    return elements[:_MOST_HOPS]


def _parse_forwarded(line: str) -> list[dict[str, str]] | None:
    elements: list[dict[str, str]] = [{}]
    position = 0
    while True:
        found = _PAIR.match(line, position)
        if not found:
            return None
        name, value, separator = found.groups()
        if name:
            if name.lower() in elements[-1]:
                return None  # each parameter at most once
            elements[-1][name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
        if not separator:
            return [element for element in elements if element]
        if separator == ",":
            elements.append({})
        position = found.end()


def _node(text: str) -> str:
    """The address in `192.0.2.1:80`, `[2001:db8::1]:80` or either without port; "" for `unknown`, `_id`, the rest."""
    text = text.strip()
    if text.startswith("["):
        address, bracket, port = text[1:].partition("]")
        if not bracket or (port and port[0] != ":"):
            return ""
    else:
        address = text.partition(":")[0] if text.count(":") == 1 else text
    return address if pack(address) else ""

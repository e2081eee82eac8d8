"""Truncates network addresses, in memory, before anything is written (GDPR art. 5(1)(c), 25).

An IPv6 address that carries an IPv4 one is reduced to that one's prefix: cutting `::ffff:203.0.113.77` to 48 bits
would call every such visitor `::/48`, and cutting a 6to4 address to 48 bits would keep the whole IPv4 address.
"""

from __future__ import annotations

import socket

_LONGEST = 64  # an IPv6 address takes 45 characters; the rest is room for a zone id
_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:0:0/96, RFC 4291 section 2.5.5.2
_NAT64 = bytes.fromhex("0064ff9b") + bytes(8)  # 64:ff9b::/96, RFC 6052
_SIX_TO_FOUR = bytes.fromhex("2002")  # RFC 3056
_TEREDO = bytes.fromhex("20010000")  # RFC 4380


def pack(address: str) -> bytes:
    """The address in network order: 4 bytes, or 16; empty when it is no address. A zone id is dropped."""
    if len(address) > _LONGEST:
        return b""
    try:
        if ":" in address:
            return socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return b""


def unmap(packed: bytes) -> bytes:
    """The 4 bytes of an IPv4 address seen through a dual-stack socket (`::ffff:…`); anything else as it is."""
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _embedded(packed: bytes) -> bytes:
    """The IPv4 address inside an IPv6 one, or nothing."""
    if packed.startswith((_MAPPED, _NAT64)):
        return packed[12:]
    if packed.startswith(_SIX_TO_FOUR):
        return packed[2:6]
    if packed.startswith(_TEREDO):
        return bytes(byte ^ 0xFF for byte in packed[12:])  # the client's address is written inverted
    return b""


def truncate(address: str, ipv4_bits: int = 24, ipv6_bits: int = 48) -> str:
    """The network that an address belongs to: "203.0.113.77" → "203.0.113.0/24".

    What is not an address gives "", never the input. Nothing is cached: a cache would keep whole addresses.
    """
    packed = pack(address)
    if not packed:
        return ""
    packed = (len(packed) == 16 and _embedded(packed)) or packed
    size = len(packed) * 8
    bits = ipv4_bits if size == 32 else ipv6_bits
    kept = int.from_bytes(packed, "big") >> (size - bits) << (size - bits)
    family = socket.AF_INET if size == 32 else socket.AF_INET6
    return f"{socket.inet_ntop(family, kept.to_bytes(size // 8, 'big'))}/{bits}"

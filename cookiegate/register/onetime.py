"""One-time codes by the clock, as every authenticator app makes them (RFC 6238, with SHA-1, 6 digits, 30 seconds)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
_DIGITS = 6
_WINDOW = 1  # steps by which the person's clock may be off, either way (RFC 6238 section 5.2)
_SECRET = 20  # bytes, as long as the hash (RFC 4226 section 4)


def make_secret() -> str:
    """In base32, 32 letters, as apps want it typed."""
    return base64.b32encode(secrets.token_bytes(_SECRET)).decode()


def code_at(secret: bytes, step: int, digits: int = _DIGITS) -> str:
    """The code of one step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def find_step(secret: str, code: str, now: float, last: int = 0) -> int | None:
    """The step that the code is of; None where it is of none near `now`, or of none after the `last` one used.

    `now` in seconds since 1970-01-01 UTC. Spaces in the code are passed over, since apps show it in two groups.
    """
    typed = "".join(code.split()).encode("utf-8", "surrogatepass")
    try:
        key = base64.b32decode(secret)
    except binascii.Error:
        return None
    current, found = int(now) // STEP_SECONDS, None
    for step in range(current - _WINDOW, current + _WINDOW + 1):
        if hmac.compare_digest(code_at(key, step).encode(), typed) and step > last:
            found = step
    return found


def write_uri(secret: str, name: str, issuer: str) -> str:
    """What apps read from a link: otpauth://totp/…"""
    said = urlencode({"secret": secret, "issuer": issuer, "digits": _DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{name}')}?{said}"

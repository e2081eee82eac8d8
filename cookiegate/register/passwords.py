"""Passwords of the staff: made, judged, and kept as what nobody can turn back (scrypt, RFC 7914).

scrypt rather than argon2: the standard library has it on every system, and at these parameters a guess costs 64 MiB of
memory for both. They stand with each hash, so that they can be raised and old hashes still be checked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from functools import cache
from typing import NamedTuple

from cookiegate.errors import CookiegateError

SHORTEST, LONGEST = 12, 200  # characters of a password
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_SALT = 16  # bytes


class Cost(NamedTuple):
    """128 · n · r bytes of memory, p times over."""

    n: int
    r: int
    p: int


USUAL = Cost(1 << 16, 8, 2)


def make_password() -> str:
    """One to be handed out, in groups that can be read aloud: 20 letters and figures, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def require_strong(password: str, name: str) -> None:
    """Raises CookiegateError for a password that is too short, too long or little more than the name: length is what
    protects (NIST SP 800-63B section 3.1.1), so no kinds of letters are asked for."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise CookiegateError(f"a password has {SHORTEST} to {LONGEST} characters, this one has {len(password)}")
    if len(set(password)) < 5 or len(password.lower().replace(name, "")) < SHORTEST // 2:
        raise CookiegateError("this password is guessed at once: take some words that do not belong together")


def hash_password(password: str, cost: Cost = USUAL) -> str:
    """As it is kept: scrypt$n$r$p$salt$hash."""
    salt = os.urandom(_SALT)
    parts = (*map(str, cost), *(base64.b64encode(each).decode() for each in (salt, _derive(password, salt, cost))))
    return "$".join(("scrypt", *parts))


def check_password(password: str, kept: str) -> bool:
    """Whether it is the one. Takes as long for a wrong one."""
    _, n, r, p, salt, derived = kept.split("$")
    found = _derive(password, base64.b64decode(salt), Cost(int(n), int(r), int(p)))
    return hmac.compare_digest(found, base64.b64decode(derived))


def is_outdated(kept: str) -> bool:
    """Whether it was hashed at another cost than is usual now."""
    return tuple(kept.split("$")[1:4]) != tuple(map(str, USUAL))


@cache
def make_decoy() -> str:
    """What the password of a name that does not exist is checked against, so that it takes as long."""
    return hash_password(make_password(), USUAL)


def _derive(password: str, salt: bytes, cost: Cost) -> bytes:
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")  # keyboards spell ä in two ways
    room = 128 * cost.r * (cost.n + cost.p + 32)
    return hashlib.scrypt(typed, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=room, dklen=32)

"""Passwords: made at random, judged by their length, kept as hashes that say how they were made."""

from __future__ import annotations

import base64

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register.passwords import (
    USUAL,
    Cost,
    check_password,
    hash_password,
    is_outdated,
    make_password,
    require_strong,
)

CHEAP = Cost(2, 8, 1)
VECTOR = bytes.fromhex(  # RFC 7914 section 12: "pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
)


def test_it_is_the_scrypt_of_the_standard() -> None:
    salt = base64.b64encode(b"SodiumChloride").decode()
    kept = f"scrypt$16384$8$1${salt}${base64.b64encode(VECTOR[:32]).decode()}"
    assert check_password("pleaseletmein", kept)
    assert not check_password("pleaseletmeim", kept)


def test_a_hash_says_its_cost_and_no_two_are_the_same() -> None:
    first, second = hash_password("viisi hevosta ladossa"), hash_password("viisi hevosta ladossa", CHEAP)
    assert first.startswith(f"scrypt${USUAL.n}${USUAL.r}${USUAL.p}$")
    assert 128 * USUAL.n * USUAL.r == 64 << 20  # bytes, as the handbook says
    assert not is_outdated(first)
    assert is_outdated(second)
    assert check_password("viisi hevosta ladossa", first)
    assert check_password("viisi hevosta ladossa", second)
    assert hash_password("viisi hevosta ladossa", CHEAP) != second


def test_a_letter_may_be_spelt_in_two_ways() -> None:
    assert check_password("ha\u0308a\u0308yo\u0308aie", hash_password("hääyöaie", CHEAP))


def test_one_that_is_handed_out_is_strong_and_never_the_same() -> None:
    made = {make_password() for _ in range(100)}
    assert len(made) == 100
    for each in made:
        require_strong(each, "aino")
        assert len(each.replace("-", "")) == 20


@pytest.mark.parametrize("weak", ["", "lyhyt", "x" * 11, "a" * 40, "abababababababab", "aino.esimerkki1", "y" * 201])
def test_a_weak_one_is_refused(weak: str) -> None:
    with pytest.raises(CookiegateError):
        require_strong(weak, "aino.esimerkki")

"""One-time codes: those of the standard, near enough in time, and each good once."""

from __future__ import annotations

import base64

import pytest

from cookiegate.register.onetime import code_at, find_step, make_secret, write_uri

SEED = b"12345678901234567890"
VECTORS = {59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924",
           2000000000: "69279037", 20000000000: "65353130"}  # RFC 6238 appendix B, SHA-1  # fmt: skip
COUNTERS = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
SECRET = base64.b32encode(SEED).decode()
NOW = 1_772_366_400


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SEED, seconds // 30, digits=8) == code
    assert find_step(SECRET, code[2:], seconds) == seconds // 30


def test_so_are_those_by_counter() -> None:  # RFC 4226 appendix D
    assert tuple(code_at(SEED, counter) for counter in range(10)) == COUNTERS


@pytest.mark.parametrize(("late", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(late: int, fits: bool) -> None:
    code = code_at(SEED, (NOW + late) // 30)
    assert (find_step(SECRET, code, NOW) is not None) == fits


def test_a_code_is_good_once_and_no_earlier_one_after_it() -> None:
    step = NOW // 30
    assert find_step(SECRET, code_at(SEED, step), NOW, last=step) is None
    assert find_step(SECRET, code_at(SEED, step - 1), NOW, last=step) is None
    assert find_step(SECRET, code_at(SEED, step + 1), NOW, last=step) == step + 1


@pytest.mark.parametrize("typed", ["", "123", "abcdef", "９４２８７０", "\ud800", "0" * 100])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert find_step(SECRET, typed, NOW) is None


def test_apps_show_a_code_in_two_groups() -> None:
    code = code_at(SEED, NOW // 30)
    assert find_step(SECRET, f" {code[:3]} {code[3:]} ", NOW) == NOW // 30


def test_a_secret_has_160_random_bits_and_an_app_can_read_it() -> None:
    assert len({make_secret() for _ in range(50)}) == 50
    assert len(base64.b32decode(make_secret())) == 20
    assert write_uri("ABCD", "aino", "Koivurannan Saha & Co") == (
        "otpauth://totp/Koivurannan%20Saha%20%26%20Co%3Aaino"
        "?secret=ABCD&issuer=Koivurannan%20Saha%20%26%20Co&digits=6&period=30"
    )

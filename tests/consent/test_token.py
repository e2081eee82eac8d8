"""The choice in its cookie: what was sealed comes back, and nothing else does."""

from __future__ import annotations

import base64
import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent import UNDECIDED, Consent, Token, decide
from cookiegate.policy import Policy, compile_policy

SECRET, OLDER, FOREIGN = "s" * 32, "o" * 32, "f" * 32
DAY = 20_780


def make_policy(**purposes: list[str]) -> Policy:
    own = sorted({id for ids in purposes.values() for id in ids})
    said: dict[str, Any] = {
        "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"]},
        "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
        "purposes": {purpose.replace("_", "-"): {"services": ids} for purpose, ids in purposes.items()},
        "services": {id: {"provider": "P Oy", "hosts": [f"{id}.example.net"]} for id in own},
    }
    return compile_policy(said)


POLICY = make_policy(functional=["chat"], statistics=["laskuri", "mittari"], marketing=["pikseli", "filmi"])
TOKEN = Token(POLICY, [SECRET])
SUBSETS = [set(some) for n in range(6) for some in itertools.combinations(sorted(POLICY.services), n)]


def choose(*services: str, day: int = DAY) -> Consent:
    return decide(POLICY, UNDECIDED, "save", (), services, day)


GIVEN = choose("chat", "laskuri")
VALUE = TOKEN.seal(GIVEN).encode()


@pytest.mark.parametrize("services", SUBSETS, ids=lambda services: "+".join(sorted(services)) or "none")
def test_what_was_sealed_comes_back_whole(services: set[str]) -> None:
    consent = choose(*services)
    assert Token(POLICY, [SECRET]).open(TOKEN.seal(consent).encode(), DAY) == consent


@pytest.mark.parametrize("bit", range(8))
def test_a_single_flipped_bit_anywhere_gives_nothing(bit: int) -> None:
    for place in range(len(VALUE)):
        forged = bytearray(VALUE)
        forged[place] ^= 1 << bit
        assert TOKEN.open(bytes(forged), DAY) == UNDECIDED, bytes(forged)
        assert TOKEN.identify(bytes(forged)) == ""


def test_every_truncation_gives_nothing() -> None:
    for cut in range(len(VALUE)):
        assert TOKEN.open(VALUE[:cut], DAY) == UNDECIDED
        assert TOKEN.open(VALUE[cut + 1 :], DAY) == UNDECIDED


def test_a_signature_has_one_spelling() -> None:
    signed, _, signature = VALUE.rpartition(b".")
    same = base64.urlsafe_b64decode(signature + b"=")
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [signature[:-1] + bytes([letter]) for letter in letters]
    spellings = [each for each in spellings if base64.urlsafe_b64decode(each + b"=") == same and each != signature]
    assert spellings
    for spelling in (*spellings, signature + b"=", signature[:9] + b"!" + signature[9:], signature + b"~"):
        assert TOKEN.open(signed + b"." + spelling, DAY) == UNDECIDED


def test_nothing_may_stand_before_or_after_it() -> None:
    for value in (VALUE + b" ", b" " + VALUE, VALUE + b"\n", VALUE + VALUE, b'"' + VALUE + b'"', b"." + VALUE):
        assert TOKEN.open(value, DAY) == UNDECIDED


def test_another_secret_cannot_give() -> None:
    forged = Token(POLICY, [FOREIGN]).seal(GIVEN).encode()
    assert TOKEN.open(forged, DAY) == UNDECIDED
    assert TOKEN.identify(forged) == ""


def test_a_choice_holds_as_many_days_as_the_policy_says_and_no_longer() -> None:
    last = DAY + POLICY.consent.validity_days - 1
    assert TOKEN.open(VALUE, last) == GIVEN
    assert TOKEN.open(VALUE, last + 1) == UNDECIDED
    assert TOKEN.open(VALUE, last) == GIVEN  # the clock of another machine


def test_a_choice_of_tomorrow_is_a_clock_that_differs_and_one_of_later_is_none() -> None:
    assert TOKEN.open(TOKEN.seal(choose("chat", day=DAY + 1)).encode(), DAY).decided
    assert TOKEN.open(TOKEN.seal(choose("chat", day=DAY + 2)).encode(), DAY) == UNDECIDED


def test_a_choice_for_another_company_gives_nothing_but_can_still_be_named() -> None:
    other = Token(replace(POLICY, controller=replace(POLICY.controller, name="Muu Oy")), [SECRET])
    assert other.open(VALUE, DAY) == UNDECIDED
    assert other.identify(VALUE) == GIVEN.id != ""


def test_an_expired_choice_can_still_be_named() -> None:
    assert TOKEN.open(VALUE, DAY + 5000) == UNDECIDED
    assert TOKEN.identify(VALUE) == GIVEN.id


def test_a_second_secret_verifies_and_the_first_signs() -> None:
    ring = Token(POLICY, [SECRET, OLDER])
    assert ring.open(Token(POLICY, [OLDER]).seal(GIVEN).encode(), DAY) == GIVEN
    assert ring.open(VALUE, DAY) == GIVEN
    assert ring.seal(GIVEN).encode() == VALUE
    assert TOKEN.open(Token(POLICY, [OLDER]).seal(GIVEN).encode(), DAY) == UNDECIDED


def test_two_machines_with_their_secrets_in_another_order_agree() -> None:
    one, two = Token(POLICY, [SECRET, OLDER]), Token(POLICY, [OLDER, SECRET])
    assert one.open(two.seal(GIVEN).encode(), DAY) == two.open(one.seal(GIVEN).encode(), DAY) == GIVEN


def test_all_who_refuse_on_one_day_carry_the_same_bytes() -> None:
    before = TOKEN.open(VALUE, DAY)
    refusals = {
        TOKEN.seal(decide(POLICY, was, decision, purposes, services, DAY))
        for was in (UNDECIDED, before, choose())
        for decision, purposes, services in (
            ("refuse", (), ()),
            ("refuse", ("statistics",), ("chat",)),
            ("withdraw", (), ()),
            ("save", (), ()),
            ("save", ("unknown",), ("unknown",)),
        )
    }
    assert len(refusals) == 1
    assert GIVEN.id not in refusals.pop()


def test_two_who_gave_the_same_do_not_carry_the_same_id() -> None:
    assert choose("chat").id != choose("chat").id


def test_a_value_is_short_however_many_services_are_chosen_and_however_long_their_names() -> None:
    long = {f"purpose-{n}": [f"{'palvelu-' * 4}{n:02}{m:02}xxxx" for m in range(20)] for n in range(10)}
    policy = make_policy(**long)
    assert max(map(len, policy.services)) == 40
    token = Token(policy, [SECRET])
    every_other = sorted(policy.services)[::2]
    for services in ([], list(policy.services), every_other, every_other[:1]):
        consent = decide(policy, UNDECIDED, "save", (), services, DAY)
        value = token.seal(consent)
        assert len("__Secure-cookiegate=" + value) <= 400
        assert token.open(value.encode(), DAY) == consent


def test_a_cookie_has_256_bytes_at_most_where_up_to_25_services_are_asked_about() -> None:
    policy = make_policy(statistics=[f"laskuri-{n}" for n in range(12)], marketing=[f"pikseli-{n}" for n in range(13)])
    token = Token(policy, [SECRET])
    for count in range(26):
        consent = decide(policy, UNDECIDED, "save", (), sorted(policy.services)[:count], 99_999)
        assert len("__Secure-cookiegate=" + token.seal(consent)) <= 256
        assert token.open(token.seal(consent).encode(), 99_999) == consent


def test_a_value_needs_no_quoting_in_a_cookie() -> None:
    assert set(VALUE) <= set(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~")


def test_a_signed_value_for_services_that_do_not_exist_gives_nothing() -> None:
    who = VALUE.split(b"~")[1].decode()
    for answers in ("abcdef~~", "~~abcdef1", "~~abcdefff.abcdeg0"):
        opened = TOKEN.open(TOKEN._signer.sign(f"2~{who}~{DAY}~{answers}~"), DAY)
        assert (opened.services, opened.purposes, opened.decided) == (set(), set(), False)


@pytest.mark.parametrize("answers", ["abcde~~", "~abcdefg~", "~~abcdef", "~~abcdefg", "abc!ef~~", "~~", "~~~~"])
def test_a_signed_value_that_we_did_not_write_is_none(answers: str) -> None:
    who = VALUE.split(b"~")[1].decode()
    assert TOKEN.open(TOKEN._signer.sign(f"2~{who}~{DAY}~{answers}"), DAY) == UNDECIDED
    assert TOKEN.open(TOKEN._signer.sign(f"1~{POLICY.version}~{DAY}~1f~"), DAY) == UNDECIDED


@given(st.binary(max_size=300))
def test_no_bytes_give_anything_or_raise(value: bytes) -> None:
    assert TOKEN.open(value, DAY) == UNDECIDED
    assert TOKEN.identify(value) == ""


@given(st.binary(max_size=90), st.binary(max_size=60))
def test_nothing_put_around_or_into_a_value_gives_anything(before: bytes, after: bytes) -> None:
    signed, _, signature = VALUE.rpartition(b".")
    for value in (before + b"." + signature, signed + b"." + after, signed + before + b"." + signature):
        if value != VALUE:
            assert TOKEN.open(value, DAY) == UNDECIDED


def test_nothing_is_remembered_of_a_value_longer_than_any_of_ours() -> None:
    token = Token(POLICY, [SECRET])
    for number in range(20):
        assert token.open(b"%d" % number + b"x" * 60_000, DAY) == UNDECIDED
    assert sum(map(len, token._opened)) < 1000


def test_more_values_than_are_remembered_are_still_judged_right() -> None:
    token = Token(POLICY, [SECRET])
    for number in range(5000):
        assert token.open(b"2~forged~%d" % number, DAY) == UNDECIDED
    assert token.open(VALUE, DAY) == GIVEN
    assert len(token._opened) <= 4096

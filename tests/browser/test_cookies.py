"""Our one cookie as the browser keeps it, over TLS and on the plain HTTP of a developer's machine."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from .gates import Gates
from .visitor import Cookie, Visitor

Come = Callable[..., Visitor]
DAY = 86_400
SIX_MONTHS = 182 * DAY  # as the demonstration's policy has it, give or take what a month is


def keep_one(somebody: Visitor, decision: str) -> Cookie:
    somebody.visit("/")
    somebody.press(decision)
    (cookie,) = [each for each in somebody.list_cookies() if "cookiegate" in each.name]
    return cookie


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("decision", ["refuse", "accept"])
def test_yes_and_no_are_kept_alike_out_of_the_reach_of_scripts(visitor: Come, decision: str, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    cookie = keep_one(somebody, decision)
    assert cookie == Cookie("__Host-cookiegate", cookie.value, somebody.host, "/", True, True, "Lax", cookie.expires), (
        "host alone, HttpOnly, Secure"
    )
    assert abs(cookie.expires - time.time() - SIX_MONTHS) < 4 * DAY
    assert "cookiegate" not in somebody.evaluate("document.cookie")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_on_plain_http_a_choice_is_kept_under_the_plain_name(visitor: Come, gates: Gates, scripts: bool) -> None:
    somebody = visitor(gates.plain, scripts=scripts)
    cookie = keep_one(somebody, "accept")
    assert cookie == Cookie("cookiegate", cookie.value, "127.0.0.1", "/", True, False, "Lax", cookie.expires)
    assert somebody.strangers >= {"fonts.googleapis.com"}
    somebody.press("withdraw")
    somebody.internet.forget()
    somebody.visit("/mokit/")
    assert somebody.count("#cookiegate .cookiegate-control") == 1
    assert somebody.strangers == set()


def test_two_who_refuse_on_one_day_cannot_be_told_apart(visitor: Come) -> None:
    first, second = (keep_one(visitor(width=width), "refuse") for width in (1280, 390))
    assert (first.name, first.value) == (second.name, second.value)

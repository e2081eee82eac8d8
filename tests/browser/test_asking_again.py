"""A visitor chose before the site had a new service: a real browser is asked for just that, and acts on the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from cookiegate.consent import UNDECIDED, Token, decide
from cookiegate.policy import Policy, Service, load_policy
from tests.stories.site import SECRET

from .axe import find_violations
from .chromium import ChromiumVisitor
from .gates import COMPANY, COMPANY_HOST
from .visitor import OURS, Cookie, Visitor

NEW = "youtube"
scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
Come = Callable[..., Visitor]


def come_back(visitor: Come, decision: str, **manner: object) -> Visitor:
    """Somebody with the cookie of a choice that was made when the policy did not have the new service."""
    policy = load_policy(COMPANY / "cookiegate.toml")
    older = replace(
        policy, purposes=tuple(replace(each, services=_leave_out(each.services)) for each in policy.purposes)
    )
    someone = visitor(**manner)
    someone.add_cookie(Cookie(OURS, seal(older, decision), COMPANY_HOST))
    return someone


def seal(policy: Policy, decision: str) -> str:
    consent = decide(policy, UNDECIDED, decision, (), (), int(time.time()) // 86_400 - 10)
    return Token(policy, [SECRET]).seal(consent)


def _leave_out(services: tuple[Service, ...]) -> tuple[Service, ...]:
    return tuple(each for each in services if each.id != NEW)


def list_buttons(someone: Visitor) -> list[str]:
    found: str = someone.evaluate("[...document.querySelectorAll('#cookiegate button')].map(it => it.value).join(' ')")
    return found.split()


def answer(someone: Visitor, decision: str) -> None:
    someone.click(f"#cookiegate button[value={decision}]")
    someone.await_drawn("#cookiegate .cookiegate-control")
    someone.settle()


@scripts
def test_accepting_the_new_adds_it_and_keeps_the_rest(visitor: Come, scripts: bool) -> None:
    someone = come_back(visitor, "accept", scripts=scripts)
    someone.visit("/")
    assert list_buttons(someone) == ["refuse-new", "accept-new", "withdraw"]
    assert "YouTube" in someone.read("#cookiegate p")
    answer(someone, "accept-new")
    assert list_buttons(someone) == ["withdraw"]


@scripts
def test_refusing_the_new_leaves_what_was_given_and_what_was_refused(visitor: Come, scripts: bool) -> None:
    for decision, left in (("accept", ["withdraw"]), ("refuse", [])):
        someone = come_back(visitor, decision, scripts=scripts)
        someone.visit("/")
        answer(someone, "refuse-new")
        assert list_buttons(someone) == left
        someone.visit("/")
        assert list_buttons(someone) == left, "and it is not asked again"


@scripts
@pytest.mark.parametrize("decision", ["save", "refuse", "accept"])
def test_in_the_settings_too_the_new_is_refused_and_accepted_with_one_press(
    visitor: Come, decision: str, scripts: bool
) -> None:
    """And unless somebody ticks it, it is not ticked."""
    someone = come_back(visitor, "accept", scripts=scripts)
    someone.visit("/")
    someone.open_settings()
    assert someone.count(f".cookiegate-settings :is([value={NEW}], [value=marketing]):checked") == 0
    answer(someone, decision)
    given = str(someone.evaluate("document.querySelector('section#cookiegate').dataset.services"))
    assert (NEW in given.split(), bool(given)) == (decision == "accept", decision != "refuse")


@pytest.mark.parametrize("width", [320, 1280])
def test_both_answers_are_seen_at_once_and_look_the_same(visitor: Come, width: int) -> None:
    someone = come_back(visitor, "accept", width=width)
    someone.visit("/")
    refuse, accept = (someone.find_box(f"#cookiegate button[value={which}-new]") for which in ("refuse", "accept"))
    assert refuse["width"] == pytest.approx(accept["width"], abs=1)
    assert refuse["height"] == pytest.approx(accept["height"], abs=1)
    assert refuse["y"] == accept["y"]
    assert refuse["bottom"] <= 800


@pytest.mark.chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/sv/", "/en/"])
def test_axe_finds_nothing_where_just_the_new_is_asked(visitor: Come, path: str, scheme: str) -> None:
    someone = come_back(visitor, "accept", color_scheme=scheme, width=390)
    assert isinstance(someone, ChromiumVisitor)
    someone.see(path)
    someone.await_drawn("#cookiegate button[value=refuse-new]")
    # axe knows the page's own skip link for one only where it is the very first link
    assert [said for said in find_violations(someone.page) if 'class="skip"' not in said] == []

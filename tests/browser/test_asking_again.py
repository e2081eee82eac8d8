"""A visitor chose before the site had a new service: a real browser is asked for just that, and acts on the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from cookiegate.consent import UNDECIDED, Token, decide
from cookiegate.policy import Policy, Service, load_policy
from tests.stories.site import SECRET

from .chromium import ChromiumVisitor
from .gates import COMPANY, COMPANY_HOST

NEW = "youtube"
scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
pytestmark = pytest.mark.chromium
Come = Callable[..., ChromiumVisitor]


def come_back(visitor: Come, decision: str, **manner: object) -> ChromiumVisitor:
    """Somebody with the cookie of a choice that was made when the policy did not have the new service."""
    policy = load_policy(COMPANY / "cookiegate.toml")
    older = replace(
        policy, purposes=tuple(replace(each, services=_leave_out(each.services)) for each in policy.purposes)
    )
    value = seal(older, decision)
    someone = visitor(**manner)
    someone.context.add_cookies(
        [{"name": "__Host-cookiegate", "value": value, "url": f"https://{COMPANY_HOST}", "secure": True}]
    )
    return someone


def seal(policy: Policy, decision: str) -> str:
    consent = decide(policy, UNDECIDED, decision, (), (), int(time.time()) // 86_400 - 10)
    return Token(policy, [SECRET]).seal(consent)


def _leave_out(services: tuple[Service, ...]) -> tuple[Service, ...]:
    return tuple(each for each in services if each.id != NEW)


def list_buttons(someone: ChromiumVisitor) -> list[str | None]:
    return [button.get_attribute("value") for button in someone.control().locator("button").all()]


@scripts
def test_accepting_the_new_adds_it_and_keeps_the_rest(visitor: Come, scripts: bool) -> None:
    someone = come_back(visitor, "accept", scripts=scripts)
    someone.visit("/")
    assert list_buttons(someone) == ["refuse-new", "accept-new", "withdraw"]
    assert "YouTube" in someone.control().locator("p").all_inner_texts()[-1]
    someone.control().locator("button[value=accept-new]").click()
    someone.control().locator(".cookiegate-control").wait_for()
    assert list_buttons(someone) == ["withdraw"]


@scripts
def test_refusing_the_new_leaves_what_was_given_and_what_was_refused(visitor: Come, scripts: bool) -> None:
    for decision, left in (("accept", ["withdraw"]), ("refuse", [])):
        someone = come_back(visitor, decision, scripts=scripts)
        someone.visit("/")
        someone.control().locator("button[value=refuse-new]").click()
        someone.control().locator(".cookiegate-control").wait_for()
        assert list_buttons(someone) == left
        someone.visit("/")
        assert list_buttons(someone) == left, "and it is not asked again"


@pytest.mark.parametrize("width", [320, 1280])
def test_both_answers_are_seen_at_once_and_look_the_same(visitor: Come, width: int) -> None:
    someone = come_back(visitor, "accept", width=width)
    someone.visit("/")
    boxes = []
    for value in ("refuse-new", "accept-new"):
        box = someone.control().locator(f"button[value={value}]").bounding_box()
        assert box is not None
        boxes.append(box)
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=1)
    assert boxes[0]["height"] == pytest.approx(boxes[1]["height"], abs=1)
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["y"] + boxes[0]["height"] <= 800

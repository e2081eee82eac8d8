"""What must hold once something has refused for the visitor, or taken our parts away."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import BrowserContext

from tests.browser.internet import Internet

from .site import NECESSARY, Website


def check_refused(website: Website, context: BrowserContext, internet: Internet, before: Counter[str]) -> None:
    """All that must hold once a tool has refused for its user."""
    assert website.wait_for_decision(before) == {"refused": 1}
    choice = website.read_choice(context.cookies())
    assert choice is not None
    assert choice.decided
    assert choice.services == frozenset()
    assert {each["name"] for each in context.cookies()} <= {"__Host-cookiegate", NECESSARY}
    strangers = internet.reached - {website.host}
    assert strangers == set(), strangers

"""Consent-O-Matic answers for its user by the rule that we offer it, purpose by purpose.

The extension itself is in no registry. Its rules are run here by the engine that autoconsent had taken over from it
until version 15, which knows all or nothing; in the extension each type of consent is the user's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.internet import Internet

from .autoconsent import WITH_CONSENT_O_MATIC, Autoconsent, read_rule
from .refused import check_refused
from .site import LANGUAGES, LOOKS, SERVICES, Website

Come = Callable[[], BrowserContext]
FILE = read_rule("consent-o-matic-cookiegate.json")
RULES = {"autoconsent": [], "consentomatic": {"cookiegate": FILE["cookiegate"]}}
# What the user of the extension may allow, by its one-letter names, and what is then given.
TYPES = {"A": "functional", "B": "statistics", "F": "marketing", "X": "research"}


@pytest.mark.parametrize(
    "language", ["fi", *(pytest.param(each, marks=pytest.mark.torture) for each in LANGUAGES if each != "fi")]
)
@pytest.mark.parametrize("look", LOOKS)
def test_with_our_rule_it_refuses(
    websites: dict[str, Website], come: Come, packages: Path, internet: Internet, look: str, language: str
) -> None:
    website, context = websites[look], come()
    before = website.count_decisions()
    page = context.new_page()
    tool = Autoconsent(page, packages / WITH_CONSENT_O_MATIC, RULES)
    page.goto(website.address(language))
    tool.wait_for(type="optOutResult", cmp="com_cookiegate", result=True)
    check_refused(website, context, internet, before)
    page.locator("section#cookiegate .cookiegate-control").wait_for()


@pytest.mark.parametrize("look", LOOKS)
def test_with_our_rule_it_accepts_for_those_who_want_that(
    websites: dict[str, Website], come: Come, packages: Path, look: str
) -> None:
    website, context = websites[look], come()
    before = website.count_decisions()
    page = context.new_page()
    Autoconsent(page, packages / WITH_CONSENT_O_MATIC, RULES, autoAction="optIn")
    page.goto(website.address("en"))
    assert website.wait_for_decision(before) == {"given": 1}
    page.locator("[data-cookiegate=withdraw]").wait_for()  # on the ledger it is before the answer has come
    choice = website.read_choice(context.cookies())
    assert choice is not None
    assert choice.services == frozenset(SERVICES.values())
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    "kind", ["X", *(pytest.param(each, marks=pytest.mark.torture) for each in TYPES if each != "X")]
)
def test_each_type_of_consent_is_its_own_purpose(
    websites: dict[str, Website], come: Come, packages: Path, kind: str
) -> None:
    """The engine here allows every type that it knows: what the user does not allow gets a letter that it does not."""
    others = "".join(each for each in TYPES if each != kind)
    rules = json.loads(re.sub(f'"type": "[{others}]"', '"type": "Z"', json.dumps(RULES)))
    website, context = websites[LOOKS[0]], come()
    before = website.count_decisions()
    page = context.new_page()
    Autoconsent(page, packages / WITH_CONSENT_O_MATIC, rules, autoAction="optIn")
    page.goto(website.address("en"))
    assert website.wait_for_decision(before) == {"partly-given": 1}
    page.locator("[data-cookiegate=withdraw]").wait_for()  # on the ledger it is before the answer has come
    choice = website.read_choice(context.cookies())
    assert choice is not None
    assert choice.services == {SERVICES[TYPES[kind]]}
    page.wait_for_load_state("networkidle")

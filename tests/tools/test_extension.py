"""Autoconsent's real extension in a real Chromium refuses for its user, with our rule among upstream's and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.internet import Internet

from .autoconsent import CURRENT, read_rule
from .extension import build_extension, open_with_extension, wait_for_report
from .refused import check_refused
from .site import LOOKS, Website

RULE = read_rule("autoconsent-cookiegate.json")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("rule", "language", "found"), [(RULE, "fi", "cookiegate"), (None, "de", "HEURISTIC-REJECT")], ids=["rule", "none"]
)
def test_the_extension_refuses(
    websites: dict[str, Website],
    playwright: Playwright,
    chromium: str,
    flags: list[str],
    packages: Path,
    internet: Internet,
    tmp_path: Path,
    look: str,
    rule: object,
    language: str,
    found: str,
) -> None:
    website = websites[look]
    before = website.count_decisions()
    internet.forget()
    extension = build_extension(packages / CURRENT, tmp_path / "extension", rule)
    with open_with_extension(playwright, chromium, flags, extension, tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(website.address(language))
        state = wait_for_report(context, lifecycle="done", selfTest=True)
        assert state["detectedPopups"] == [found]
        check_refused(website, context, internet, before)

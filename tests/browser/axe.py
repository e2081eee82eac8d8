"""axe-core, and what it complains of in a page."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Frame, Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VERSION = AXE.split("axe v", 1)[1].split("\n", 1)[0]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What it wants of a whole page: a placeholder fills a frame.
OF_PAGES = {rule: {"enabled": False} for rule in ("landmark-one-main", "page-has-heading-one", "region")}


def find_violations(page: Page | Frame) -> list[str]:
    """Each rule that is broken, with the element that it means. Frames in the page are not looked into."""
    page.evaluate(AXE)
    rules = OF_PAGES if isinstance(page, Frame) else {}
    options = {"runOnly": TAGS, "rules": rules, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run({exclude: ['iframe']}, options)", options)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]

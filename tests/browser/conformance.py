"""Writes `docs/accessibility.md` from a test run: which success criteria hold, and which tests show it.

python3 dev.py test tests/browser --conformance docs/accessibility.md -m browser

A test says by `@pytest.mark.wcag("1.4.3")` which criteria it is about.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from .axe import VERSION
from .looks import LANGUAGES, LOOKS

CRITERIA = Path(__file__).with_name("criteria.toml")
HEAD = """# Accessibility

How far the banner, its second layer, the placeholders and our own pages conform to WCAG 2.2, levels A and AA (EN 301
549 chapter 9, Directive (EU) 2019/882). Written by a run of the tests, in Chromium with axe-core {axe}: {languages}
languages, the looks {looks}, every layer and state, light and dark. Make it anew with

    python3 dev.py test tests/browser --conformance docs/accessibility.md -m browser

Tests find what tests can find. Nobody who lives with a screen reader has yet judged it; tell us what you meet.

{failed}
| criterion | | shown by |
|---|---|---|
"""


def tell_criteria(item: pytest.Item) -> None:
    """With the test's report, which comes from another process where several run."""
    criteria = [criterion for mark in item.iter_markers("wcag") for criterion in mark.args]
    item.user_properties.append(("wcag", criteria))


class Conformance:
    """A plugin of pytest that collects outcomes by criterion."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self._about: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.partition("[")[0]
        for criterion in dict(report.user_properties).get("wcag", []):
            self._about[criterion].add(test)
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[test][report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        criteria = tomllib.loads(CRITERIA.read_text("utf-8"))["criteria"]
        if unknown := self._about.keys() - criteria.keys():
            raise pytest.UsageError(f"no such success criteria: {', '.join(sorted(unknown))}")
        rows = [self._write_row(number, said) for number, said in criteria.items()]
        failed = [name for name, outcomes in self._outcomes.items() if outcomes["failed"]]
        told = f"**Not met where these fail: {', '.join(failed)}.**\n" if failed else ""
        looks = ", ".join(f"`{look}`" for look in LOOKS)
        head = HEAD.format(axe=VERSION, languages=len(LANGUAGES), looks=looks, failed=told)
        self._file.write_text(head + "".join(rows), "utf-8")

    def _write_row(self, number: str, said: str | list[str]) -> str:
        tests = sorted(self._about[number])
        if isinstance(said, list):
            title, reason = said
            return f"| {number} {title} | does not apply | {reason} |\n"
        if not tests:
            return f"| {number} {said} | not tested | |\n"
        outcomes = sum((self._outcomes[test] for test in tests), Counter[str]())
        verdict = "not met" if outcomes["failed"] else "met" if outcomes["passed"] else "not tested"
        names = "; ".join(test.rpartition("::test_")[2].replace("_", " ") for test in tests)
        return f"| {number} {said} | {verdict} | {names} ({outcomes['passed']} cases) |\n"

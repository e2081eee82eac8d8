"""A real engine of filter lists (Ghostery's, in Node) at work in a page of Playwright, as an extension would be."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

ENGINE = "@ghostery/adblocker"
# One question a line: a request to judge, or the page whose elements are to be hidden.
_PROGRAM = """
const {FiltersEngine, Request} = require(process.argv[1]);
const engine = FiltersEngine.parse(process.argv[2]);
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const {request, page} = JSON.parse(line);
  console.log(JSON.stringify(request
    ? engine.match(Request.fromRawDetails(request)).match
    : engine.getCosmeticsFilters(page).styles));
});
"""
_SURVEY = """() => ({
  url: location.href, hostname: location.hostname, domain: location.hostname,
  ids: [...document.querySelectorAll("[id]")].map(each => each.id),
  classes: [...document.querySelectorAll("[class]")].flatMap(each => [...each.classList]),
})"""


class Adblocker:
    """With the filters of one list. `blocked`: addresses of requests that it stopped."""

    def __init__(self, packages: Path, filters: str) -> None:
        command = ["node", "-e", _PROGRAM, str(packages / ENGINE), filters]
        self.blocked: list[str] = []
        self._engine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def work_in(self, page: Page) -> None:
        page.route("**/*", self._judge)

    def hide(self, page: Page) -> None:
        """What extensions do once the page is there: look at its elements, and add a style for those in the list."""
        page.add_style_tag(content=self._ask(page=page.evaluate(_SURVEY)))

    def close(self) -> None:
        self._engine.communicate(timeout=10)

    def _judge(self, route: Route) -> None:
        request = route.request
        kind = "main_frame" if request.is_navigation_request() else request.resource_type
        if self._ask(request={"url": request.url, "sourceUrl": request.frame.url, "type": kind}):
            self.blocked.append(request.url)
            return route.abort("blockedbyclient")
        return route.continue_()

    def _ask(self, **question: Any) -> Any:
        assert self._engine.stdin is not None
        assert self._engine.stdout is not None
        self._engine.stdin.write(json.dumps(question) + "\n")
        self._engine.stdin.flush()
        return json.loads(self._engine.stdout.readline())

"""Somebody who visits a website with a real browser, and what can be seen of it from outside; whichever browser it is.

Scripts of the tests are evaluated by the browser itself, so that they run where the page's own scripts are off.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from .internet import Internet

PATIENCE = 10.0  # seconds until something that does not happen fails the test
OURS = "__Host-cookiegate"
# Those of the selected elements that are drawn.
DRAWN = "[...document.querySelectorAll(%s)].filter(e => e.checkVisibility({visibilityProperty: true}))"


class Cookie(NamedTuple):
    """As the browser keeps it. `expires` in seconds since 1970, -1 with the browser's end."""

    name: str
    value: str
    domain: str  # with a dot before it where subdomains have it too
    path: str = "/"
    http_only: bool = True
    secure: bool = True
    same_site: str = "Lax"
    expires: float = -1


class Gone(Exception):
    """The page left while it was asked something."""


class Visitor(ABC):
    """One tab in a browser profile; `errors` is what the console has complained of."""

    def __init__(self, internet: Internet, site: str, scripts: bool) -> None:
        self.internet = internet
        self.site = site  # "https://www.example.test"
        self.host = site.partition("://")[2].partition(":")[0]
        self.scripts = scripts
        self.errors: list[str] = []

    # What hands and eyes can do, for each browser in its way.

    @abstractmethod
    def go(self, address: str) -> None: ...
    @abstractmethod
    def go_back(self) -> None: ...
    @abstractmethod
    def reload(self) -> None: ...
    @abstractmethod
    def settle(self) -> None:
        """Wait until the page asks nobody any more."""

    @abstractmethod
    def click(self, selector: str, *, inside: str = "") -> None:
        """With the mouse, once it is there; in the frame that `inside` selects."""

    @abstractmethod
    def press_key(self, name: str) -> None:
        """Tab, Enter, Space or Escape."""

    @abstractmethod
    def type(self, text: str) -> None: ...
    @abstractmethod
    def scroll(self, pixels: int) -> None: ...
    @abstractmethod
    def evaluate(self, expression: str, *, inside: str = "") -> Any:
        """What it is worth in the page, or in the frame that `inside` selects. Raises Gone where the page leaves."""

    @abstractmethod
    def list_cookies(self) -> list[Cookie]:
        """All that the profile keeps, HttpOnly ones and those of others too."""

    @abstractmethod
    def add_cookie(self, cookie: Cookie) -> None: ...
    @abstractmethod
    def open_tab(self) -> Visitor:
        """Another one in the same profile."""

    @abstractmethod
    def leave(self) -> None:
        """Close the profile."""

    # What visitors do with them.

    def visit(self, path: str) -> None:
        """Open a page of the site and wait until it asks nobody any more."""
        self.go(self.site + path)
        self.settle()

    def press(self, decision: str) -> None:
        """Press one of our buttons, and wait until what it decides holds in the page."""
        self.click(f"#cookiegate button[value={decision}]")
        self.await_decision(decision)

    def await_decision(self, decision: str) -> None:
        gives = decision in ("accept", "save", "allow")
        self.await_drawn("#cookiegate button[value=withdraw]", 1 if gives else 0)
        self.await_drawn("#cookiegate .cookiegate-control")  # last: between two pages there is no button either
        self.settle()

    def open_settings(self) -> None:
        self.click("#cookiegate a[data-cookiegate=settings]")
        self.await_drawn(".cookiegate-settings [data-cookiegate=back]")  # its end: all of it is there

    # What they see.

    @property
    def address(self) -> str:
        return str(self.evaluate("location.href"))

    def count(self, selector: str) -> int:
        """How many of them are drawn."""
        return int(self.evaluate(f"{DRAWN % json.dumps(selector)}.length"))

    def read(self, selector: str, *, inside: str = "") -> str:
        """The text of those that are drawn."""
        return str(self.evaluate(f"{DRAWN % json.dumps(selector)}.map(e => e.innerText).join(' ')", inside=inside))

    def find_box(self, selector: str) -> dict[str, float]:
        """Where it is in the window: x, y, width, height, top, right, bottom, left."""
        box: dict[str, float] = self.evaluate(
            f"document.querySelector({json.dumps(selector)}).getBoundingClientRect().toJSON()"
        )
        return box

    def await_drawn(self, selector: str, count: int = 1) -> None:
        self.await_true(f"{DRAWN % json.dumps(selector)}.length === {count}")

    def await_true(self, expression: str) -> None:
        """Until the expression is true in the page, or in the one that follows it. Raises AssertionError."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if self.evaluate(expression):
                    return
            except Gone:
                pass
            assert time.monotonic() < end, f"never: {expression} at {self.address}"
            time.sleep(0.02)

    @property
    def strangers(self) -> set[str]:
        """Hosts of others that were connected to, or asked over an older connection, since `internet.forget`."""
        return ({each.host for each in self.internet.asked} | self.internet.reached) - {self.host}

    @property
    def cookies(self) -> set[str]:
        """Names of the cookies of the site, its parent domain's too, without ours."""
        parent = self.host.partition(".")[2]
        return {cookie.name for cookie in self.list_cookies() if cookie.domain.endswith(parent)} - {OURS}

    def plant(self, name: str) -> None:
        """A cookie as years of tracking leave them: HttpOnly, on the host and on the parent domain."""
        for domain in (self.host, "." + self.host.partition(".")[2]):
            self.add_cookie(Cookie(name, "1", domain))

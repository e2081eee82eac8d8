"""A visitor who has a Chromium, which Playwright drives."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

import playwright.sync_api as playwright

from tests.chromium import list_flags

from .internet import Internet
from .visitor import PATIENCE, Cookie, Gone, Visitor

QUIET = 0.4  # seconds without anything new
# What tells whether the page has asked for more, or is another.
ASKED = """`${document.readyState} ${performance.timeOrigin} ${performance.getEntriesByType("resource").length}`"""
OF_PAGES = ("fonts.googleapis.com",)


class Chromium:
    """Whatever it asks for, it stays on this machine: `ports` are those of the websites, all others are `internet`.

    It must be closed before other chapters run: while Playwright drives it, its event loop counts as running in this
    thread.
    """

    def __init__(self, program: str, internet: Internet, ports: Mapping[str, int]) -> None:
        flags = list_flags({**ports, **dict.fromkeys(OF_PAGES, internet.port)}, internet.port)
        self._internet = internet
        self._playwright = playwright.sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=program, args=flags, ignore_default_args=["--disable-back-forward-cache"]
        )

    def welcome(self, site: str, *, scripts: bool, width: int, height: int = 800, **manner: Any) -> ChromiumVisitor:
        """`manner`: what else Playwright's contexts take."""
        profile = self._browser.new_context(
            java_script_enabled=scripts,
            locale="fi-FI",
            viewport={"width": width, "height": height},
            ignore_https_errors=True,
            **manner,
        )
        profile.set_default_timeout(PATIENCE * 1000)
        return ChromiumVisitor(profile, self._internet, site, scripts)

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()


class ChromiumVisitor(Visitor):
    """`page` and `context` are Playwright's own, for what is about more than a visitor sees."""

    def __init__(self, profile: playwright.BrowserContext, internet: Internet, site: str, scripts: bool) -> None:
        super().__init__(internet, site, scripts)
        self.context = profile
        self.page = profile.new_page()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def control(self) -> playwright.Locator:
        """Ours in the page."""
        return self.page.locator("#cookiegate")

    def see(self, path: str) -> None:
        """Open a page of the site, and do not wait until it asks nobody any more: it is looked at only."""
        self.go(self.site + path)

    def go(self, address: str) -> None:
        self.page.goto(address)

    def go_back(self) -> None:
        self.page.go_back(wait_until="commit")  # a page from the back/forward cache is not loaded

    def reload(self) -> None:
        self.page.reload()

    def settle(self) -> None:
        """Playwright's own way never ends where a policy forbids a frame what it would load."""
        self.await_true("document.readyState === 'complete'")
        end, seen, since = time.monotonic() + PATIENCE, None, 0.0
        while seen is None or time.monotonic() < since + QUIET:
            assert time.monotonic() < end, f"never at rest: {self.address}"
            try:
                now = (self.evaluate(ASKED), len(self.internet.asked))
            except Gone:
                now = None
            if now != seen:
                seen, since = now, time.monotonic()
            self.page.wait_for_timeout(100)

    def click(self, selector: str, *, inside: str = "") -> None:
        place = self.page.frame_locator(inside) if inside else self.page
        place.locator(selector).click()

    def press_key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def scroll(self, pixels: int) -> None:
        self.page.mouse.wheel(0, pixels)

    def evaluate(self, expression: str, *, inside: str = "") -> Any:
        with _left_alone():
            if not inside:
                return self.page.evaluate(expression)
            frame = self.page.locator(inside).element_handle().content_frame()
            assert frame is not None
            return frame.evaluate(expression)

    def list_cookies(self) -> list[Cookie]:
        return [
            Cookie(
                name=each["name"],
                value=each["value"],
                domain=each["domain"],
                path=each["path"],
                http_only=each["httpOnly"],
                secure=each["secure"],
                same_site=each["sameSite"],
                expires=each["expires"],
            )
            for each in self.context.cookies()
        ]

    def add_cookie(self, cookie: Cookie) -> None:
        self.context.add_cookies(
            [
                {
                    "name": cookie.name,
                    "value": cookie.value,
                    "domain": cookie.domain,
                    "path": cookie.path,
                    "httpOnly": cookie.http_only,
                    "secure": cookie.secure,
                }
            ]
        )

    def open_tab(self) -> ChromiumVisitor:
        return ChromiumVisitor(self.context, self.internet, self.site, self.scripts)

    def leave(self) -> None:
        self.context.close()


@contextlib.contextmanager
def _left_alone() -> Iterator[None]:
    try:
        yield
    except playwright.Error as error:
        if "context was destroyed" in error.message or "navigat" in error.message:
            raise Gone from error
        raise

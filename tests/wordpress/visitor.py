"""A visitor of the company's website: a real Chromium that notes every error in its console."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from .company import Company

STATES = ("before a choice", "refused", "accepted", "withdrawn")
SECONDS = 15.0

# Errors in the console that are meant to be there, each with its reason.
EXPECTED_ERRORS = (
    # The address that does not exist, asked for on purpose.
    r"Failed to load resource: the server responded with a status of 404",
    # The container of Tag Manager brings a tag that the policy does not name; the added CSP keeps it out.
    r"Loading the image 'https://pikseli\.mainosverkko\.example/p\?from=container' violates",
    # WordPress' editor greets with a picture from its maker, whom the policy does not name either.
    r"Loading the image 'https://s\.w\.org/images/block-editor/[\w.-]+' violates",
)
_EXPECTED = re.compile("|".join(EXPECTED_ERRORS))


class Visitor:
    """One browser profile of its own. Finnish, at a desktop or on a phone, with or without JavaScript."""

    def __init__(self, browser: Browser, company: Company, *, scripts: bool, phone: bool = False) -> None:
        self.scripts = scripts
        self.company = company
        self.errors: list[str] = []  # unexpected ones
        self._context = browser.new_context(
            java_script_enabled=scripts,
            locale="fi-FI",
            ignore_https_errors=True,
            is_mobile=phone,
            has_touch=phone,
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
        )
        self.page: Page = self._context.new_page()
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()

    def visit(self, path: str, *, settled: bool = True) -> None:
        """Open a page; `settled` waits until it asks nobody any more, which alone shows that it asked nobody."""
        self.page.goto(self.company.site.public_url + path, wait_until="networkidle" if settled else "load")

    def reach(self, state: str) -> None:
        """Be a visitor in one of STATES, by the buttons of the front page."""
        if state == "before a choice":
            return
        self.visit("/", settled=False)
        self.press("refuse" if state == "refused" else "accept")
        if state == "withdrawn":
            self.visit(self.company.site.page_path)  # every tag leaves what it leaves
            self.press("withdraw")

    def walk(self) -> Iterator[str]:
        """Be in each of STATES, one after the other, changing one's mind by the buttons of the front page."""
        yield "before a choice"
        for decision, state in (("refuse", "refused"), ("accept", "accepted"), ("withdraw", "withdrawn")):
            self.visit("/", settled=False)
            if decision == "accept":  # from a refusal the way leads through the settings
                self.find("a[data-cookiegate=settings]").click()
            self.press(decision)
            yield state

    def press(self, decision: str) -> None:
        """Press one of our buttons and wait for the page that follows from it."""
        self.find(f"button[data-cookiegate={decision}]").click()
        self.find(".cookiegate-control").wait_for()
        withdraw = self.find("button[data-cookiegate=withdraw]")
        withdraw.wait_for(state="detached" if decision in ("refuse", "withdraw") else "visible")
        self.page.wait_for_load_state("networkidle")

    def find(self, selector: str) -> Locator:
        return self.page.locator(f"#cookiegate {selector}")

    def plant(self) -> None:
        """What years of tracking left on the host, its parent domain and one of its folders, out of scripts' reach."""
        host = self.company.site.host
        parent = "." + host.partition(".")[2]
        for name, domain, path in (
            ("_ga", host, "/"),
            ("_ga", parent, "/"),
            ("_fbp", parent, "/"),
            ("_ga", host, self.company.site.page_path),
        ):
            self._context.add_cookies(
                [{"name": name, "value": "old", "domain": domain, "path": path, "httpOnly": True, "secure": False}]
            )

    @property
    def cookies(self) -> list[str]:
        """Names of all cookies of the website, HttpOnly ones and those of its parent domain too."""
        parent = self.company.site.host.partition(".")[2]
        return sorted(each.get("name", "") for each in self._context.cookies() if parent in each.get("domain", ""))

    def wait_for_calls(self, expected: set[str]) -> None:
        """Until each of these beginnings of addresses was asked for; a beacon may leave after all else is quiet."""
        deadline = time.monotonic() + SECONDS
        while any(not any(each.startswith(start) for each in self.company.internet.asked) for start in expected):
            if time.monotonic() > deadline:
                break
            self.page.wait_for_timeout(20)

    def log_in(self) -> None:
        self.visit("/wp-login.php", settled=False)
        if self.scripts:  # its script selects the first field a moment later, and the password would land there
            self.page.wait_for_function("document.activeElement.id === 'user_login'")
        self.page.fill("#user_login", self.company.site.admin_user)
        self.page.fill("#user_pass", self.company.site.admin_password)
        self.page.click("#wp-submit")
        self.page.wait_for_url("**/wp-admin/", wait_until="domcontentloaded")

    def is_in_administration(self) -> bool:
        return self.page.url.endswith("/wp-admin/") and self.page.locator("#wpadminbar").is_visible()

    def log_out(self) -> None:
        self.page.goto("about:blank")  # the page may still be asking, and would complain that nobody is logged in
        self._context.clear_cookies(name=re.compile("wordpress_(sec|logged_in)_"))

    def comment(self, path: str, text: str) -> None:
        self.visit(path, settled=False)
        self.page.fill("#author", "Eero Salmi")
        self.page.fill("#email", "eero.salmi@lukija.example")
        self.page.fill("#comment", text)
        self.page.check("#wp-comment-cookies-consent")
        with self.page.expect_navigation():
            self.page.click("#submit")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _EXPECTED.search(message.text):
            self.errors.append(f"{message.text} ({_place(message.location)})")


def _place(location: Any) -> str:
    return f"{location.get('url', '')}:{location.get('lineNumber', '')}"

"""Somebody who visits a website with a real browser, and what can be seen of it from outside."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Locator, Page

from .internet import Internet

PATIENCE = 10_000  # milliseconds until something that does not happen fails the test
OURS = ("__Host-cookiegate",)


class Visitor:
    """One browser profile, one page; `errors` is what the console has complained of."""

    def __init__(
        self,
        browser: Browser,
        internet: Internet,
        host: str,
        *,
        scripts: bool = True,
        width: int = 1280,
        height: int = 800,
        **prefers: Any,
    ) -> None:
        """`prefers` as Playwright names it: color_scheme, forced_colors."""
        self.scripts = scripts
        self.internet = internet
        self.host = host
        self.errors: list[str] = []
        self.context = browser.new_context(
            java_script_enabled=scripts,
            locale="fi-FI",
            viewport={"width": width, "height": height},
            ignore_https_errors=True,
            **prefers,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def visit(self, path: str, page: Page | None = None) -> None:
        """Open a page of the site and wait until it asks nobody any more."""
        (page or self.page).goto(f"https://{self.host}{path}", wait_until="networkidle")

    def control(self, page: Page | None = None) -> Locator:
        return (page or self.page).locator("#cookiegate")

    def press(self, decision: str) -> None:
        """Press one of our buttons, and wait until what it decides holds in the page."""
        self.control().locator(f"button[value={decision}]").click()
        self.control().locator(".cookiegate-control").wait_for()
        gives = decision in ("accept", "save")
        self.control().locator("button[value=withdraw]").wait_for(state="visible" if gives else "detached")
        self.page.wait_for_load_state("networkidle")

    def open_settings(self) -> None:
        self.control().locator("a[data-cookiegate=settings]").click()
        self.page.locator(".cookiegate-settings").wait_for()

    @property
    def strangers(self) -> set[str]:
        """Hosts of others that were connected to since the visitor came, or since `internet.forget`."""
        return {host for host in self.internet.reached if host != self.host}

    @property
    def cookies(self) -> set[str]:
        """Names of the cookies of the site, its parent domain's too, without ours."""
        parent = self.host.partition(".")[2]
        kept = {cookie["name"] for cookie in self.context.cookies() if cookie["domain"].endswith(parent)}
        return kept - set(OURS)

    def plant(self, name: str, *, path: str = "/") -> None:
        """A cookie as years of tracking leave them: HttpOnly, on the host and on the parent domain."""
        parent = "." + self.host.partition(".")[2]
        for domain in (self.host, parent):
            self.context.add_cookies(
                [{"name": name, "value": "1", "domain": domain, "path": path, "httpOnly": True, "secure": True}]
            )

    def leave(self) -> None:
        self.context.close()

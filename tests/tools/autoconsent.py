"""DuckDuckGo's autoconsent as its own tests use it: its content script in the page, a browser that answers it.

Upstream talks of optOut and optIn; the messages are those of its docs/api.md.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from .site import PATIENCE

UPSTREAM = Path(__file__).resolve().parents[2] / "docs" / "upstream"
CURRENT = "@duckduckgo/autoconsent"
# The last one whose content script also runs the rules of Consent-O-Matic.
WITH_CONSENT_O_MATIC = "autoconsent-with-consent-o-matic"

# The part of the browser: gives rules and settings when asked, and wants the opt-out tested once it is done.
_BROWSER = """
window.autoconsentSendMessage = async message => {
  hear(message);
  const say = answer => setTimeout(() => autoconsentReceiveMessage(answer));
  if (message.type === "init") say({type: "initResp", config: CONFIG, rules: RULES});
  if (message.type === "eval") say({type: "evalResp", id: message.id, result: window.eval(message.code)});
  if (message.type === "optOutResult" && message.scheduleSelfTest) window.mustTest = true;
  if (message.type === "autoconsentDone" && window.mustTest) say({type: "selfTest"});
};
"""


def read_rule(name: str) -> Any:
    return json.loads((UPSTREAM / name).read_text("utf-8"))


class Autoconsent:
    """At work in one page, from its next visit on. `heard`: what the content script has said."""

    def __init__(self, page: Page, package: Path, rules: dict[str, Any], **config: Any) -> None:
        self.page = page
        self.heard: list[dict[str, Any]] = []
        page.expose_binding("hear", lambda _, message: self.heard.append(message))
        settings = {"enabled": True, "autoAction": "optOut", "enablePrehide": False, "detectRetries": 4} | config
        browser = _BROWSER.replace("CONFIG", json.dumps(settings)).replace("RULES", json.dumps(rules))
        page.add_init_script(browser + (package / "dist" / "autoconsent.playwright.js").read_text("utf-8"))

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """The first message that says so, AssertionError where none comes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for message in self.heard:
                if all(message.get(key) == value for key, value in wanted.items()):
                    return message
            self.page.wait_for_timeout(30)
        raise AssertionError(f"autoconsent never said {wanted}, but {[self._shorten(each) for each in self.heard]}")

    def wait_until_it_gives_up(self) -> None:
        end = time.monotonic() + PATIENCE
        while not any(each.get("state", {}).get("lifecycle") == "nothingDetected" for each in self.heard):
            assert time.monotonic() < end, [self._shorten(each) for each in self.heard]
            self.page.wait_for_timeout(30)

    @property
    def found(self) -> set[str]:
        """Names of the rules whose popup it has found; its heuristic is HEURISTIC-…"""
        return {message["cmp"] for message in self.heard if message["type"] == "popupFound"}

    def _shorten(self, message: dict[str, Any]) -> str:
        return f"{message['type']} {message.get('cmp', '')} {message.get('state', {}).get('lifecycle', '')}"

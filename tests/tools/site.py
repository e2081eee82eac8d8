"""The website of Kivijoen Kello in every language that we speak, once for each look of the banner, behind the gate."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any, get_args

from cookiegate import CookieGate
from cookiegate.consent import Consent, Token
from cookiegate.notices import list_languages
from cookiegate.policy.schema import BannerSection
from cookiegate.settings import Settings
from tests.databases.asking import ask
from tests.ports import find_port
from tests.stories.site import SECRET, answer

LANGUAGES = list_languages()
LOOKS = [look for look in get_args(BannerSection.model_fields["look"].annotation) if look != "none"]
# One service each, of the purposes that the banner knows and of one that only this site has.
SERVICES = {"functional": "filmi", "statistics": "laskuri", "marketing": "pikseli", "research": "tutkimus"}
NECESSARY = "sid"
PATIENCE = 10  # seconds until something that does not happen fails the test

_HTML = b"text/html; charset=utf-8"
# What a site's own script does with ours, if ours is there. Without it `window.cookiegate` is the element of that id.
_OWN_SCRIPT = b"""document.cookie = "sid=1; path=/";
document.cookie = "_own=1; path=/";
localStorage.setItem("_own", "1");
window.may = window.cookiegate?.allows?.("statistics");
window.own = "ran";
"""
_STRICT = (b"content-security-policy", b"default-src 'self'; frame-src *; form-action 'self'")


class Website:
    """One look: where it is served, and what its gate has kept of the visitors' decisions."""

    def __init__(self, look: str, folder: Path) -> None:
        self.host = f"{look}.kivijoenkello.example"
        self.port = find_port()
        policy = folder / f"{look}.toml"
        policy.write_text(_write_policy(self.host, look), "utf-8")
        self._file = folder / f"{look}.db"  # made at the first decision
        self._store = f"sqlite:///{self._file}"
        self.cookies_seen: set[str] = set()  # by the site, behind the gate
        self.gate = CookieGate(self._answer, policy=policy, settings=Settings((SECRET,), self._store))
        self._token = Token(self.gate.policy, (SECRET,))

    def address(self, page: str) -> str:
        return f"https://{self.host}/{page}"

    def count_decisions(self) -> Counter[str]:
        """How many times each was decided: given, partly-given, refused, withdrawn."""
        written = "SELECT event, count(*) FROM ledger_records WHERE event NOT IN ('policy', 'audit') GROUP BY event"
        try:
            return Counter(dict(ask(self._store, written))) if self._file.exists() else Counter()
        except sqlite3.OperationalError:  # it is being made
            return Counter()

    def wait_for_decision(self, before: Counter[str]) -> Counter[str]:
        """What has come to the ledger since `before`: refusals are written shortly after they count."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if new := self.count_decisions() - before:
                return new
            time.sleep(0.05)
        return Counter()

    def read_choice(self, cookies: list[Any]) -> Consent | None:
        """What the choice cookie among a browser's says, None where there is none."""
        found = [each for each in cookies if each["name"].endswith("cookiegate") and each["domain"] == self.host]
        return self._token.open(found[0]["value"].encode(), int(time.time()) // 86_400) if found else None

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        """`/fi`: a page in Finnish. `/linked/fi`: the same under a policy that forbids inline styles and scripts."""
        if scope["type"] != "http":
            return
        sent = dict(scope["headers"]).get(b"cookie", b"").decode()
        self.cookies_seen |= {pair.partition("=")[0] for pair in sent.split("; ") if pair}
        if scope["path"] == "/own.js":
            return await answer(send, _OWN_SCRIPT, kind=b"text/javascript")
        first, *more = scope["path"].strip("/").split("/")
        linked = first == "linked"
        language = more[0] if linked and more else first
        if language not in LANGUAGES:
            return await answer(send, b"nothing here", status=404, kind=b"text/plain")
        await answer(send, _draw_page(language), [_STRICT] if linked else [], kind=_HTML)


def _write_policy(host: str, look: str) -> str:
    """Without a host of its own, a service is where its page says: `filmi.example`."""
    purposes = "".join(f'[purposes.{purpose}]\nservices = ["{id}"]\n' for purpose, id in SERVICES.items())
    titles = ", ".join(f'{language} = "Tutkimus"' for language in LANGUAGES)
    services = "".join(
        f'[services.{id}]\nname = "{id.title()}"\nprovider = "{id.title()} Oy"\ncountry = "FI"\n'
        f'hosts = ["{id}.example"]\ncookies = [{{ name = "_{id}", lifetime = "1 year" }}]\n'
        for id in SERVICES.values()
    )
    return f"""
[site]
name = "Kivijoen Kello"
hosts = ["{host}", "127.0.0.1"]
languages = [{", ".join(f'"{language}"' for language in LANGUAGES)}]
[banner]
look = "{look}"
[controller]
name = "Kivijoen Kello Oy"
email = "tietosuoja@kivijoenkello.example"
[[necessary]]
name = "{NECESSARY}"
reason = "Keeps the visit together while forms are filled in."
lifetime = "session"
{purposes}
titles = {{ {titles} }}
descriptions = {{ {titles} }}
{services}
"""


def _draw_page(language: str) -> bytes:
    """Longer than any screen, with something of every service in it."""
    words = "".join(f"<p>Kellojen huoltoa vuodesta 1968, jo {year}. vuotta.</p>" for year in range(60))
    parts = "".join(f'<script src="https://{id}.example/x.js"></script>' for id in SERVICES.values())
    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Kello</title>
<link rel="icon" href="data:,">{parts}</head><body><main><h1>Kello</h1>
<iframe src="https://filmi.example/v/1" title="Filmi"></iframe>{words}
<p id="end"><a href="/{language}/toinen">Toinen</a></p></main><script src="/own.js"></script></body></html>""".encode()

"""Draws the pictures in this folder: every look of the banner on the demonstration site, light and dark, on a desktop
and on a small phone, in Finnish, Swedish, English and the language that needs most room.

python docs/pictures/draw.py     (in the environment that dev.py makes; `python3 dev.py pictures` does both)
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from markupsafe import Markup
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cookiegate import CookieGate  # noqa: E402
from cookiegate.consent import UNDECIDED  # noqa: E402
from cookiegate.notices import Notices, list_languages  # noqa: E402
from cookiegate.policy import compile_policy  # noqa: E402
from cookiegate.settings import demo_settings  # noqa: E402
from tests.browser.looks import LOOKS  # noqa: E402
from tests.chromium import find_chromium  # noqa: E402
from tests.ports import find_port  # noqa: E402
from tests.serving import serve  # noqa: E402

COMPANY = ROOT / "examples" / "company"
THEME = {  # of one picture more, banner-themed
    "look": "corner",
    "radius": 0,
    "font": "Georgia, serif",
    "logo": "/static/mark.svg",
    "colours": {"background": "#fdf6e3", "text": "#2b2b2b", "button": "#7a3e00", "button_text": "#ffffff"},
    "links": [{"url": "/tietosuoja/", "titles": {"fi": "Tietosuojaseloste"}}],
}
PAGES = {"fi": "/", "sv": "/sv/", "en": "/en/"}
SIZES = {"desktop": (1280, 720), "phone": (320, 568)}
SCHEMES = ("light", "dark")


def load_website() -> Any:
    specification = importlib.util.spec_from_file_location("website", COMPANY / "website.py")
    assert specification
    assert specification.loader
    website = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(website)
    return website.app


def speak(app: Any, language: str) -> Any:
    """The English pages, said to be in another language: the site has no others, and the banner follows the page."""

    async def spoken(scope: Any, receive: Any, send: Any) -> None:
        async def translated(message: Any) -> None:
            if message["type"] == "http.response.body":
                body = message.get("body", b"").replace(b'<html lang="en"', b'<html lang="%b"' % language.encode())
                message = {**message, "body": body}
            await send(message)

        await app(scope, receive, translated)

    return spoken


def draw(browser: Browser, name: str, address: str) -> None:
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(address, wait_until="networkidle")
            file = Path(__file__).with_name(f"{name}-{size}-{scheme}.jpg")
            page.screenshot(path=file, type="jpeg", quality=82)
            page.close()


def main() -> None:
    raw = read_policy()
    website = load_website()
    longest = find_longest(raw)
    banners = {f"{look}-{each}": (each, {"look": look}) for look in LOOKS for each in [*PAGES, longest]}
    banners["themed-fi"] = ("fi", THEME)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-background-networking"]
        )
        for name, (language, banner) in banners.items():
            app = website if language in PAGES else speak(website, language)
            gate = CookieGate(
                app, policy=compile_policy(raw | {"banner": banner}), settings=demo_settings(Path(folder))
            )
            port = find_port()
            with serve((gate, port)):
                draw(browser, name, f"http://127.0.0.1:{port}{PAGES.get(language, '/en/')}")
        browser.close()


def read_policy() -> dict[str, Any]:
    """The demonstration's, in every language."""
    raw = tomllib.loads((COMPANY / "cookiegate.toml").read_text("utf-8"))
    raw["site"]["languages"] = [*PAGES, *(each for each in list_languages() if each not in PAGES)]
    return raw


def find_longest(raw: dict[str, Any]) -> str:
    """The language whose first layer has the most letters."""
    notices = Notices(compile_policy(raw))
    control = {each: notices.control(each, UNDECIDED, return_to="/", inline=False) for each in list_languages()}
    return max(control, key=lambda each: len(Markup(control[each].decode()).striptags()))


if __name__ == "__main__":
    main()

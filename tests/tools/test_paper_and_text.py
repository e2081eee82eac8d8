"""The page on paper, in a reader's view, and in a browser without pictures, styles and scripts."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.giving_up import give_up

from .site import LOOKS, PATIENCE, Website

Come = Callable[[], BrowserContext]
LYNX = "FORCE_SSL_PROMPT:yes\nACCEPT_ALL_COOKIES:TRUE\nMESSAGESECS:0\nALERTSECS:0\nINFOSECS:0\n"
READ = "new Readability(document.cloneNode(true)).parse().textContent"


@pytest.mark.parametrize("look", LOOKS)
def test_the_banner_is_not_printed_and_leaves_no_gap(websites: dict[str, Website], come: Come, look: str) -> None:
    page = come().new_page()
    page.goto(websites[look].address("fi"))
    expect(page.locator("section#cookiegate")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("section#cookiegate")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).paddingBottom") == "0px"
    page.emulate_media(media="screen")
    expect(page.locator(".cookiegate-ask")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_a_readers_view_shows_the_article_without_the_banner(
    websites: dict[str, Website], come: Come, packages: Path, look: str
) -> None:
    """By Mozilla's Readability, which is the reader's view of Firefox."""
    page = come().new_page()
    page.goto(websites[look].address("fi"))
    page.add_script_tag(path=packages / "@mozilla" / "readability" / "Readability.js")
    article = page.evaluate(READ)
    assert "Kellojen huoltoa" in article
    assert page.locator("#cookiegate-title").inner_text() not in article


def test_a_text_browser_shows_the_banner_and_refuses_by_its_form(websites: dict[str, Website], tmp_path: Path) -> None:
    lynx = shutil.which("lynx") or give_up("what visitors use", "no lynx: as root, apt-get install lynx")
    website = websites[LOOKS[0]]
    address = f"https://127.0.0.1:{website.port}/fi"
    (tmp_path / "lynx.cfg").write_text(LYNX)
    common = [lynx, f"-cfg={tmp_path}/lynx.cfg", "-display_charset=utf-8"]
    env = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", "HOME": str(tmp_path)}
    dump = subprocess.run([*common, "-dump", address], env=env, capture_output=True, text=True, check=True).stdout
    for words in ("Saammeko käyttää evästeitä?", "Hylkää kaikki", "Hyväksy kaikki", "Valitse itse", "Kellojen huoltoa"):
        assert words in dump
    before = website.count_decisions()
    # To the button that the words name, and press it; then leave.
    keys = ["/", *"Hylk", "^J", "^J", "q", "y"]
    (tmp_path / "keys").write_text("".join(f"key {key}\n" for key in keys))
    terminal, end = pty.openpty()
    command = [*common, f"-cmd_script={tmp_path}/keys", address]
    running = subprocess.Popen(command, env=env, stdin=end, stdout=end, stderr=end)
    try:
        assert website.wait_for_decision(before) == {"refused": 1}
    finally:
        running.kill()
        running.wait(PATIENCE)
        os.close(end)
        os.close(terminal)

"""Pages as the web has them, in a real browser: they keep working, and keep in what they must."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import pages
from .visitor import Visitor

Come = Callable[..., Visitor]


@pytest.mark.parametrize("path", ["/plain", "/bare", "/latin1", "/utf16", "/nonce", "/no-inline"])
def test_every_page_asks_remembers_and_complains_of_nothing(visitor: Come, path: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(path)
    expect(somebody.control().locator("button[value=refuse]")).to_be_visible()
    box = somebody.control().locator("button[value=refuse]").bounding_box()
    assert box is not None
    assert box["height"] >= 24, "the banner's style is there"
    somebody.press("refuse")
    assert somebody.strangers == set()
    somebody.visit(path)
    expect(somebody.control().locator("button[value=accept]")).to_have_count(0)
    somebody.open_settings()
    somebody.page.locator("#cookiegate .cookiegate-settings h2").wait_for()
    assert somebody.page.url.endswith(path), "the settings open in place"
    assert somebody.errors == []


@pytest.mark.parametrize("path", ["/plain", "/latin1", "/utf16", "/nonce", "/no-inline"])
def test_the_sites_own_letters_and_scripts_stay(visitor: Come, path: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(path)
    assert somebody.page.locator("h1").inner_text() == "Kello \u00e4\u00f6"
    assert "\u00e4" in somebody.control().inner_text(), "and so do ours"
    if path == "/nonce":
        assert somebody.page.evaluate("window.own") == "ran"


@pytest.mark.parametrize("path", ["/plain", "/bare", "/latin1", "/utf16"])
def test_what_was_accepted_comes(visitor: Come, path: str) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit(path)
    somebody.press("accept")
    assert somebody.strangers == {"pikseli.example"}


def test_a_page_of_frames_keeps_its_frames_and_asks_in_them(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/frames")
    assert [frame.url for frame in somebody.page.frames if frame.url.endswith("/plain")], "the own frame is there"
    assert somebody.strangers == set()


def test_only_declared_names_are_kept_by_scripts(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/writes")
    assert somebody.page.evaluate("window.tried") == ["sid_base"]
    assert somebody.cookies == {"sid_a", "sid_store"}
    read = "area => Object.keys(window[area]).sort()"
    assert somebody.page.evaluate(read, "localStorage") == ["sid_a"]
    assert somebody.page.evaluate(read, "sessionStorage") == ["sid_a"]
    assert somebody.page.evaluate("indexedDB.databases().then(all => all.map(each => each.name))") == ["sid_base"]
    assert somebody.errors == [], "a script that may not write goes on"


def test_what_a_script_has_kept_is_removed_after_a_withdrawal(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/plain")
    somebody.press("accept")
    somebody.page.evaluate("localStorage.setItem('_px', '1'); document.cookie = '_px=1; path=/'")
    somebody.visit("/plain")
    assert somebody.page.evaluate("localStorage.getItem('_px')") == "1"
    somebody.press("withdraw")
    somebody.visit("/plain")
    assert somebody.page.evaluate("localStorage.getItem('_px')") is None
    assert "_px" not in somebody.cookies


def test_a_service_worker_obeys_the_choice_and_is_replaced_when_it_changes(visitor: Come) -> None:
    somebody = visitor(pages.HOST)
    somebody.visit("/worker")
    assert somebody.page.evaluate("ask()") == "kept in"
    somebody.press("accept")
    somebody.page.wait_for_function("navigator.serviceWorker.controller !== null")
    somebody.visit("/worker")
    assert somebody.page.evaluate("ask()") == "asked"
    assert somebody.strangers == {"pikseli.example"}
    somebody.press("withdraw")
    somebody.internet.forget()
    somebody.visit("/worker")
    assert somebody.page.evaluate("ask()") == "kept in"
    assert somebody.strangers == set()

"""Pages as the web has them, in a real browser: they keep working, and keep in what they must."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import pages
from .visitor import Visitor

Come = Callable[..., Visitor]


@pytest.mark.parametrize("path", ["/plain", "/bare", "/latin1", "/utf16", "/nonce", "/no-inline"])
def test_every_page_asks_remembers_and_complains_of_nothing(visitor: Come, path: str) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit(path)
    assert somebody.find_box("#cookiegate button[value=refuse]")["height"] >= 24, "the banner's style is there"
    somebody.press("refuse")
    assert somebody.strangers == set()
    somebody.visit(path)
    assert somebody.count("#cookiegate button[value=accept]") == 0
    somebody.open_settings()
    somebody.await_drawn("#cookiegate .cookiegate-settings h2")
    assert somebody.address.endswith(path), "the settings open in place"
    assert somebody.errors == []


@pytest.mark.parametrize("path", ["/plain", "/latin1", "/utf16", "/nonce", "/no-inline"])
def test_the_sites_own_letters_and_scripts_stay(visitor: Come, path: str) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit(path)
    assert somebody.read("h1") == "Kello \u00e4\u00f6"
    assert "\u00e4" in somebody.read("#cookiegate"), "and so do ours"
    if path == "/nonce":
        assert somebody.evaluate("window.own") == "ran"


@pytest.mark.parametrize("path", ["/plain", "/bare", "/latin1", "/utf16"])
def test_what_was_accepted_comes(visitor: Come, path: str) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit(path)
    somebody.press("accept")
    assert somebody.strangers == {"pikseli.example"}


def test_a_page_of_frames_keeps_its_frames_and_asks_in_them(visitor: Come) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit("/frames")
    assert somebody.evaluate("frames[0].document.querySelector('h1').innerText") == "Kello \u00e4\u00f6"
    assert somebody.strangers == set()


def test_only_declared_names_are_kept_by_scripts(visitor: Come) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit("/writes")
    assert somebody.evaluate("window.tried") == ["sid_base"]
    assert somebody.cookies == {"sid_a", "sid_store"}
    for area in ("localStorage", "sessionStorage"):
        assert somebody.evaluate(f"Object.keys({area})") == ["sid_a"]
    assert somebody.evaluate("indexedDB.databases().then(all => all.map(each => each.name))") == ["sid_base"]
    assert somebody.errors == [], "a script that may not write goes on"


def test_what_a_script_has_kept_is_removed_after_a_withdrawal(visitor: Come) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit("/plain")
    somebody.press("accept")
    somebody.evaluate("localStorage.setItem('_px', '1'); document.cookie = '_px=1; path=/'")
    somebody.visit("/plain")
    assert somebody.evaluate("localStorage.getItem('_px')") == "1"
    somebody.press("withdraw")
    somebody.visit("/plain")
    assert somebody.evaluate("localStorage.getItem('_px')") is None
    assert "_px" not in somebody.cookies


def test_a_service_worker_stays_with_who_first_refuses(visitor: Come) -> None:
    """With what was subscribed to through it: nothing has changed for it."""
    somebody = visitor(pages.SITE)
    somebody.visit("/worker")
    assert somebody.evaluate("ask()") == "kept in"
    somebody.evaluate("document.addEventListener('cookiegate:choice', e => e.preventDefault())")
    count = "navigator.serviceWorker.getRegistrations().then(all => all.length)"
    somebody.press("refuse")
    assert somebody.evaluate(count) == 1
    somebody.open_settings()
    somebody.press("accept")
    assert somebody.evaluate(count) == 0, "one that was made for another choice does not stay"


def test_a_service_worker_obeys_the_choice_and_is_replaced_when_it_changes(visitor: Come) -> None:
    somebody = visitor(pages.SITE)
    somebody.visit("/worker")
    assert somebody.evaluate("ask()") == "kept in"
    somebody.press("accept")
    somebody.await_true("navigator.serviceWorker.controller !== null")
    somebody.visit("/worker")
    assert somebody.evaluate("ask()") == "asked"
    assert somebody.strangers == {"pikseli.example"}
    somebody.press("withdraw")
    somebody.internet.forget()
    somebody.visit("/worker")
    assert somebody.evaluate("ask()") == "kept in"
    assert somebody.strangers == set()

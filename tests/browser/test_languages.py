"""In which language visitors are asked: the page's, whatever the browser's is, and said so to screen readers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .visitor import Visitor

Come = Callable[..., Visitor]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize(
    ("path", "language", "word"), [("/", "fi", "Hylkää"), ("/sv/", "sv", "Avvisa"), ("/en/", "en", "Refuse")]
)
def test_the_banner_and_the_settings_speak_the_pages_language(
    visitor: Come, path: str, language: str, word: str, scripts: bool
) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit(path)
    assert somebody.evaluate("document.documentElement.lang") == language
    assert somebody.evaluate("document.querySelector('#cookiegate').lang") == language
    refuse = somebody.read("#cookiegate button[value=refuse]")
    assert refuse.startswith(word)
    somebody.open_settings()
    assert somebody.evaluate("document.querySelector('.cookiegate-settings').closest('[lang]').lang") == language
    assert somebody.read(".cookiegate-settings button[value=refuse]") == refuse


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_so_does_every_page_of_ours_that_a_link_leads_to(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/sv/")
    for page in ("notice", "receipt", "privacy", "settings"):
        somebody.click(f"#cookiegate a[href*='/_cookiegate/{page}']")
        somebody.await_true(f"location.pathname === '/_cookiegate/{page}'")
        somebody.settle()
        assert somebody.evaluate("document.documentElement.lang") == "sv", page

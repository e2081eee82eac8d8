"""What visitors of the demonstration site decide, and what then happens, with and without scripts, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .visitor import Visitor

Come = Callable[..., Visitor]
manners = pytest.mark.parametrize(
    ("scripts", "width"), [(True, 1280), (True, 390), (False, 1280), (False, 390)], ids=str
)
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
GOOGLE = {"www.googletagmanager.com"}
FONTS = {"fonts.googleapis.com"}
META = {"connect.facebook.net"}
YOUTUBE = {"www.youtube.com"}


@manners
def test_before_a_choice_nobody_else_is_asked_and_nothing_is_kept(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    for path in ("/", "/mokit/", "/yhteys/"):
        somebody.visit(path)
        somebody.scroll(2_000)
        somebody.press_key("Escape")
        somebody.await_drawn("#cookiegate button[value=accept]")
        ran = "function" if scripts else "undefined"
        assert somebody.evaluate("typeof cookiegate.allows") == ran, "no script of the page runs where they are off"
    assert somebody.strangers == set()
    assert somebody.list_cookies() == []
    assert somebody.errors == []


@manners
def test_refusing_and_accepting_are_equally_big_and_in_sight(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/")
    refuse, accept = (somebody.find_box(f"#cookiegate button[value={which}]") for which in ("refuse", "accept"))
    assert abs(refuse["width"] - accept["width"]) <= 1
    assert abs(refuse["height"] - accept["height"]) <= 1
    for box in (refuse, accept):
        assert 0 <= box["left"] <= box["right"] <= width
        assert 0 <= box["top"] <= box["bottom"] <= 800


@manners
def test_who_refuses_is_not_asked_again_and_nobody_else_is_asked(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/")
    somebody.press("refuse")
    somebody.visit("/mokit/")
    assert somebody.count("#cookiegate button[value=accept]") == 0
    assert somebody.strangers == set()
    assert somebody.cookies == set()


@manners
def test_who_accepts_gets_what_was_accepted(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/mokit/")
    somebody.press("accept")
    assert somebody.strangers >= FONTS | YOUTUBE
    if scripts:
        assert somebody.strangers >= GOOGLE | META
        assert somebody.cookies >= {"_ga", "_ga_XXXXXXXXXX", "_fbp"}
    assert somebody.address.endswith("/mokit/"), "the visitor is still on the page"


@with_and_without_scripts
def test_a_single_service_can_be_chosen_and_the_settings_show_it(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    somebody.open_settings()
    assert somebody.count(".cookiegate-settings input[type=checkbox]") > 0
    assert somebody.count(".cookiegate-settings input:checked") == 0, "nothing is ticked ahead"
    somebody.click("input[name=service][value=youtube]")
    somebody.click(".cookiegate-settings button[value=save]")
    somebody.await_decision("save")
    assert somebody.address.endswith("/mokit/")
    assert somebody.strangers == YOUTUBE
    somebody.open_settings()
    assert somebody.count(".cookiegate-settings input:checked") == 1
    assert somebody.count("input[name=service][value=youtube]:checked") == 1


@with_and_without_scripts
def test_who_withdraws_is_rid_of_the_cookies_and_nobody_else_is_asked_any_more(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/")
    somebody.press("accept")
    somebody.plant("_ga")
    somebody.plant("_fbp")
    somebody.plant("kieli")
    somebody.visit("/mokit/")
    assert somebody.cookies >= {"_ga", "_fbp", "kieli"}
    somebody.press("withdraw")
    assert somebody.cookies == {"kieli"}, "what is necessary stays"
    somebody.internet.forget()
    somebody.visit("/")
    somebody.visit("/yhteys/")
    assert somebody.strangers == set()
    assert somebody.cookies == {"kieli"}


@with_and_without_scripts
def test_after_a_withdrawal_the_settings_show_that_nothing_is_given(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/")
    somebody.press("accept")
    somebody.open_settings()
    assert somebody.count(".cookiegate-settings input:not(:checked)") == 0
    somebody.visit("/")
    somebody.press("withdraw")
    somebody.open_settings()
    assert somebody.count(".cookiegate-settings input:checked") == 0


@with_and_without_scripts
def test_the_button_in_place_of_a_frame_loads_that_service_alone_and_for_good(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    somebody.click("button[value=allow]", inside="iframe.video")
    somebody.await_decision("allow")
    assert somebody.address.endswith("/mokit/")
    assert somebody.strangers == YOUTUBE
    somebody.internet.forget()
    somebody.visit("/mokit/")
    assert somebody.count("iframe.video[src^='https://www.youtube']:not([srcdoc])") == 1
    assert somebody.strangers == YOUTUBE


@with_and_without_scripts
def test_this_once_in_place_of_a_frame_is_that_page_and_that_service_alone(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    somebody.click("button[value=once]", inside="iframe.video")
    somebody.await_drawn("iframe.video[src^='https://www.youtube']:not([srcdoc])")
    somebody.settle()
    assert somebody.address.endswith("/mokit/")
    assert somebody.strangers == YOUTUBE
    assert somebody.count("#cookiegate button[value=refuse]") == 1, "the question is still open"
    somebody.internet.forget()
    somebody.visit("/mokit/")
    assert somebody.count("iframe.video[data-cookiegate-service=youtube][srcdoc]") == 1
    assert somebody.strangers == set()


def test_the_settings_open_in_place_and_close_again(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/")
    somebody.press("refuse")
    somebody.open_settings()
    assert somebody.address.endswith(somebody.host + "/")
    somebody.press_key("Escape")
    somebody.await_drawn(".cookiegate-settings", 0)
    assert somebody.count("#cookiegate a[data-cookiegate=settings]:focus") == 1


def test_what_the_visitor_has_typed_survives_a_choice(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/yhteys/")
    somebody.click("textarea[name=message]")
    somebody.type("Hei, tarvitsen mökin")
    somebody.press("accept")
    assert somebody.evaluate("document.querySelector('textarea[name=message]').value") == "Hei, tarvitsen mökin"
    somebody.await_true("document.querySelector('#cookiegate [role=status]').innerText !== ''")
    assert somebody.strangers == set(), "what was accepted comes with the next page"
    somebody.visit("/yhteys/")
    assert somebody.strangers >= FONTS


def test_a_withdrawal_holds_at_once_where_the_page_cannot_be_loaded_again(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/yhteys/")
    somebody.press("accept")
    somebody.click("textarea[name=message]")
    somebody.type("Hei")
    somebody.press("withdraw")
    assert somebody.evaluate("document.querySelector('textarea[name=message]').value") == "Hei"
    somebody.await_true("document.querySelector('#cookiegate [role=status]').innerText !== ''")
    blocked = """new Promise(done => {
        addEventListener("securitypolicyviolation", event => done(event.blockedURI));
        new Image().src = "https://www.facebook.com/tr?late=1";
    })"""
    assert somebody.evaluate(blocked).startswith("https://www.facebook.com/")


def test_a_form_on_another_site_decides_nothing(visitor: Come) -> None:
    somebody = visitor()
    somebody.go(f"https://prizes.example/prize/{somebody.host}")
    somebody.click("button")
    somebody.await_true("location.pathname === '/_cookiegate/choice'")
    somebody.settle()
    assert somebody.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 403
    assert [cookie for cookie in somebody.list_cookies() if "cookiegate" in cookie.name] == []
    somebody.visit("/")
    assert somebody.count("#cookiegate button[value=accept]") == 1

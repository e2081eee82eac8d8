"""What visitors of the demonstration site decide, and what then happens, with and without scripts, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .visitor import Visitor

Come = Callable[..., Visitor]
manners = pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (True, 390), (False, 390)], ids=str)
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
GOOGLE = {"www.googletagmanager.com"}
FONTS = {"fonts.googleapis.com"}
META = {"connect.facebook.net"}


@manners
def test_before_a_choice_nobody_else_is_asked_and_nothing_is_kept(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    for path in ("/", "/mokit/", "/yhteys/"):
        somebody.visit(path)
        somebody.page.mouse.wheel(0, 2_000)
        somebody.page.keyboard.press("Escape")
        expect(somebody.control().locator("button[value=accept]")).to_be_visible()
    assert somebody.strangers == set()
    assert somebody.context.cookies() == []
    assert somebody.errors == []


@manners
def test_refusing_and_accepting_are_equally_big_and_in_sight(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/")
    boxes = [somebody.control().locator(f"button[value={which}]").bounding_box() for which in ("refuse", "accept")]
    refuse, accept = boxes
    assert refuse is not None
    assert accept is not None
    assert abs(refuse["width"] - accept["width"]) <= 1
    assert abs(refuse["height"] - accept["height"]) <= 1
    for box in (refuse, accept):
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 800


@manners
def test_who_refuses_is_not_asked_again_and_nobody_else_is_asked(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/")
    somebody.press("refuse")
    somebody.visit("/mokit/")
    expect(somebody.control().locator("button[value=accept]")).to_have_count(0)
    assert somebody.strangers == set()
    assert somebody.cookies == set()


@manners
def test_who_accepts_gets_what_was_accepted(visitor: Come, scripts: bool, width: int) -> None:
    somebody = visitor(scripts=scripts, width=width)
    somebody.visit("/mokit/")
    somebody.press("accept")
    assert somebody.strangers >= FONTS | {"www.youtube.com"}
    if scripts:
        assert somebody.strangers >= GOOGLE | META
        assert somebody.cookies >= {"_ga", "_ga_XXXXXXXXXX", "_fbp"}
    assert somebody.page.url.endswith("/mokit/"), "the visitor is still on the page"


@with_and_without_scripts
def test_a_single_service_can_be_chosen_in_the_settings(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    somebody.open_settings()
    boxes = somebody.page.locator(".cookiegate-settings input[type=checkbox]")
    assert [box.is_checked() for box in boxes.all()] == [False] * boxes.count()
    somebody.page.locator("input[name=service][value=youtube]").check()
    somebody.page.locator(".cookiegate-settings button[value=save]").click()
    somebody.control().locator(".cookiegate-control button[value=withdraw]").wait_for()
    somebody.page.wait_for_load_state("networkidle")
    assert somebody.strangers == {"www.youtube.com"}
    somebody.open_settings()
    expect(somebody.page.locator("input[name=service][value=youtube]")).to_be_checked()
    expect(somebody.page.locator("input[name=service][value=meta-pixel]")).not_to_be_checked()
    expect(somebody.page.locator("input[name=purpose][value=marketing]")).not_to_be_checked()
    expect(somebody.page.locator("input[name=purpose][value=statistics]")).not_to_be_checked()


@with_and_without_scripts
def test_who_withdraws_is_rid_of_the_cookies_and_nobody_else_is_asked_any_more(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/")
    somebody.press("accept")
    somebody.plant("_ga")
    somebody.plant("_fbp")
    somebody.context.add_cookies([{"name": "kieli", "value": "fi", "url": f"https://{somebody.host}/"}])
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
def test_the_button_in_place_of_a_frame_loads_that_service_alone(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    somebody.page.frame_locator("iframe.video").locator("button[value=allow]").click()
    somebody.control().locator(".cookiegate-control").wait_for()
    somebody.page.wait_for_load_state("networkidle")
    assert somebody.page.url.endswith("/mokit/")
    expect(somebody.page.frame_locator("iframe.video").locator("p")).to_have_text("www.youtube.com")
    assert somebody.strangers == {"www.youtube.com"}


def test_the_settings_open_in_place_and_close_again(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/")
    somebody.press("refuse")
    somebody.open_settings()
    assert somebody.page.url.endswith(somebody.host + "/")
    somebody.page.keyboard.press("Escape")
    expect(somebody.page.locator(".cookiegate-settings")).to_have_count(0)
    expect(somebody.control().locator("a[data-cookiegate=settings]")).to_be_focused()


def test_what_the_visitor_has_typed_survives_a_choice(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/yhteys/")
    somebody.page.fill("textarea[name=message]", "")
    somebody.page.locator("textarea[name=message]").press_sequentially("Hei, tarvitsen mökin")
    somebody.press("accept")
    expect(somebody.page.locator("textarea[name=message]")).to_have_value("Hei, tarvitsen mökin")
    expect(somebody.control().locator("[role=status]")).not_to_be_empty()
    assert somebody.strangers == set(), "what was accepted comes with the next page"
    somebody.visit("/yhteys/")
    assert somebody.strangers >= FONTS


def test_a_withdrawal_holds_at_once_where_the_page_cannot_be_loaded_again(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/yhteys/")
    somebody.press("accept")
    somebody.page.wait_for_load_state("networkidle")
    somebody.page.locator("textarea[name=message]").press_sequentially("Hei")
    somebody.press("withdraw")
    expect(somebody.page.locator("textarea[name=message]")).to_have_value("Hei")
    expect(somebody.control().locator("[role=status]")).not_to_be_empty()
    blocked = """() => new Promise(done => {
        addEventListener("securitypolicyviolation", event => done(event.blockedURI));
        new Image().src = "https://www.facebook.com/tr?late=1";
    })"""
    assert somebody.page.evaluate(blocked).startswith("https://www.facebook.com/")


def test_a_withdrawal_in_one_tab_reaches_the_other(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/")
    somebody.press("accept")
    other = somebody.open_tab()
    somebody.visit("/mokit/", other)
    expect(somebody.control(other).locator("button[value=withdraw]")).to_be_visible()
    somebody.press("withdraw")
    expect(somebody.control(other).locator("button[value=withdraw]")).to_have_count(0)
    other.wait_for_load_state("networkidle")
    expect(other.frame_locator("iframe.video").locator("button[value=allow]")).to_be_visible()
    somebody.internet.forget()
    other.reload(wait_until="networkidle")
    assert somebody.strangers == set()


def test_going_back_shows_what_now_holds(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/")
    somebody.press("accept")
    somebody.visit("/mokit/")
    somebody.press("withdraw")
    somebody.internet.forget()
    somebody.page.go_back(wait_until="networkidle")
    expect(somebody.control().locator(".cookiegate-control")).to_be_visible()
    expect(somebody.control().locator("button[value=withdraw]")).to_have_count(0)
    assert somebody.strangers == set()


def test_a_form_on_another_site_decides_nothing(visitor: Come) -> None:
    somebody = visitor()
    somebody.page.goto(f"https://prizes.example/prize/{somebody.host}", wait_until="networkidle")
    with somebody.page.expect_response(lambda answer: "/_cookiegate/choice" in answer.url) as answer:
        somebody.page.locator("button").click()
    assert answer.value.status == 403
    assert [cookie for cookie in somebody.context.cookies() if "cookiegate" in cookie["name"]] == []
    somebody.visit("/")
    expect(somebody.control().locator("button[value=accept]")).to_be_visible()


def test_two_who_refuse_on_one_day_cannot_be_told_apart(visitor: Come) -> None:
    kept = []
    for width in (1280, 390):
        somebody = visitor(width=width)
        somebody.visit("/")
        somebody.press("refuse")
        kept.append([(cookie["name"], cookie["value"]) for cookie in somebody.context.cookies()])
    assert kept[0] == kept[1]
    assert len(kept[0]) == 1

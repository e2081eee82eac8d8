"""What happens to the visitors of a WordPress with the usual tags behind `cookiegate serve`, told in a real Chromium.

Every other host of the internet is a stand-in that writes down what it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import QUIET

from .bed import WordPress
from .company import Company, open_company
from .visitor import STATES, Visitor

pytestmark = [pytest.mark.wordpress, pytest.mark.browser, pytest.mark.xdist_group("wordpress")]

PAGES = ("/?plant=1", WordPress.page_path, WordPress.post_path, "/ei-ole/", "/feed/")
OWN_COOKIE = "__Host-cookiegate"

# What each service is asked, as beginnings of addresses: with scripts, and without.
ON_EVERY_PAGE = {
    "google-analytics": (("www.googletagmanager.com/gtag/js?", "region1.google-analytics.com/g/collect?"), ()),
    "google-tag-manager": (("www.googletagmanager.com/gtm.js?",), ("www.googletagmanager.com/ns.html?",)),
    "meta-pixel": (
        ("connect.facebook.net/en_US/fbevents.js", "connect.facebook.net/signals/", "www.facebook.com/tr/?"),
        ("www.facebook.com/tr?",),
    ),
    "google-fonts": (("fonts.googleapis.com/css2?", "fonts.gstatic.com/s/"),) * 2,
}
ON_THE_CONTACT_PAGE = ON_EVERY_PAGE | {
    "youtube": (("www.youtube.com/embed/", "i.ytimg.com/vi/"),) * 2,
    "google-maps": (("www.google.com/maps/embed?", "maps.googleapis.com/"), ("www.google.com/maps/embed?",)),
    "recaptcha": (
        ("www.google.com/recaptcha/api.js", "www.google.com/recaptcha/api2/", "www.gstatic.com/recaptcha/"),
        (),
    ),
}


@pytest.fixture(scope="module")
def company(wordpress_over_tls: WordPress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(wordpress_over_tls, tmp_path_factory.mktemp("gateway")) as company:
        yield company


@pytest.fixture(scope="module")
def browser(chromium: str, company: Company) -> Iterator[Browser]:
    flags = [*QUIET, f"--host-resolver-rules={company.internet.rules}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visitor(request: pytest.FixtureRequest, browser: Browser, company: Company) -> Iterator[Visitor]:
    """Somebody who has never been here; no story may leave an error in the console that is not expected."""
    with Visitor(browser, company, scripts=request.param) as visitor:
        company.internet.forget()
        yield visitor
        assert visitor.errors == []


@pytest.mark.parametrize("state", [state for state in STATES if state != "accepted"])
def test_without_consent_no_stranger_is_reached_and_only_our_cookie_is_kept(visitor: Visitor, state: str) -> None:
    visitor.plant()
    visitor.reach(state)
    visitor.company.internet.forget()
    reached = {}
    for path in PAGES:
        visitor.visit(path)
        reached[path] = visitor.company.internet.strangers
    assert reached == {path: [] for path in PAGES}
    assert visitor.cookies == ([] if state == "before a choice" else [OWN_COOKIE])


def test_what_the_site_left_before_it_had_a_gate_is_gone_with_the_first_page(visitor: Visitor) -> None:
    internet = visitor.company.internet
    with visitor.company.without_gate():
        visitor.visit("/?plant=1")
        assert "www.facebook.com" in internet.strangers
        assert {"_ga", "_fbp", "kivi_campaign"} <= set(visitor.cookies)
        internet.forget()
    visitor.visit("/")
    assert visitor.cookies == []
    assert internet.strangers == []
    if visitor.scripts:
        assert "_ga_store" not in visitor.page.evaluate("Object.keys(localStorage)")


def test_after_acceptance_every_service_of_the_page_is_called_and_nobody_else(visitor: Visitor) -> None:
    visitor.reach("accepted")
    assert_called(visitor, "/?plant=1", *ON_EVERY_PAGE)
    assert_called(visitor, WordPress.page_path, *ON_THE_CONTACT_PAGE)
    # Its comment has a face from Gravatar, which the policy does not name.
    assert_called(visitor, WordPress.post_path, *ON_EVERY_PAGE)
    accepted = {OWN_COOKIE, "_ga", "_fbp"} | ({"_ga_KIVIJOKI01"} if visitor.scripts else set())
    assert set(visitor.cookies) == accepted


def test_after_accepting_statistics_only_those_are_called(visitor: Visitor) -> None:
    visitor.visit(WordPress.page_path, settled=False)
    visitor.find("a[data-cookiegate=settings]").first.click()
    visitor.page.locator("input[name=purpose][value=statistics]").check()
    visitor.page.locator("button[data-cookiegate=save]").click()
    visitor.find("button[data-cookiegate=withdraw]").wait_for()
    assert visitor.page.url == visitor.company.site.public_url + WordPress.page_path
    assert_called(visitor, WordPress.page_path, "google-analytics")
    assert_called(visitor, "/?plant=1", "google-analytics")
    assert set(visitor.cookies) == {OWN_COOKIE, "_ga"} | ({"_ga_KIVIJOKI01"} if visitor.scripts else set())


def test_the_button_in_the_place_of_a_video_loads_that_service_only(visitor: Visitor) -> None:
    visitor.visit(WordPress.page_path)
    assert visitor.company.internet.strangers == []
    place = visitor.page.frame_locator("iframe[data-cookiegate-service=youtube]")
    place.get_by_role("button", name="Lataa aina YouTube").click()
    visitor.page.locator("iframe[src^='https://www.youtube.com/embed/']").wait_for()
    assert visitor.page.url == visitor.company.site.public_url + WordPress.page_path
    assert_called(visitor, WordPress.page_path, "youtube")
    place = visitor.page.frame_locator("iframe[data-cookiegate-service=google-maps]")
    assert place.get_by_role("button", name="Lataa aina Google Maps").is_visible()


def test_staff_can_log_in_whatever_they_chose_and_stay_logged_in_when_they_choose_anew(visitor: Visitor) -> None:
    for state in visitor.walk():
        if state != "before a choice":
            visitor.visit("/wp-admin/", settled=False)
            assert visitor.is_in_administration(), state
            visitor.log_out()
        visitor.log_in()
        assert visitor.is_in_administration(), state


def test_the_editor_opens_asks_no_stranger_and_keeps_its_preferences(browser: Browser, company: Company) -> None:
    with Visitor(browser, company, scripts=True) as visitor:
        visitor.log_in()
        company.internet.forget()
        visitor.visit("/wp-admin/post-new.php")
        visitor.page.locator(".edit-post-visual-editor").wait_for()
        assert company.internet.strangers == []
        assert visitor.errors == []
        visitor.page.wait_for_function("'WP_PREFERENCES_USER_1' in localStorage", timeout=10_000)


def test_a_comment_lands_and_waits_for_approval_whatever_was_chosen(visitor: Visitor) -> None:
    for state in visitor.walk():
        text = f"Milloin näyttely on auki? ({state}, {visitor.scripts})"
        visitor.comment(WordPress.post_path, text)
        assert visitor.page.get_by_text(text).is_visible(), state
        assert visitor.page.get_by_text("odottaa hyväksyntää").first.is_visible(), state
        assert any(name.startswith("comment_author_email_") for name in visitor.cookies), state


def test_on_a_phone_the_whole_question_is_on_the_screen_even_of_a_page_that_is_wider(
    browser: Browser, company: Company
) -> None:
    with Visitor(browser, company, scripts=True, phone=True) as visitor:
        visitor.visit(WordPress.page_path)
        page_width, width, height = visitor.page.evaluate(
            "[document.documentElement.scrollWidth, visualViewport.width, visualViewport.height]"
        )
        assert page_width > width  # its video has a fixed width, as embed codes do
        for decision in ("refuse", "accept"):
            box = visitor.find(f"button[data-cookiegate={decision}]").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height


def test_the_gateway_had_nothing_to_complain_about(company: Company) -> None:
    said = company.log.read_text()
    assert "ERROR" not in said
    assert "Traceback" not in said


def assert_called(visitor: Visitor, path: str, *services: str) -> None:
    """On this page these services are asked all that they ask, and no other host is reached in any way."""
    expected = {start for service in services for start in ON_THE_CONTACT_PAGE[service][not visitor.scripts]}
    internet = visitor.company.internet
    visitor.page.goto("about:blank")  # on a busy machine the page before may still be asking
    internet.forget()
    visitor.visit(path)
    visitor.wait_for_calls(expected)
    starts = [start for calls in ON_THE_CONTACT_PAGE.values() for each in calls for start in each]
    known = [
        max((start for start in starts if each.startswith(start)), default=each, key=len) for each in internet.asked
    ]
    assert set(known) == expected
    # a connection that the page before opened may serve this one too, so not each of them begins anew
    assert {name for name in internet.called if name != internet.own} <= {each.partition("/")[0] for each in expected}

"""What stands in the visitor's page."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.notices import Notices
from cookiegate.policy import BannerRules, Link, Policy, Service

from .conftest import POLICY, STATISTICS, VIDEO

REFUSED = Consent(decided=True, day=20_000)
GIVEN = Consent(True, frozenset({"laskuri", "filmi"}), frozenset({"statistics"}), 20_000, "x")
LANGUAGES = POLICY.site.languages


def read(page: bytes) -> LexborHTMLParser:
    return LexborHTMLParser(page.decode("ascii"))


def find(page: bytes, selector: str) -> LexborNode:
    node = read(page).css_first(selector)
    assert node is not None
    return node


def draw(notices: Notices, consent: Consent = UNDECIDED, language: str = "fi", inline: bool = True) -> bytes:
    return notices.control(language, consent, return_to="/", nonce="n", inline=inline)


@pytest.mark.parametrize("language", LANGUAGES)
def test_accept_and_refuse_are_siblings_that_differ_only_in_what_they_say(notices: Notices, language: str) -> None:
    page = draw(notices, language=language)
    refuse, accept = find(page, "[data-cookiegate=refuse]"), find(page, "[data-cookiegate=accept]")
    assert refuse.tag == accept.tag == "button"
    assert refuse.parent == accept.parent
    said = {"value", "data-cookiegate"}
    assert {k: v for k, v in refuse.attributes.items() if k not in said} == {
        k: v for k, v in accept.attributes.items() if k not in said
    }
    assert refuse.next.next == accept if refuse.next and refuse.next.tag == "-text" else refuse.next == accept


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_layer_says_who_what_for_how_many_and_how_to_withdraw(
    notices: Notices, policy: Policy, language: str
) -> None:
    words = find(draw(notices, language=language), "form").text()
    settings = find(draw(notices, REFUSED, language), "[data-cookiegate=settings]").text()
    assert policy.controller.name in words
    assert settings in words
    assert "3 " in words
    assert "2 " in words
    assert find(draw(notices, language=language), "section").attributes["lang"] == language


def test_the_first_layer_asks_nothing_in_advance_and_has_one_form_and_only_our_links(notices: Notices) -> None:
    page = read(draw(notices))
    assert page.css("[type=checkbox], [checked], [role=dialog]") == []
    assert len(page.css("form")) == 1
    assert [link.attributes["href"] for link in page.css("a")] == [
        "/_cookiegate/settings?language=fi&return_to=/",
        "/_cookiegate/notice?language=fi",
    ]


@pytest.mark.parametrize("look", ["bar", "corner", "dialog"])
def test_only_the_dialog_is_one_and_it_takes_nothing_from_the_page(
    notices_with: Callable[..., Notices], look: str
) -> None:
    notices = notices_with(banner=BannerRules(look))
    section = find(draw(notices), "section").attributes
    assert section["role"] == ("dialog" if look == "dialog" else "region")
    assert "aria-modal" not in section
    assert find(draw(notices, REFUSED), "section").attributes["role"] == "region"


def test_logo_and_links_are_in_the_first_layer_and_are_text(notices_with: Callable[..., Notices]) -> None:
    links = (Link("/tietosuoja?a=1&b=2", {"fi": "Tietosuoja <b>", "sv": "Dataskydd"}), Link("/b", {"fi": "B"}))
    notices = notices_with(banner=BannerRules(logo="/logo.svg", links=links))
    page = read(draw(notices, language="sv"))
    [logo] = page.css("form img")
    assert (logo.attributes["src"], logo.attributes["alt"]) == ("/logo.svg", POLICY.site.name)
    said = {link.attributes["href"]: link.text() for link in page.css("form p a")}
    assert said == {"/tietosuoja?a=1&b=2": "Dataskydd", "/b": "B"}
    assert find(draw(notices), "form p a").text() == "Tietosuoja <b>"
    assert read(draw(notices, REFUSED)).css("img, p a") == []


def test_once_decided_there_is_a_way_to_the_settings_and_to_withdraw_what_was_given(notices: Notices) -> None:
    for consent, controls in ((REFUSED, ["settings"]), (GIVEN, ["settings", "withdraw"])):
        page = read(draw(notices, consent))
        assert [node.attributes["data-cookiegate"] for node in page.css("[data-cookiegate]")] == controls


def test_a_site_that_asks_for_nothing_may_leave_the_question_out(notices_with: Callable[..., Notices]) -> None:
    page = read(draw(notices_with(purposes=(), banner=BannerRules("none"))))
    assert [node.attributes["data-cookiegate"] for node in page.css("[data-cookiegate]")] == ["settings"]


def test_the_section_tells_the_state_to_the_page(notices: Notices) -> None:
    attributes = find(draw(notices, GIVEN), "section").attributes
    assert attributes["data-services"] == "filmi laskuri"
    assert attributes["data-purposes"] == "statistics"


def test_the_section_is_named_by_what_it_shows(notices: Notices) -> None:
    for consent in (UNDECIDED, GIVEN):
        label = find(draw(notices, consent), "section").attributes["aria-labelledby"]
        assert find(draw(notices, consent), f"#{label}").text()


@pytest.mark.parametrize("consent", [UNDECIDED, REFUSED, GIVEN])
@pytest.mark.parametrize("return_to", ["/sivu?a=1&b=ä", '/"><script>alert(1)</script>', "/%s%(x)b{0}", "/a b\t\n'"])
def test_where_the_visitor_was_stays_text(notices: Notices, consent: Consent, return_to: str) -> None:
    page = notices.control("sv", consent, return_to=return_to, nonce="n", inline=False)
    assert page.isascii()
    assert find(page, "[name=return_to]").attributes["value"] == return_to
    assert len(read(page).css("script")) == 1


def test_an_address_that_is_no_text_breaks_nothing(notices: Notices) -> None:
    assert notices.control("fi", UNDECIDED, return_to="/\udcff").isascii()


def test_without_a_nonce_there_is_no_attribute_for_it(notices: Notices) -> None:
    for inline in (True, False):
        assert b"nonce" not in notices.control("fi", REFUSED, return_to="/", inline=inline).replace(b".nonce", b"")


def test_inline_or_linked_the_nonce_is_on_both_and_the_linked_files_exist(notices: Notices) -> None:
    inline, linked = draw(notices), draw(notices, inline=False)
    for page, selector in ((inline, "style, script"), (linked, "link, script")):
        assert [node.attributes["nonce"] for node in read(page).css(selector)] == ["n", "n"]
    assert "src" not in find(inline, "script").attributes
    assert find(linked, "script").attributes["src"] in notices.assets
    assert find(linked, "link").attributes["href"] in notices.assets
    assert read(linked).css("style") == []


def test_a_language_the_site_does_not_offer_gets_its_first(notices: Notices) -> None:
    assert draw(notices, language="xx") == draw(notices, language="fi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_placeholder_names_service_and_provider_and_gives_only_that_service(notices: Notices, language: str) -> None:
    page = notices.placeholder(language, VIDEO, "www.filmi.example")
    assert page.isascii()
    assert len(page) < 1_000
    assert "Filmi (Filmi Ltd)" in find(page, "p").text()
    form = find(page, "form")
    assert (form.attributes["target"], form.attributes["method"]) == ("_top", "post")
    assert {node.attributes["name"]: node.attributes["value"] for node in form.css("input")} == {
        "service": "filmi",
        "return_to": "",
        "language": language,
    }
    buttons = [node.attributes for node in form.css("button")]
    assert buttons == [{"name": "decision", "value": "once"}, {"name": "decision", "value": "allow"}]
    assert find(page, "a").attributes["target"] == "_top"


@pytest.mark.parametrize("service", [None, replace(STATISTICS, id="outo")])
def test_what_the_site_has_not_declared_has_no_button(notices: Notices, service: Service | None) -> None:
    page = notices.placeholder("fi", service, '<b>"outo.example')
    assert '<b>"outo.example' in find(page, "p").text()
    assert read(page).css("form, button, b") == []


def test_a_placeholder_survives_being_an_attribute(notices: Notices) -> None:
    page = notices.placeholder("fi", VIDEO, "").decode()
    frame = LexborHTMLParser(f'<iframe srcdoc="{html.escape(page)}"></iframe>').css_first("iframe")
    assert frame is not None
    assert frame.attributes["srcdoc"] == page

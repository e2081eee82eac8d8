"""Our own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from itertools import combinations
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from cookiegate.consent import UNDECIDED, Consent, decide
from cookiegate.notices import MESSAGES, Notices
from cookiegate.policy import BannerRules, Cookie, Lifetime, Link, Necessary, Policy, Purpose, VisitRules
from cookiegate.policy.model import DARK

from .conftest import PIXEL, POLICY, STATISTICS, VIDEO

LANGUAGES = POLICY.site.languages
HOSTILE = "\"'><script>x</script><img src=x onerror=x>{{7*7}}{% raw %}&amp;ä"


def read(page: bytes) -> LexborHTMLParser:
    return LexborHTMLParser(page.decode("utf-8"))


def find_ticked(page: bytes, name: str) -> set[str | None]:
    return {node.attributes["value"] for node in read(page).css(f"[name={name}][checked]")}


def draw_all(notices: Notices, language: str, consent: Consent) -> list[bytes]:
    """Everything a visitor can be shown."""
    return [
        notices.control(language, consent, return_to="/"),
        *(notices.placeholder(language, service, "x.example") for service in (STATISTICS, VIDEO, None)),
        notices.settings_page(language, consent, return_to="/"),
        notices.notice_page(language, consent),
        notices.privacy_page(language),
        *(notices.message_page(language, kind) for kind in MESSAGES),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_ticked_before_a_choice(notices: Notices, language: str) -> None:
    for consent in (UNDECIDED, Consent(decided=True)):
        page = read(notices.settings_page(language, consent, return_to="/"))
        assert len(page.css("[type=checkbox]")) == 4
        assert page.css("[checked]") == []


@pytest.mark.parametrize("given", [set(c) for n in range(3) for c in combinations(("filmi", "pikseli"), n)])
def test_the_settings_show_what_is_in_force(notices: Notices, policy: Policy, given: set[str]) -> None:
    consent = decide(policy, UNDECIDED, "save", (), given, 20_000)
    page = notices.settings_page("fi", consent, return_to="/")
    assert find_ticked(page, "service") == given
    assert find_ticked(page, "purpose") == ({"marketing"} if len(given) == 2 else set())
    assert bool(read(page).css("[data-cookiegate=withdraw]")) == bool(given)


@pytest.mark.parametrize("purposes", [set(c) for n in range(3) for c in combinations(("statistics", "marketing"), n)])
@pytest.mark.parametrize("services", [set(c) for n in range(3) for c in combinations(("filmi", "pikseli"), n)])
def test_saving_the_settings_unchanged_changes_nothing(
    notices: Notices, policy: Policy, purposes: set[str], services: set[str]
) -> None:
    consent = decide(policy, UNDECIDED, "save", purposes, services, 20_000)
    page = read(notices.settings_page("fi", consent, return_to="/"))
    sent: dict[str, list[str]] = {"purpose": [], "service": []}
    for box in page.css("[type=checkbox][checked]:not([disabled])"):  # what a browser without script would send
        sent[box.attributes["name"] or ""].append(box.attributes["value"] or "")
    assert decide(policy, consent, "save", sent["purpose"], sent["service"], 20_000) == consent


def test_without_script_one_service_of_a_given_purpose_can_be_unticked(notices: Notices, policy: Policy) -> None:
    page = read(notices.settings_page("fi", decide(policy, UNDECIDED, "accept", (), (), 1), return_to="/"))
    purpose = page.css_first("[name=purpose][value=marketing]")
    assert purpose is not None
    assert "disabled" in purpose.attributes


def test_enter_in_a_box_saves_what_is_ticked(notices: Notices) -> None:
    buttons = read(notices.settings_page("fi", UNDECIDED, return_to="/")).css("form button")
    assert [button.attributes["value"] for button in buttons] == ["save", "refuse", "accept"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//muu.example/", "/\\muu.example", "https://muu.example/"])
def test_the_way_back_stays_on_the_site(notices: Notices, address: str) -> None:
    for bad in (address, "/\t/muu.example"):
        page = read(notices.settings_page("fi", UNDECIDED, return_to=bad))
        assert [node.attributes["href"] for node in page.css("[data-cookiegate=back]")] == ["/"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_and_notice_list_every_service_and_cookie(notices: Notices, policy: Policy, language: str) -> None:
    for draw in (notices.settings_page(language, UNDECIDED, return_to="/"), notices.notice_page(language, UNDECIDED)):
        page = read(draw)
        words = page.text()
        for service in policy.services.values():
            for fact in (service.name, service.provider, service.transfer_basis):
                assert fact in words
        # one heading row per table; ours are the choice, the objection and what is loaded once
        cookies = sum(len(service.cookies) for service in policy.services.values())
        tables = sum(bool(service.cookies) for service in policy.services.values())
        assert len(page.css("tr")) == cookies + tables + len(policy.necessary) + 3 + 1


def test_what_is_necessary_is_listed_with_its_reason_and_has_no_box(notices_with: Callable[..., Notices]) -> None:
    cookie = Cookie("_m", reason="Estää väärinkäyttöä.")
    service = replace(STATISTICS, id="maksu", name="Maksu", hosts=("maksu.example",), cookies=(cookie,))
    entry = Necessary("Maksaminen.", service=service, lifetime=Lifetime(1, "hours"), paths=("/kassa/",))
    page = read(notices_with(necessary=(entry,)).settings_page("fi", UNDECIDED, return_to="/"))
    rows = [[cell.text() for cell in row.css("td")] for row in page.css("tr")]
    assert ["Maksu (Laskuri Oy)", "Maksaminen. (vain sivuilla: /kassa/)", "yhteys palveluun"] in rows
    assert ["_m (Maksu)", "Estää väärinkäyttöä. (vain sivuilla: /kassa/)", "1 tunti"] in rows
    assert page.css("[value=maksu]") == []


def test_links_to_policies_are_web_addresses_only(notices_with: Callable[..., Notices]) -> None:
    service = replace(STATISTICS, policy_url="javascript:alert(1)")
    notices = notices_with(purposes=(Purpose("statistics", (service,)),))
    for draw in (notices.settings_page("fi", UNDECIDED, return_to="/"), notices.notice_page("fi", UNDECIDED)):
        assert b"javascript:" not in draw


def poison(value: Any) -> Any:
    """The same, with every text that a site writes made hostile; ids, codes and lists of languages stay."""
    if is_dataclass(value) and not isinstance(value, type | Lifetime | VisitRules):
        kept = {"id", "purpose", "languages", "look", "scope", "country", "version"}
        changed = {f.name: poison(getattr(value, f.name)) for f in fields(value) if f.name not in kept}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(poison(item) for item in value)
    return HOSTILE if isinstance(value, str) else value


def count_elements(page: bytes) -> dict[str, int]:
    parsed = read(page)
    return {tag: len(parsed.css(tag)) for tag in ("script", "img", "b", "style", "form", "button", "input", "iframe")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_policy_says_stays_text(notices_with: Callable[..., Notices], language: str, policy: Policy) -> None:
    consent = decide(policy, UNDECIDED, "accept", (), (), 20_000)
    bad = poison(replace(policy, visits=VisitRules(), retention={}))
    purposes = tuple(
        replace(purpose, titles={language: HOSTILE}, descriptions={language: HOSTILE}) for purpose in bad.purposes
    )
    hostile = notices_with(
        site=bad.site, controller=bad.controller, purposes=purposes, necessary=bad.necessary, visits=VisitRules()
    )
    plain = notices_with(visits=VisitRules())
    for page, model in zip(draw_all(hostile, language, consent), draw_all(plain, language, consent), strict=True):
        assert count_elements(page) == count_elements(model)
    assert HOSTILE in read(hostile.settings_page(language, consent, return_to="/")).text()


def test_the_visit_log_is_described_as_it_is_configured(notices_with: Callable[..., Notices]) -> None:
    visits = replace(POLICY.visits, ipv4_bits=16, ipv6_bits=40, retention_days=30, visitor="off")
    words = read(notices_with(visits=visits).privacy_page("en")).text()
    for part in ("first 16 bits", "first 40 bits", "30 days", "Sivuston turvallisuus."):
        assert part in words
    assert "tells visitors apart" not in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_to_object_has_its_own_heading_before_the_other_rights(notices: Notices, language: str) -> None:
    page = read(notices.privacy_page(language))
    form = page.css_first("form")
    assert form is not None
    place = f"/_cookiegate/objection?language={language}"
    assert (form.attributes["action"], form.attributes["method"]) == (place, "post")
    before = form.html and (page.html or "").split(form.html)[0]
    assert before
    assert before.count("<h2>") == 3
    assert len(page.css("h2")) > 4


def test_who_has_objected_is_told_so(notices: Notices) -> None:
    page = read(notices.privacy_page("fi", objected=True))
    assert "Olet vastustanut" in page.text()
    [button] = page.css("form button")
    assert (button.attributes["name"], button.attributes["value"]) == ("objects", "no")


def test_without_an_assessment_the_page_says_that_nothing_is_logged(notices_with: Callable[..., Notices]) -> None:
    page = read(notices_with(visits=VisitRules()).privacy_page("en"))
    assert "keeps no log" in page.text()
    assert page.css("form, ul") == []


def test_finnish_authorities_are_named_to_the_visitors_of_finnish_controllers(
    notices_with: Callable[..., Notices],
) -> None:
    abroad = notices_with(controller=replace(POLICY.controller, country="EE"))
    assert "tietosuoja.fi" in read(notices_with().notice_page("sv", UNDECIDED)).text()
    assert "tietosuoja.fi" not in read(abroad.notice_page("sv", UNDECIDED)).text()


def test_the_form_of_the_settings_brings_its_own_style(notices: Notices) -> None:
    page = read(notices.settings_page("fi", UNDECIDED, return_to="/"))
    sheets = [link.attributes["href"] for link in page.css("link[rel=stylesheet]")]
    assert len(sheets) == len(set(sheets)) == 3
    [own] = page.css(".cookiegate-settings link[rel=stylesheet]")
    assert own.attributes["href"] in notices.assets
    assert [link.attributes["href"] for link in read(notices.notice_page("fi", UNDECIDED)).css("link")].count(
        own.attributes["href"]
    ) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_names_its_language_and_has_one_main_heading(notices: Notices, language: str) -> None:
    for draw in draw_all(notices, language, UNDECIDED)[4:]:
        page = read(draw)
        root = page.css_first("html")
        assert root is not None
        assert root.attributes["lang"] == language
        assert len(page.css("h1")) == 1


def test_the_digest_of_the_words_changes_with_the_words_and_only_then(notices_with: Callable[..., Notices]) -> None:
    digests = [notices_with().banner_digest(language) for language in LANGUAGES]
    assert len(set(digests)) == 3
    assert notices_with().banner_digest("xx") == digests[0]
    same = (
        {"version": "2"},
        {"banner": BannerRules(look="corner", colours=DARK, radius=0, logo="/logo.svg")},
        {"retention": {"visits": 1}},
        {"visits": replace(POLICY.visits, retention_days=30)},
        {"gate": replace(POLICY.gate, allow=("fontit.example",))},
        {"purposes": (POLICY.purposes[0], Purpose("marketing", (replace(VIDEO, hosts=("filmi.example",)), PIXEL)))},
    )
    for change in same:
        assert notices_with(**change).banner_digest("fi") == digests[0]
    other = (
        {"controller": replace(POLICY.controller, name="Toinen Oy")},
        {"purposes": POLICY.purposes[:1]},
        {"purposes": (POLICY.purposes[0], Purpose("marketing", (replace(VIDEO, provider="Muu Ltd"), PIXEL)))},
        {"necessary": (replace(POLICY.necessary[0], reason="Muu syy."),)},
        {"consent": replace(POLICY.consent, validity_days=30)},
        {"texts": {"fi": {"button.accept": "Salli kaikki"}}},
        {"banner": BannerRules(links=(Link("/a", {"fi": "Tietosuoja"}),))},
    )
    for change in other:
        assert notices_with(**change).banner_digest("fi") != digests[0]

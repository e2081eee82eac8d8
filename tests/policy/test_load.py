"""What good policies mean once they are compiled, and when visitors are asked again."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.errors import PolicyError
from cookiegate.policy import (
    NECESSARY,
    STANDARD_PURPOSES,
    BannerRules,
    Colours,
    Cookie,
    Lifetime,
    Link,
    Policy,
    compile_policy,
    find_doubts,
    load_catalogue,
    load_policy,
)

GOOD = Path(__file__).parents[1] / "policies" / "good"
FULL: dict[str, Any] = tomllib.loads((GOOD / "full.toml").read_text("utf-8"))


def load(name: str) -> Policy:
    return load_policy(GOOD / f"{name}.toml")


def list_doubts(name: str) -> list[str]:
    return [doubt.key for doubt in find_doubts(load(name))]


def change(edit: Callable[[dict[str, Any]], object]) -> Policy:
    said = copy.deepcopy(FULL)
    edit(said)
    return compile_policy(said)


def test_the_least_policy_asks_for_no_service_and_logs_no_visit() -> None:
    policy = load("minimal")
    assert policy.site.hosts == ("www.lumikello.example",)
    assert policy.site.languages == ("fi", "sv", "en")
    assert [purpose.id for purpose in policy.purposes] == list(STANDARD_PURPOSES)
    assert not policy.services
    assert policy.necessary == ()
    assert policy.visits.assessment is None
    assert policy.gate.unknown == "block"
    assert policy.gate.allow == ()
    assert policy.consent.scope == "host"
    assert policy.consent.validity_days == 183
    assert policy.banner.look == "bar"


def test_every_key_of_the_full_policy_arrives_in_what_is_compiled() -> None:
    policy = load("full")
    assert policy.site.languages == ("sv", "fi")
    assert policy.controller.business_id == "0000000-0"
    assert policy.controller.country == "SE"
    assert policy.consent.validity_days == 366
    assert policy.consent.scope == "domain"
    assert [purpose.id for purpose in policy.purposes] == ["marketing", "statistics"]
    assert policy.purpose_of == {
        "meta-pixel": "marketing",
        "matomo": "statistics",
        "oma-laskuri": "statistics",
    }
    assert policy.purposes[1].titles == {"fi": "Kävijämäärät", "sv": "Besöksantal"}
    own = policy.services["oma-laskuri"]
    assert (own.name, own.provider, own.country, own.purpose) == ("Laskuri", "Laskuri Oy", "FI", "statistics")
    assert own.hosts == ("*.laskuri.example", "cdn.example.net/laskuri/")
    assert own.paths == ("/mittaus/",)
    assert own.signatures == ("laskuri.start(",)
    assert own.cookies == (
        Cookie("laskuri_session"),
        Cookie("_laskuri_*", Lifetime(13, "months")),
        Cookie("uid", Lifetime(2, "years"), third_party=True),
        Cookie("laskuri.jono", storage=True),
    )
    assert (policy.visits.ipv4_bits, policy.visits.ipv6_bits, policy.visits.retention_days) == (16, 32, 30)
    assert policy.visits.visitor == "off"
    assert policy.visits.threshold == 10
    assert policy.visits.keep_query == ("page", "category")
    assert policy.visits.groups == (("/blog/press", "Press"), ("/blog", "Blog"))
    assert policy.visits.assessment
    assert policy.visits.assessment.reviewed_on == "2026-11-16"
    assert policy.retention == {"observations": 14}
    assert policy.gate.unknown == "report"
    assert policy.gate.allow == ("*.kartta.example", "static.example.net/kirjasto/")
    assert policy.banner == BannerRules(
        look="corner",
        colours=Colours("#fdf6e3", "#222222", "#7a3e00", "#ffffff"),
        dark=Colours("#2b1d0e", "#f4ead8", "#f0b060", "#201000"),
        radius=0,
        font='"Source Sans 3","Gill Sans",sans-serif',
        logo="/static/logo.svg",
        links=(
            Link("/tietosuoja", {"fi": "Tietosuojaseloste", "sv": "Dataskydd"}),
            Link("https://konserni.example/tietosuoja?osa=1", {"fi": "Konsernin tietosuoja"}),
        ),
    )
    assert policy.texts["fi"]["banner.title"] == "Evästeet?"


def test_texts_keep_every_letter() -> None:
    policy = load("finnish")
    assert policy.site.name == "Äyräpään Öljynpuristamo & Pojat – «Åke»"
    assert policy.controller.address == "Myllytie 1\n99999 Äyräpää"
    assert policy.purposes[0].titles["fi"] == "Kartat ja <muut> toiminnot"
    assert '"evästeettä"' in policy.necessary[0].reason


def test_what_is_necessary_on_some_pages_keeps_its_pages() -> None:
    payment, customer = load("scoped_necessary").necessary
    assert payment.paths == ("/kassa", "/checkout")
    assert payment.service
    assert payment.service.id == "stripe"
    assert payment.service.purpose == NECESSARY
    assert customer.name == "asiakas_*"
    assert customer.paths == ("/oma/",)
    assert customer.lifetime == Lifetime(2, "weeks")


def test_lists_add_to_the_catalogue_and_single_facts_replace_it() -> None:
    known, service = load_catalogue()["google-analytics"], load("overriding").services["google-analytics"]
    assert service.name == "Google Analytics (own server)"
    assert service.transfer_basis.startswith("adequacy decision")
    assert service.provider == known.provider
    assert service.purpose == "mittaus"
    assert service.hosts == (*known.hosts, "sst.lumikello.example")
    assert service.paths == (*known.paths, "/gtg/")
    assert service.cookies == (*known.cookies, Cookie("FPID", Lifetime(2, "years")))


def test_the_rest_of_the_catalogue_is_recognised_but_never_asked_about() -> None:
    policy = load("full")
    known = {service.id for service in policy.known}
    assert "google-analytics" in known
    assert known.isdisjoint({"meta-pixel", "matomo", "oma-laskuri", "stripe"})
    assert all(service.purpose != NECESSARY for service in policy.known)


def test_doubts_are_named_and_stop_nothing() -> None:
    assert "visits.assessment" in list_doubts("minimal")
    assert "gate.unknown" in list_doubts("full")
    assert "visits.assessment" not in list_doubts("full")
    assert "services.matomo.transfer_basis" in list_doubts("full")
    assert "services.google-analytics.transfer_basis" not in list_doubts("overriding")


def test_words_of_a_policy_that_persuade_are_a_doubt() -> None:
    def edit(said: dict[str, Any]) -> None:
        said["texts"] = {"fi": {"banner.title": "Arvostamme yksityisyyttäsi"}, "sv": {"banner.title": "Kakor?"}}
        said["purposes"]["statistics"]["descriptions"] = {"fi": "Saat parhaan mahdollisen kokemuksen."}

    found = {doubt.key: doubt.message for doubt in find_doubts(change(edit)) if "persuades" in doubt.message}
    assert found == {
        "texts.fi.banner.title": '"Arvostamme yksityisyy" persuades rather than informs',
        "purposes.statistics.descriptions.fi": '"parhaan mahdollisen kokemu" persuades rather than informs',
    }


@pytest.mark.parametrize(
    "edit",
    [
        lambda said: said["controller"].update(name="Lumikello Ab"),
        lambda said: said["purposes"].update(functional={"services": ["google-maps"]}),
        lambda said: said["purposes"].pop("marketing"),
        lambda said: said["purposes"]["marketing"]["services"].append("linkedin-insight"),
        lambda said: said["purposes"].update(ads=said["purposes"].pop("marketing")),
        lambda said: said["services"]["oma-laskuri"].update(provider="Mittari Oy"),
        lambda said: said["services"]["oma-laskuri"].update(country="US"),
        lambda said: said["services"]["oma-laskuri"]["cookies"].append("uusi"),
        lambda said: said["services"]["oma-laskuri"]["cookies"][1].update(lifetime="2 years"),
        lambda said: said["services"].update(matomo={"cookies": ["_pk_lisä"]}),
        lambda said: said["services"]["oma-laskuri"].update(hosts=["laskuri.example"]),
        lambda said: said["services"]["oma-laskuri"].update(transfer_basis="none"),
        lambda said: said["services"]["oma-laskuri"]["cookies"][1].update(third_party=True),
    ],
    ids=["controller", "new purpose", "fewer purposes", "new service", "other purpose", "provider", "country",
         "new cookie", "lifetime", "cookie of a known service", "hosts", "transfer", "cookie read elsewhere"],
)  # fmt: skip
def test_visitors_are_asked_again_when_what_they_are_asked_changes(edit: Callable[[dict[str, Any]], object]) -> None:
    assert change(edit).version != load("full").version


@pytest.mark.parametrize(
    "edit",
    [
        lambda said: said["visits"].update(retention="90 days", ipv4_bits=24, visitor="daily"),
        lambda said: said.pop("retention"),
        lambda said: said.pop("banner"),
        lambda said: said.pop("texts"),
        lambda said: said["purposes"]["statistics"].update(titles={"fi": "Tilastot"}, descriptions={}),
        lambda said: said["site"].update(name="Lumikello kauppa", languages=["fi"]),
        lambda said: said["gate"].update(unknown="block", allow=[]),
        lambda said: said["consent"].update(validity="6 months"),
        lambda said: said["services"]["oma-laskuri"].update(name="Muu nimi", policy_url="", signatures=[]),
        lambda said: said.update(purposes=dict(reversed(said["purposes"].items()))),
        lambda said: said["purposes"]["statistics"]["services"].reverse(),
        lambda said: said.pop("necessary"),
        lambda said: said["controller"].update(address="Hankitie 5", privacy_url=""),
    ],
    ids=["visit log", "retention", "look", "own words", "titles", "site", "gate", "validity", "name", "order",
         "order of services", "necessary", "address"],
)  # fmt: skip
def test_nobody_is_asked_again_for_anything_else(edit: Callable[[dict[str, Any]], object]) -> None:
    assert change(edit).version == load("full").version


def test_a_policy_is_the_same_from_a_file_and_from_a_table() -> None:
    assert change(lambda said: None) == load("full")


def test_a_policy_from_a_table_says_its_problems_too() -> None:
    with pytest.raises(PolicyError, match=r"policy: 2 problems\n  site: is missing") as refusal:
        compile_policy({})
    assert [problem.key for problem in refusal.value.problems] == ["site", "controller"]


@pytest.mark.parametrize(
    ("hosts", "shared"),
    [
        (["www.lumikello.example", "kauppa.lumikello.example"], True),
        (["lumikello.example"], True),
        (["www.lumikello.example", "kauppa.example"], False),
        (["www.lumikello.example", "localhost"], False),
        (["localhost"], False),
        (["127.0.0.1"], False),
        (["[::1]"], False),
    ],
)
def test_one_choice_is_shared_only_among_hosts_of_one_domain(hosts: list[str], shared: bool) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["site"]["hosts"] = hosts

    if shared:
        assert change(edit).consent.scope == "domain"
        return
    with pytest.raises(PolicyError) as refusal:
        change(edit)
    assert [problem.key for problem in refusal.value.problems] == ["consent.scope"]


@pytest.mark.parametrize(
    ("text", "seconds", "days"),
    [
        ("session", 0, 0),
        ("30 seconds", 30, 0),
        ("1 minute", 60, 0),
        ("25 hours", 90_000, 1),
        ("90 days", 7_776_000, 90),
        ("13 months", 34_186_698, 395),
        ("2 years", 63_113_904, 730),
    ],
)
def test_a_lifetime_is_a_number_and_a_unit(text: str, seconds: int, days: int) -> None:
    policy = change(lambda said: said["services"]["oma-laskuri"]["cookies"][1].update(lifetime=text))
    lifetime = policy.services["oma-laskuri"].cookies[1].lifetime
    assert lifetime
    assert (lifetime.seconds, lifetime.days) == (seconds, days)


@pytest.mark.parametrize("text", ["0 days", "-1 day", "1.5 years", "days", "1 dayss", "1day", "1  day", "1 session"])
def test_anything_else_is_no_lifetime(text: str) -> None:
    with pytest.raises(PolicyError, match="write a number and a unit"):
        change(lambda said: said["services"]["oma-laskuri"]["cookies"][1].update(lifetime=text))

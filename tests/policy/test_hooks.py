"""Which services are told what was agreed to, and what a consent to which service is in their own words."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

from cookiegate.policy import ADVANCED, HOOKS, TAG_MANAGERS, compile_policy, find_doubts, list_consents, list_hooks
from cookiegate.policy import load_catalogue as load

SAID: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "policies" / "good" / "advanced.toml").read_text("utf-8")
)


def test_all_services_in_the_table_are_in_the_catalogue() -> None:
    named = {service for hook in HOOKS.values() for types in hook.types.values() for service in types}
    named |= {service for hook in HOOKS.values() for service in hook.services}
    assert named | TAG_MANAGERS | ADVANCED.keys() <= load().keys()


def test_types_of_advertising_hang_on_marketing_alone_and_those_of_statistics_on_statistics() -> None:
    for name in ("google", "microsoft-uet", "microsoft-clarity"):
        for type, services in HOOKS[name].types.items():
            purposes = {load()[service].purpose for service in services}
            if type.lower().startswith("ad_"):
                assert purposes == {"marketing"}, (name, type)
            elif type.lower().startswith("analytics_"):
                assert purposes == {"statistics"}, (name, type)
    assert {load()[service].purpose for service in HOOKS["google"].types["functionality_storage"]} == {"functional"}


def test_each_vendor_is_told_of_its_own_services_only() -> None:
    for name, hook in HOOKS.items():
        providers = {load()[service].provider for service in hook.services}
        named = {service for services in hook.types.values() for service in services}
        assert {load()[service].provider for service in named} <= providers, name


def test_a_tag_manager_is_no_consent_to_anything() -> None:
    assert not any(given for consents in list_consents(TAG_MANAGERS).values() for given in consents.values())


def test_no_type_is_granted_but_by_a_service_for_that_purpose() -> None:
    google = sorted(id for id, service in load().items() if service.provider == load()["google-ads"].provider)
    wanted = {"ad_": "marketing", "analytics_": "statistics", "functionality_": "functional"}
    for count in range(len(google) + 1):
        for given in itertools.combinations(google, count):
            purposes = {load()[service].purpose for service in given}
            for type, granted in list_consents(given)["google"].items():
                for begin, purpose in wanted.items():
                    assert not (granted and type.startswith(begin)) or purpose in purposes, (given, type)


def test_what_was_said_follows_from_the_services_in_a_record() -> None:
    statistics = list_consents(["google-analytics", "microsoft-clarity"])
    assert [type for type, given in statistics["google"].items() if given] == ["analytics_storage"]
    assert statistics["microsoft-clarity"] == {"ad_Storage": False, "analytics_Storage": True}
    assert statistics["meta-pixel"] == {"pixel": False}
    ads = list_consents(["google-ads", "hubspot", "giosg"])
    granted = [type for type, given in ads["google"].items() if given]
    assert granted == ["ad_storage", "ad_user_data", "ad_personalization"]
    assert set(ads["hubspot"].values()) == {True}
    assert [number for number, given in ads["giosg"].items() if given] == ["1", "6"]


def test_a_site_has_the_hooks_of_its_services() -> None:
    hooks = list_hooks(["google-tag-manager", "doubleclick", "linkedin-insight"])
    assert list(hooks) == ["google"], "LinkedIn has none: the gate alone holds it"
    assert hooks["google"].types["ad_storage"] == ("doubleclick",)
    assert hooks["google"].types["analytics_storage"] == ()
    assert list_hooks(["youtube", "google-maps"]) == {}, "what no code of a hook hears"


def test_advanced_mode_has_a_name_to_it_and_is_looked_at() -> None:
    policy = compile_policy(SAID)
    signed = policy.advanced["google-analytics"]
    assert (signed.by, signed.on) == ("Aino Lumi, managing director", "2026-11-22")
    doubt = next(str(each) for each in find_doubts(policy) if each.key == "services.google-analytics.consent_mode")
    assert "Aino Lumi, managing director" in doubt
    assert "VG Hannover 10 A 5385/22" in doubt
    del SAID["services"]["google-analytics"]["consent_mode"]
    basic = compile_policy(SAID)
    assert (basic.advanced, basic.version) == ({}, policy.version)


def test_the_page_about_hooks_names_every_type_with_its_services() -> None:
    said = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    for name in ("google", "microsoft-clarity"):
        for type, services in HOOKS[name].types.items():
            assert any(f"`{type}`" in row and all(f"`{service}`" in row for service in services) for row in rows), type
    for service in ADVANCED:
        assert f"Only `{service}` has this." in said

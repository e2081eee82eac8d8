"""What services with consent hooks are told, word for word, by what was chosen; for the stand-ins in tags.py."""

from __future__ import annotations

from typing import Any

from .visitor import Visitor

OURS = "script[data-run]"
HEARD = "window.heard || {}"
CANCEL = "document.addEventListener('cookiegate:choice', e => e.preventDefault())"
PURPOSES = ("statistics", "marketing", "functional")
DENIED, GRANTED = "denied", "granted"


def say_google(*granted: str) -> dict[str, str]:
    types = ("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "functionality_storage")
    return {type: GRANTED if type in granted else DENIED for type in (*types, "personalization_storage")}


ADS = ("ad_storage", "ad_user_data", "ad_personalization")
DEFAULT = [
    ["consent", "default", {**say_google(), "security_storage": GRANTED, "wait_for_update": 500}],
    ["set", "ads_data_redaction", True],
    ["set", "url_passthrough", False],
]
NO_SIGNALS = [["set", "allow_google_signals", False], ["set", "allow_ad_personalization_signals", False]]
CONFIG = [["config", "G-KELLO"]]


def update_google(*granted: str) -> list[list[Any]]:
    signals = [] if "ad_storage" in granted else NO_SIGNALS
    return [*signals, ["consent", "update", say_google(*granted)]]


def say_clarity(ads: str, analytics: str) -> list[Any]:
    return ["consentv2", {"ad_Storage": ads, "analytics_Storage": analytics}]


def say_hubspot(given: bool) -> list[list[Any]]:
    consents = dict.fromkeys(("analytics", "advertisement", "functionality"), given)
    track: list[Any] = ["_hsq", "doNotTrack", *([{"track": True}] if given else [])]
    return [["_hsp", "setHubSpotConsent", consents], track]


def say_giosg(given: bool) -> list[Any]:
    consents = {number: given and number in ("1", "6") for number in ("1", "2", "4", "6", "7", "8", "10")}
    return [{"purpose": {"consents": consents, "legitimateInterests": dict.fromkeys(consents, False)}, "vendor": given}]


UET_DEFAULT = ["consent", "default", {"ad_storage": DENIED}]
UET_UPDATE: dict[bool, list[Any]] = {
    given: ["consent", "update", {"ad_storage": GRANTED if given else DENIED}] for given in (True, False)
}
STATISTICS: dict[str, list[Any]] = {
    "google": [*DEFAULT, *update_google("analytics_storage"), *CONFIG],
    "matomo": [
        ["requireConsent"],
        ["setConsentGiven"],
        ["trackPageView"],
        ["setTrackerUrl", "https://kello.matomo.cloud/matomo.php"],
    ],
    "microsoft-clarity": [say_clarity(DENIED, GRANTED), ["start"]],
}
MARKETING: dict[str, list[Any]] = {
    "microsoft-uet": [[*UET_DEFAULT, *UET_UPDATE[True]], ["pageLoad"]],
    "meta-pixel": [["consent", "revoke"], ["consent", "grant"], ["init", "1"], ["track", "PageView"]],
    "tiktok-pixel": [["holdConsent"], ["grantConsent"], ["page"]],
    "pinterest-tag": [["setconsent", True], ["load", "1"], ["page"]],
    "hubspot": [["banner", False], *say_hubspot(True)],
}
FUNCTIONAL: dict[str, list[Any]] = {
    "zendesk": [["messenger:set", "cookies", "functional"]],
    "giosg": [say_giosg(True)],
    "intercom": [["boot", {"app_id": "kello", "disabled": False}]],
}
ALL: dict[str, list[Any]] = {
    **STATISTICS,
    **MARKETING,
    **FUNCTIONAL,
    "google": [*DEFAULT, *update_google(*ADS, "analytics_storage"), *CONFIG],
    "microsoft-clarity": [say_clarity(GRANTED, GRANTED), ["start"]],
}
WITHDRAWN: dict[str, list[Any]] = {
    "google": update_google(),
    "microsoft-uet": [UET_UPDATE[False]],
    "microsoft-clarity": [say_clarity(DENIED, DENIED)],
    "meta-pixel": [["consent", "revoke"]],
    "tiktok-pixel": [["revokeConsent"]],
    "pinterest-tag": [["setconsent", False]],
    "matomo": [["forgetConsentGiven"]],
    "hubspot": say_hubspot(False),
    "zendesk": [["messenger:set", "cookies", "none"]],
    "giosg": [say_giosg(False)],
    "intercom": [["shutdown"]],
}
GIVEN_AGAIN: dict[str, list[Any]] = {
    "google": update_google(*ADS, "analytics_storage"),
    "microsoft-uet": [UET_UPDATE[True]],
    "microsoft-clarity": [say_clarity(GRANTED, GRANTED)],
    "meta-pixel": [["consent", "grant"]],
    "tiktok-pixel": [["grantConsent"]],
    "pinterest-tag": [["setconsent", True]],
    "matomo": [["setConsentGiven"]],
    "hubspot": say_hubspot(True),
    "zendesk": [["messenger:set", "cookies", "functional"]],
    "giosg": [say_giosg(True)],
    "intercom": [["boot", {"app_id": "kello", "disabled": False}]],
}


def choose(somebody: Visitor, *purposes: str) -> None:
    """In the settings, these and no others."""
    somebody.open_settings()
    for purpose in PURPOSES:
        box = f"#cookiegate input[name=purpose][value={purpose}]"
        if somebody.evaluate(f"document.querySelector('{box}').checked") != (purpose in purposes):
            somebody.click(box)
    somebody.press("save") if purposes else somebody.press("withdraw")

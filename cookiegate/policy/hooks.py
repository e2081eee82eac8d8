"""Which services want to be told what was agreed to, and what a consent to which service is in their own words.

By service, whatever a site calls its purposes: a type of consent is given where one of its services is. The types of
advertising hang on services that the catalogue calls marketing, those of statistics on services for statistics. How it
is said is in static/consent-banner/hook-<name>.js; docs/hooks.md names the vendors' own pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# What they load is their owner's affair, so in their pages every hook of the policy's services is said.
TAG_MANAGERS = frozenset(("google-tag-manager", "piwik-pro", "segment"))
# What a service in advanced mode may ask for before a choice: its code and where that reports, nothing of advertising.
ADVANCED: Mapping[str, tuple[str, ...]] = {
    "google-analytics": (
        "www.googletagmanager.com/gtag/js?*id=G-",
        "*.google-analytics.com/g/collect",
        "analytics.google.com/g/collect",
        "*.analytics.google.com/g/collect",
    )
}
_GOOGLE_ADS = ("adsense", "doubleclick", "google-ads")


class Hook(NamedTuple):
    """`services` are those whose code hears it, `types` the vendor's names → services whose consent that is."""

    services: tuple[str, ...]
    types: Mapping[str, tuple[str, ...]]


HOOKS: Mapping[str, Hook] = {
    "google": Hook(
        ("google-analytics", "google-tag-manager", *_GOOGLE_ADS),
        {
            "ad_storage": _GOOGLE_ADS,
            "ad_user_data": _GOOGLE_ADS,
            "ad_personalization": _GOOGLE_ADS,
            "analytics_storage": ("google-analytics",),
            "functionality_storage": ("google-maps", "recaptcha"),
            "personalization_storage": ("youtube",),
        },
    ),
    "microsoft-uet": Hook(("microsoft-uet",), {"ad_storage": ("microsoft-uet",)}),
    "microsoft-clarity": Hook(
        ("microsoft-clarity",),
        {"ad_Storage": ("microsoft-uet", "xandr"), "analytics_Storage": ("microsoft-clarity",)},
    ),
    "meta-pixel": Hook(("meta-pixel",), {"pixel": ("meta-pixel",)}),
    "tiktok-pixel": Hook(("tiktok-pixel",), {"pixel": ("tiktok-pixel",)}),
    "pinterest-tag": Hook(("pinterest-tag",), {"tag": ("pinterest-tag",)}),
    "matomo": Hook(("matomo",), {"tracking": ("matomo",)}),
    "hubspot": Hook(
        ("hubspot",), {"analytics": ("hubspot",), "advertisement": ("hubspot",), "functionality": ("hubspot",)}
    ),
    "zendesk": Hook(("zendesk",), {"functional": ("zendesk",)}),
    # 1 storage, 6 content by what the visitor did (when the chat opens); nobody is asked for 2, 4, 7 (advertising),
    # 8 and 10 (measuring) under a chat
    "giosg": Hook(("giosg",), {"1": ("giosg",), "2": (), "4": (), "6": ("giosg",), "7": (), "8": (), "10": ()}),
    "intercom": Hook(("intercom",), {"messenger": ("intercom",)}),
}


def list_hooks(services: Iterable[str]) -> Mapping[str, Hook]:
    """Those that a site with these services has, without what its visitors are never asked."""
    asked = frozenset(services)
    return {
        name: Hook(hook.services, {type: tuple(sorted(asked & {*named})) for type, named in hook.types.items()})
        for name, hook in HOOKS.items()
        if asked & {*hook.services}
    }


def list_consents(services: Iterable[str]) -> dict[str, dict[str, bool]]:
    """What each hook says for somebody who gave these services, such as those in a record: type → given."""
    given = frozenset(services)
    return {
        name: {type: not given.isdisjoint(named) for type, named in hook.types.items()} for name, hook in HOOKS.items()
    }

"""The catalogue's rows: each is whole and well-formed, and each recognises what it stands for and nothing else."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

import pytest

from cookiegate.policy import HostRules, load_catalogue, split_url

ROWS: dict[str, dict[str, Any]] = tomllib.loads(
    files("cookiegate.policy").joinpath("catalogue.toml").read_text("utf-8")
)
CONSENT = {id: row for id, row in ROWS.items() if row["purpose"] != "necessary"}
PLATFORMS = {id: row for id, row in ROWS.items() if row["purpose"] == "necessary"}

KEYS = {"name", "provider", "country", "policy_url", "purpose", "hosts", "paths", "signatures", "beginnings", "cookies",
        "source", "checked_on"}  # fmt: skip
LIFETIME = re.compile(r"session|[1-9][0-9]* (?:second|minute|hour|day|week|month|year)s?")
HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/[^\s]*)?")

every_row = pytest.mark.parametrize("id", ROWS)


def find_service(url: str) -> str | None:
    place = split_url(url)
    assert place is not None
    return HOSTS.find(*place)


def find_disguised(target: str) -> set[str]:
    """Whose `paths` fit a path and query on the site's own address."""
    return {id for id, row in ROWS.items() for path in row.get("paths", ()) if as_prefix(path).match(target)}


def find_loaded(script: str) -> set[str]:
    return {id for id, row in ROWS.items() if any(text in script for text in row.get("signatures", ()))}


def as_prefix(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


HOSTS = HostRules((host, id) for id, service in load_catalogue().items() for host in service.hosts)


def test_it_knows_at_least_sixty_services_to_ask_about() -> None:
    assert len(CONSENT) >= 60


@pytest.mark.parametrize(
    "id", ["giosg", "leadoo", "leadfeeder", "snoobi", "fonecta-kavijaseuranta", "frosmo", "serviceform", "paytrail"]
)
def test_the_services_of_the_finnish_market_are_there_with_a_host(id: str) -> None:
    assert CONSENT[id]["hosts"]


def test_the_platforms_are_there() -> None:
    named = {"wordpress", "woocommerce", "php", "django", "laravel", "aspnet", "java", "load-balancers"}
    assert set(PLATFORMS) == named


@every_row
def test_a_row_has_what_it_must_and_nothing_unknown(id: str) -> None:
    row = ROWS[id]
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", id)
    assert row.keys() <= KEYS
    assert row.keys() >= {"name", "provider", "purpose", "hosts", "cookies", "source", "checked_on"}
    assert row["name"].strip()
    assert row["purpose"] in ("functional", "statistics", "marketing", "necessary")
    assert re.fullmatch("[A-Z]{2}", row.get("country", "FI"))
    assert row.get("policy_url", "") == "" or re.match("https?://[a-z]", row["policy_url"])


@every_row
def test_a_row_can_be_recognised_by_something(id: str) -> None:
    row = ROWS[id]
    assert row["hosts"] or row.get("paths") or row["cookies"]


@every_row
def test_a_row_says_where_its_facts_come_from_and_when_they_were_checked(id: str) -> None:
    row = ROWS[id]
    assert re.search(r"https?://|\((?:Apache-2\.0|MIT)\)", row["source"])
    assert isinstance(row["checked_on"], datetime.date)


@every_row
def test_no_row_rests_on_a_list_that_may_not_be_used_commercially(id: str) -> None:
    assert not re.search("by-nc|duckduckgo|ghostery|whotracks|disconnect", ROWS[id]["source"], re.I)


@every_row
def test_host_patterns_are_hosts_with_an_optional_path_and_no_scheme(id: str) -> None:
    for pattern in ROWS[id]["hosts"]:
        assert HOST.fullmatch(pattern), pattern


@every_row
def test_own_paths_are_specific(id: str) -> None:
    for path in ROWS[id].get("paths", ()):
        assert re.match(r"\*?/", path), path
        assert len(path.replace("*", "")) >= 8, path


@every_row
def test_signatures_are_specific(id: str) -> None:
    for text in ROWS[id].get("signatures", ()):
        assert 4 <= len(text) <= 80, text
        assert text != text.lower() or re.search(r"[._/(-]", text) or re.search("[0-9]", text), text  # no plain word


@every_row
def test_cookies_are_named_once_with_a_readable_lifetime(id: str) -> None:
    seen: Counter[tuple[str, bool, bool]] = Counter()
    for cookie in ROWS[id]["cookies"]:
        assert cookie.keys() <= {"name", "lifetime", "third_party", "storage", "reason"}
        assert re.fullmatch(r"[^\s;,=\"]{1,128}", cookie["name"])
        assert cookie["name"].strip("*")
        assert LIFETIME.fullmatch(cookie.get("lifetime", "session")), cookie
        seen[cookie["name"], cookie.get("storage", False), cookie.get("third_party", False)] += 1
    assert not [name for name, times in seen.items() if times > 1]


@pytest.mark.parametrize("id", PLATFORMS)
def test_what_a_platform_needs_has_a_reason_and_an_end_and_no_host(id: str) -> None:
    row = PLATFORMS[id]
    assert row["hosts"] == []
    assert row["cookies"]
    for cookie in row["cookies"]:
        assert re.fullmatch(r"[A-Z].{15,}\.", cookie["reason"]), cookie
        assert "lifetime" in cookie or cookie.get("storage"), cookie


@pytest.mark.parametrize("id", CONSENT)
def test_what_is_asked_about_never_passes_as_necessary(id: str) -> None:
    needed = [cookie["name"] for row in PLATFORMS.values() for cookie in row["cookies"]]
    for cookie in CONSENT[id]["cookies"]:
        assert "reason" not in cookie
        if not cookie.get("third_party"):
            assert not [name for name in needed if fnmatchcase(cookie["name"].replace("*", "x"), name)], cookie


@pytest.mark.parametrize("kind", ["hosts", "paths", "signatures"])
def test_no_mark_belongs_to_two_services(kind: str) -> None:
    marks = Counter(mark for row in ROWS.values() for mark in row.get(kind, ()))
    assert not [mark for mark, times in marks.items() if times > 1]


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC1234567", "google-analytics"),
        ("https://www.googletagmanager.com/gtag/js?l=dataLayer&id=G-ABC1234567", "google-analytics"),
        ("https://www.googletagmanager.com/gtag/js?id=AW-123456789", "google-ads"),
        ("https://www.googletagmanager.com/gtm.js?id=GTM-ABC123", "google-tag-manager"),
        ("https://www.googletagmanager.com/ns.html?id=GTM-ABC123", "google-tag-manager"),
        ("https://region1.google-analytics.com/g/collect?v=2", "google-analytics"),
        ("https://stats.g.doubleclick.net/g/collect", "google-analytics"),
        ("https://googleads.g.doubleclick.net/pagead/viewthroughconversion/1/", "google-ads"),
        ("https://securepubads.g.doubleclick.net/tag/js/gpt.js", "adsense"),
        ("https://ad.doubleclick.net/activity;src=1", "doubleclick"),
        ("https://www.google.com/recaptcha/api.js", "recaptcha"),
        ("https://www.google.com/maps/embed?pb=1", "google-maps"),
        ("https://www.google.com/search?q=1", None),
        ("https://fonts.googleapis.com/css2?family=Lora", "google-fonts"),
        ("https://www.youtube-nocookie.com/embed/abc", "youtube"),
        ("https://connect.facebook.net/fi_FI/fbevents.js", "meta-pixel"),
        ("https://connect.facebook.net/fi_FI/sdk.js#xfbml=1", "facebook-embeds"),
        ("https://www.facebook.com/tr?id=1&ev=PageView&noscript=1", "meta-pixel"),
        ("https://www.facebook.com/travelagency", None),
        ("https://www.facebook.com/plugins/page.php?href=x", "facebook-embeds"),
        ("https://www.redditstatic.com/ads/pixel.js", "reddit-pixel"),
        ("https://stats.wp.com/e-202647.js", "jetpack-stats"),
        ("https://i0.wp.com/site.example/cat.jpg", "wordpress-com"),
        ("https://cdnjs.cloudflare.com/ajax/libs/x/1/x.js", "cdnjs"),
        ("https://challenges.cloudflare.com/turnstile/v0/api.js", "cloudflare-turnstile"),
        ("https://sc.lfeeder.com/lftracker_v1_abc.js", "leadfeeder"),
        ("https://bot.leadoo.com/bot/dynamic.js?company=abc", "leadoo"),
        ("https://eu1.snoobi.com/snoop.php?tili=site_example", "snoobi"),
        ("https://service.giosg.com/live/", "giosg"),
        ("https://dash.serviceform.com/embed/sf-pixel.js", "serviceform"),
        ("https://notgiosg.com/live/", None),
        ("https://giosg.com.tracker.example/live/", None),
    ],
)
def test_an_address_leads_to_its_service(url: str, id: str | None) -> None:
    assert find_service(url) == id


@pytest.mark.parametrize(
    ("target", "id"),
    [
        ("/gtag/js?id=G-ABC1234567", "google-analytics"),
        ("/stats/g/collect?v=2&tid=G-ABC1234567", "google-analytics"),
        ("/gtag/js?id=AW-123456789", "google-ads"),
        ("/assets/gtm.js?id=GTM-ABC123", "google-tag-manager"),
        ("/metrics/?id=GTM-ABC123", "google-tag-manager"),
        ("/matomo/matomo.js", "matomo"),
        ("/piwik.php?idsite=1", "matomo"),
        ("/t/m.php?action_name=Kello&idsite=1&rec=1&r=42", "matomo"),
        ("/wp-json/matomo/v1/hit/", "matomo"),
        ("/cdn-cgi/rum?", "cloudflare-web-analytics"),
        ("/wp-content/plugins/woocommerce/assets/js/sourcebuster/sourcebuster.min.js", "woocommerce-order-attribution"),
    ],
)
def test_a_service_is_found_under_the_sites_own_address(target: str, id: str) -> None:
    assert find_disguised(target) == {id}


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/products/?id=G-100",
        "/gtag/",
        "/g/collect?page=2",
        "/wp-json/wp/v2/posts",
        "/wp-content/plugins/woocommerce/assets/js/frontend/cart-fragments.min.js",
        "/cdn-cgi/challenge-platform/scripts/jsd/main.js",
        "/assets/app.js?v=1",
    ],
)
def test_an_ordinary_file_of_the_site_is_nobodys(target: str) -> None:
    assert find_disguised(target) == set()


@pytest.mark.parametrize(
    ("script", "id"),
    [
        ("w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'})", "google-tag-manager"),
        ("load('https://connect.facebook.net/en_US/fbevents.js')", "meta-pixel"),
        ("h._hjSettings={hjid:1,hjsv:6}", "hotjar"),
        ("_linkedin_partner_id = '1'", "linkedin-insight"),
        ("t.src='https://www.clarity.ms/tag/'+i", "microsoft-clarity"),
        ("w.TiktokAnalyticsObject=t", "tiktok-pixel"),
        ("w[u]=new UET(o)", "microsoft-uet"),
        ("_paq.push(['setTrackerUrl', u+'matomo.php'])", "matomo"),
        ("window.CRISP_WEBSITE_ID='x'", "crisp"),
        ("s1.src='https://embed.tawk.to/1/default'", "tawk-to"),
        ("window.ldfdr=window.ldfdr||function(){}", "leadfeeder"),
        ("h='https://service.giosg.com'", "giosg"),
        ("window.sf3pid='x'", "serviceform"),
    ],
)
def test_a_loader_snippet_is_known(script: str, id: str) -> None:
    assert find_loaded(script) == {id}


@pytest.mark.parametrize(
    "script",
    [
        "function gtag(){dataLayer.push(arguments);} gtag('js', new Date()); gtag('config', 'G-ABC1234567');",
        "dataLayer.push({event: 'purchase', value: 10});",
        "if (window.fbq) fbq('track', 'AddToCart');",
        "window._paq && _paq.push(['trackEvent', 'cart', 'add']);",
        "if (window.pintrk) pintrk('track', 'checkout'); if (window.snaptr) snaptr('track', 'PURCHASE');",
        "document.querySelector('#start-chat').onclick = () => Tawk_API.maximize();",
        "var settings = {start: 1, stage: 'start', heap: [], segment: 'b', intercom: true};",
    ],
)
def test_a_scripts_own_calls_are_not_taken_for_a_loader(script: str) -> None:
    assert find_loaded(script) == set()

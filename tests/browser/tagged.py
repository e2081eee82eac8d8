"""Two shops full of tags: one with its tags in its pages, one that leaves them to a tag manager."""

from __future__ import annotations

from typing import Any

from tests.stories.site import answer

from .tags import TAG_MANAGER, TAGS

HOST = "www.rantakauppa.example"
MANAGED = "www.konttikauppa.example"
REPORTED = "www.uusikauppa.example"  # the gate only reports
ADVANCED = "www.hurjakauppa.example"  # Google Analytics does not wait for a choice
NONCE = "b25jZS1mb3ItZXZlcnktcGFnZQ=="

_HEAD = """
[site]
name = "Rantakauppa"
hosts = ["{host}"]

[controller]
name = "Rantakauppa Oy"
email = "tietosuoja@rantakauppa.example"
"""
_PURPOSES = """
[purposes.statistics]
services = ["google-analytics", "matomo", "microsoft-clarity", "hotjar"{more}]

[purposes.marketing]
services = ["google-ads", "microsoft-uet", "meta-pixel", "tiktok-pixel", "pinterest-tag", "hubspot"]

[purposes.functional]
services = ["zendesk", "giosg", "intercom"]
"""


def _write_rules(host: str, more: str = "", end: str = "") -> str:
    return _HEAD.format(host=host) + _PURPOSES.format(more=more) + end


def _write_page(*snippets: str, after: str = "") -> bytes:
    head = '<meta charset="utf-8"><title>Kauppa</title><link rel="icon" href="data:,">'
    return f'<!doctype html><html lang="fi"><head>{head}{"".join(snippets)}</head><body><h1>Kauppa</h1>{after}'.encode()


def _with_nonce(snippet: str) -> str:
    return snippet.replace("<script", f'<script nonce="{NONCE}"')


_EVERY = [tag.snippet for tag in TAGS.values()]
_NONCE_ONLY = f"script-src 'nonce-{NONCE}' 'strict-dynamic'; object-src 'none'; base-uri 'none'"
_TRUSTED = f"script-src 'nonce-{NONCE}'; require-trusted-types-for 'script'; trusted-types 'none'"
_NO_INLINE = "script-src 'self' https://www.googletagmanager.com; connect-src 'self'; style-src 'self'"
_GTAG = '<script async src="https://www.googletagmanager.com/gtag/js?id=G-KELLO"></script>'
# path → page and the site's own Content-Security-Policy
PAGES = {
    "/": (_write_page(*_EVERY), ""),
    "/managed": (_write_page(TAG_MANAGER.snippet), ""),
    "/begun-anew": (_write_page('<script>dataLayer = [{shop: "kello"}];</script>', TAGS["google"].snippet), ""),
    "/nonce": (_write_page(*map(_with_nonce, _EVERY)), _NONCE_ONLY),
    "/trusted-types": (_write_page(_with_nonce(TAGS["google"].snippet)), _TRUSTED),
    "/no-inline": (_write_page(_GTAG), _NO_INLINE),
    "/plain": (_write_page(), ""),
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    page, policy = PAGES.get(scope["path"], (b"nothing here", ""))
    headers = [(b"content-security-policy", policy.encode())] if policy else []
    await answer(send, page, headers, kind=b"text/html; charset=utf-8")


_SIGNED = """
[services.google-analytics.consent_mode]
mode = "advanced"
acknowledged_by = "Hilma Hurja"
acknowledged_on = 2026-11-22
"""
SITES = {
    HOST: (app, _write_rules(HOST)),
    MANAGED: (app, _write_rules(MANAGED, ', "google-tag-manager"')),
    REPORTED: (app, _write_rules(REPORTED, end='\n[gate]\nunknown = "report"\n')),
    ADVANCED: (app, _write_rules(ADVANCED, ', "google-tag-manager"', _SIGNED)),
}

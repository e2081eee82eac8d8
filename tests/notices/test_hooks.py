"""The script by which services are told what was agreed to: where it stands, and which of it."""

from __future__ import annotations

from typing import Any

import pytest

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.notices import Notices
from cookiegate.notices.assets import FOLDERS
from cookiegate.notices.hooks import Hooks
from cookiegate.policy import HOOKS, TAG_MANAGERS, Policy, compile_policy

NOTHING: frozenset[str] = frozenset()


def make_said(*services: str) -> dict[str, Any]:
    return {
        "site": {"name": "Kello", "hosts": ["kello.example"]},
        "controller": {"name": "Kello Oy", "email": "tietosuoja@kello.example"},
        "purposes": {"marketing": {"services": list(services)}},
    }


def make_policy(*services: str) -> Policy:
    return compile_policy(make_said(*services))


def test_a_source_for_every_hook_and_none_for_nothing() -> None:
    sources = {file.stem.removeprefix("hook-") for file in FOLDERS[1].glob("hook-*.js")}
    assert sources == HOOKS.keys()


def test_a_site_sends_the_hooks_of_its_services_only() -> None:
    hooks = Hooks(make_policy("meta-pixel", "matomo", "youtube"), "/ours")
    assert hooks.asset is not None
    assert hooks.asset.path.startswith("/ours/assets/")
    assert [name for name in HOOKS if f'hook("{name}"' in hooks.asset.text] == ["meta-pixel", "matomo"]
    assert "tiktok" not in hooks.asset.text
    notices = Notices(make_policy("meta-pixel"))
    assert any(path.endswith("/hooks.js") for path in notices.assets)
    none = Hooks(make_policy("youtube", "linkedin-insight"), "/ours")
    assert (none.asset, none.element(frozenset(("youtube",)), decided=True, blocks=True)) == (None, b"")


def test_where_none_of_them_may_run_nothing_is_sent() -> None:
    hooks = Hooks(make_policy("meta-pixel", "matomo", "youtube"), "")
    for given in (NOTHING, frozenset(("youtube",))):
        for decided in (True, False):
            for inline in (True, False):
                assert hooks.element(given, decided=decided, blocks=True, inline=inline) == b""


@pytest.mark.parametrize(
    ("given", "blocks", "run"),
    [
        ("matomo", True, b"matomo"),
        ("matomo meta-pixel", True, b"matomo meta-pixel"),
        ("google-tag-manager", True, b"google matomo meta-pixel"),  # whatever it may load
        ("segment", True, b"google matomo meta-pixel"),
        ("", False, b"google matomo meta-pixel"),  # where everything runs
    ],
)
def test_those_that_may_run_are_told(given: str, blocks: bool, run: bytes) -> None:
    hooks = Hooks(make_policy("meta-pixel", "matomo", "google-tag-manager", "segment"), "")
    assert hooks.asset is not None
    services = frozenset(given.split())
    said = b' data-run="%b"' % run
    assert hooks.element(services, decided=False, blocks=blocks) == b"<script%b>%b</script>" % (
        said,
        hooks.asset.content,
    )
    told = " ".join(sorted(services - TAG_MANAGERS)).encode()  # which are nobody's consent in any type
    for _ in range(2):
        beside = hooks.element(services, decided=True, blocks=blocks, nonce="abcd", inline=False)
        assert beside == b'<script nonce="abcd" src="%b"%b data-given="%b"></script>' % (
            hooks.asset.path.encode(),
            said,
            told,
        )


def test_what_is_asked_ahead_of_a_choice_hears_that_none_was_made() -> None:
    hooks = Hooks(make_policy("google-analytics", "matomo"), "")
    beside = hooks.element(NOTHING, frozenset(("google-analytics",)), decided=False, blocks=True, inline=False)
    assert b' data-run="google">' in beside


def test_nothing_of_it_can_end_the_element_it_stands_in() -> None:
    hooks = Hooks(make_policy(*{service for hook in HOOKS.values() for service in hook.services}), "")
    assert hooks.asset is not None
    assert hooks.asset.content.isascii()
    for end in ("</", "<!--", "]]>"):
        assert end not in hooks.asset.text


def test_visitors_are_told_what_is_loaded_before_they_choose() -> None:
    said = make_said("google-analytics", "matomo")
    basic = compile_policy(said)
    signed = {"mode": "advanced", "acknowledged_by": "Aino Lumi", "acknowledged_on": "2026-11-22"}
    said["services"] = {"google-analytics": {"consent_mode": signed}}
    advanced = compile_policy(said)
    exception = "Exception: Google Analytics is loaded without cookies already before you choose."
    nothing = "Nothing that needs your consent is in use."
    states = {
        "undecided": (UNDECIDED, False),
        "refused": (Consent(True, day=20_000), False),
        "signalled": (Consent(False, signalled=frozenset(("marketing",))), True),
    }
    for name, (consent, unused) in states.items():
        for page in ("settings_page", "notice_page"):
            told = getattr(Notices(advanced), page)("en", consent, return_to="/").decode()
            assert (told.count(exception), nothing in told) == (1, unused), (name, page)
            assert exception not in getattr(Notices(basic), page)("en", consent, return_to="/").decode()
    assert Notices(advanced).banner_digest("en") != Notices(basic).banner_digest("en"), "the record has what was shown"

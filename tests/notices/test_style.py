"""The banner's style sheet as a site sends it."""

from __future__ import annotations

import re

import pytest

from cookiegate.notices.assets import FOLDERS, read_source
from cookiegate.notices.style import compose_style
from cookiegate.policy import BannerRules, Colours, Link
from cookiegate.policy.model import DARK, LIGHT

LOOKS = ("bar", "corner", "dialog")


def test_only_the_look_in_use_is_sent() -> None:
    for look in LOOKS:
        sent = compose_style(BannerRules(look), "").text
        assert [other for other in LOOKS if read_source(f"look-{other}.css") in sent] == [look]
    none = compose_style(BannerRules("none"), "").text
    assert [other for other in LOOKS if read_source(f"look-{other}.css") in none] == []


def test_what_only_the_settings_need_is_not_in_it() -> None:
    sent = compose_style(BannerRules(), "").text
    for name in ("settings", "fieldset", "label", "table", "details", "checkbox"):
        assert name not in sent
        assert name in read_source("settings.css")


def test_each_colour_of_the_policy_is_there_once_in_light_and_once_in_dark() -> None:
    rules = BannerRules(colours=Colours("#000001", "#000002", "#000003", "#000004"), dark=LIGHT)
    light, dark = compose_style(rules, "").text.split("@media(prefers-color-scheme:dark)")
    for name, colour in (("background", 1), ("text", 2), ("button", 3), ("button-text", 4)):
        assert f"--cg-{name}:var(--cookiegate-{name},#00000{colour})" in light
    assert f"--cg-text:var(--cookiegate-text,{LIGHT.text})" in dark
    assert "#00000" not in dark
    assert DARK.background in compose_style(BannerRules(), "").text


def test_corners_and_font_are_those_of_the_policy() -> None:
    sent = compose_style(BannerRules(radius=3, font='"Source Sans 3",serif'), "").text
    assert "var(--cookiegate-radius,3px)" in sent
    assert 'var(--cookiegate-font,"Source Sans 3",serif)' in sent


def test_what_a_logo_or_links_need_is_sent_with_them_only() -> None:
    plain = compose_style(BannerRules(), "").text
    assert "img" not in plain
    assert " img{" in compose_style(BannerRules(logo="/logo.svg"), "").text
    assert len(compose_style(BannerRules(links=(Link("/a", {"fi": "A"}),)), "").text) > len(plain)


def test_another_style_has_another_address() -> None:
    paths = {compose_style(rules, "").path for rules in (BannerRules(), BannerRules("corner"), BannerRules(radius=1))}
    assert len(paths) == 3


@pytest.mark.parametrize("name", sorted(file.name for folder in FOLDERS for file in folder.glob("*.css")))
def test_no_style_of_ours_moves_anything_or_asks_for_anything(name: str) -> None:
    """So nothing has to be taken back for those who prefer reduced motion."""
    assert not re.search(
        r"animation|transition|(?<!over)scroll-behavior|@keyframes|url\(|@import|@font-face", read_source(name)
    )


@pytest.mark.parametrize("look", LOOKS)
def test_no_rule_tells_one_answer_from_the_other(look: str) -> None:
    assert not re.search(r"accept|refuse|decision|nth|first|last", compose_style(BannerRules(look), "").text)

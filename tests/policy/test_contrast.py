"""Contrast as WCAG 2.2 defines it, and the colours that a banner may have."""

from __future__ import annotations

from typing import Any

import pytest

from cookiegate.policy.contrast import find_faint, measure_contrast
from cookiegate.policy.model import DARK, LIGHT


@pytest.mark.parametrize(
    ("one", "other", "contrast"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#123456", "#123456", 1.0),
        ("#767676", "#ffffff", 4.54),  # the lightest grey that is read on white, and the next
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#00ff00", "#000000", 15.30),
        ("#0a0a0a", "#000000", 1.06),  # in the straight part of the curve
    ],
)
def test_known_contrasts(one: str, other: str, contrast: float) -> None:
    assert measure_contrast(one, other) == pytest.approx(contrast, abs=0.006)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_our_own_colours_are_easy_to_read(colours: Any) -> None:
    assert measure_contrast(colours.text, colours.background) >= 7
    assert measure_contrast(colours.button_text, colours.button) >= 7
    assert measure_contrast(colours.button, colours.background) >= 3
    assert measure_contrast("#7b828c", colours.background) >= 3, "the edge, in banner.css"


def test_the_limits_are_met_to_the_digit() -> None:
    assert list(find_faint({"colours": {"background": "#ffffff", "text": "#767676"}})) == []
    [problem] = find_faint({"colours": {"background": "#ffffff", "text": "#777777"}})
    assert problem.key == "banner.colours.text"
    assert "4.47:1" in problem.message, "cut off, not rounded up"
    grey = {"background": "#ffffff", "button": "#949494", "button_text": "#000000"}
    assert list(find_faint({"colours": grey})) == []
    [problem] = find_faint({"colours": {**grey, "button": "#959595"}})
    assert problem.key == "banner.colours.button"


def test_a_colour_alone_is_held_against_ours_of_the_same_scheme() -> None:
    assert {problem.key for problem in find_faint({"colours": {"background": "#1d2025"}})} == {
        "banner.colours.background"
    }
    assert list(find_faint({"dark": {"background": "#1d2025"}})) == []


@pytest.mark.parametrize("banner", [{}, {"colours": "red"}, {"colours": {"text": "red", "tekst": "#fff"}}, {"dark": 3}])
def test_what_is_wrong_otherwise_is_said_elsewhere(banner: dict[str, Any]) -> None:
    assert list(find_faint(banner)) == []

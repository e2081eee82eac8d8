"""Whether everybody can read the banner in a site's colours: contrast as WCAG 2.2 measures it, light and dark.

That accepting stands out no more than refusing needs no check: there is one colour for all buttons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from ..errors import Problem
from .appearance import read_colour
from .model import DARK, LIGHT, Colours


class _Demand(NamedTuple):
    """That one colour can be told from the one it stands on."""

    front: str
    back: str
    least: float
    why: str


_DEMANDS = (
    _Demand("text", "background", 4.5, "text needs 4.5:1 to be read (WCAG 2.2, 1.4.3)"),
    _Demand("button_text", "button", 4.5, "text on a button needs 4.5:1 to be read (WCAG 2.2, 1.4.3)"),
    _Demand("button", "background", 3.0, "a button needs 3:1 to be seen as one (WCAG 2.2, 1.4.11)"),
)


def measure_contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white), of two colours as #rrggbb."""
    darker, lighter = sorted((_measure_luminance(one), _measure_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def find_faint(banner: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each pair of colours that is too faint. A colour that the file does not name is ours."""
    for section, ours in (("colours", LIGHT), ("dark", DARK)):
        said = _read_colours(banner.get(section))
        for front, back, least, why in _DEMANDS:
            if front not in said and back not in said:
                continue
            one, other = (said.get(name) or getattr(ours, name) for name in (front, back))
            contrast = int(measure_contrast(one, other) * 100) / 100  # never rounded up to what would do
            if contrast < least:
                key = f"banner.{section}.{front if front in said else back}"
                seen = f"{_tell(front, said, one)} on {_tell(back, said, other)} has a contrast of {contrast:.2f}:1"
                yield Problem(key, seen, why)


def _read_colours(section: Any) -> dict[str, str]:
    """Those that can be read: what is wrong with the others is said elsewhere."""
    found: dict[str, str] = {}
    for name, value in section.items() if isinstance(section, Mapping) else ():
        if name in Colours.__slots__ and isinstance(value, str):
            with suppress(ValueError):
                found[name] = read_colour(value)
    return found


def _tell(name: str, said: Mapping[str, str], colour: str) -> str:
    return f'{name} "{colour}"' if name in said else f'our {name} "{colour}"'


def _measure_luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

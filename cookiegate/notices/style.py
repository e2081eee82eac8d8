"""The banner's style sheet: its form, the colours and shape that the policy gives it, and the look in use.

Each value can still be set by the site's own style, through a custom property (`--cookiegate-background` and so on).
"""

from __future__ import annotations

from dataclasses import fields

from ..policy import BannerRules, Colours
from .assets import Asset, make_asset, read_source

_LOGO = """\
#cookiegate img{display:block;max-width:60%;height:2em;margin-bottom:.5em}
@media(max-width:26em){#cookiegate img{display:none}}"""
# The words may scroll under the answers: a link in them must not get the focus there.
_LINKS = """\
#cookiegate .cookiegate-ask{scroll-padding-bottom:9em}
#cookiegate .cookiegate-ask p a{display:inline-block;margin-inline-end:1em;padding:.25em 0}"""


def compose_style(rules: BannerRules, prefix: str) -> Asset:
    """banner.css as this site sends it. Raises CookiegateError when a source of it is missing."""
    radius = f"--cg-radius:var(--cookiegate-radius,{rules.radius}px)"
    font = f"font:medium/1.4 var(--cookiegate-font,{rules.font})"
    parts = [
        read_source("banner.css"),
        f"#cookiegate{{{_paint(rules.colours)};{radius};{font}}}",
        f"@media(prefers-color-scheme:dark){{#cookiegate{{{_paint(rules.dark)};color-scheme:dark}}}}",
    ]
    if rules.look != "none":
        parts.append(read_source(f"look-{rules.look}.css"))
    if rules.logo:
        parts.append(_LOGO)
    if rules.links:
        parts.append(_LINKS)
    return make_asset("banner.css", "\n".join(parts), prefix)


def _paint(colours: Colours) -> str:
    said = {field.name.replace("_", "-"): getattr(colours, field.name) for field in fields(colours)}
    return ";".join(f"--cg-{name}:var(--cookiegate-{name},{colour})" for name, colour in said.items())

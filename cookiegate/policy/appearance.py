"""How a policy writes what the banner looks like: colours, fonts, the logo, addresses of links.

All of it ends up in a style or an attribute, so what is not plainly one of these is refused.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

# Those of CSS that name no font of their own; any other family is put in quotes.
_GENERIC = {"serif", "sans-serif", "monospace", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded"}


def read_colour(text: str) -> str:
    """A colour with six digits. Raises ValueError."""
    if not re.fullmatch(r"#(?:[0-9A-Fa-f]{3}){1,2}", text):
        raise ValueError(
            'write "#" and three or six hexadecimal digits, such as "#1f3b5c", so that its contrast can be computed'
        )
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _read_fonts(text: str) -> str:
    families = [re.sub(r"""^(["'])(.*)\1$""", r"\2", family.strip()) for family in text.split(",")]
    if not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}", family) for family in families):
        raise ValueError("""name font families as in CSS, such as "'Source Sans 3', sans-serif\"""")
    return ",".join(family if family in _GENERIC else f'"{family}"' for family in families)


def _check_own_file(text: str) -> str:
    if not re.fullmatch(r"/(?!/)[^\s\\\"'<>]+", text):
        raise ValueError('write a path on your own site, such as "/static/logo.svg": nothing of others comes unasked')
    return text


def _check_address(text: str) -> str:
    if not re.fullmatch(r"(?:/(?!/)|https?://[^/])[^\s\\\"'<>]*", text):
        raise ValueError(
            'write a path on your own site, such as "/privacy", or a full address that begins with https://'
        )
    return text


Colour = Annotated[str, AfterValidator(read_colour)]
Fonts = Annotated[str, AfterValidator(_read_fonts)]
OwnFile = Annotated[str, AfterValidator(_check_own_file)]
Address = Annotated[str, AfterValidator(_check_address)]

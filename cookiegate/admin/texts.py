"""The words of the dashboard, and how it writes numbers, in Finnish, Swedish and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("fi", "sv", "en")  # the first where a browser wants none of them
_NARROW = "\u202f"  # no-break space that groups figures


class Words:
    """One language's. `words("menu./pages")` is the text under that key; KeyError where there is none."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **fields: object) -> str:
        text = self.texts[key]
        return text.format(**fields) if fields else text

    def say(self, kind: str, word: object) -> str:
        """A word that the register keeps, as this language has it; as it is where it has none."""
        return self.texts.get(f"{kind}.{word}", str(word))

    def number(self, value: object) -> str:
        """12,345 or 12 345; what is not known is said so."""
        if value is None:
            return self("not_known")
        return f"{value:,}".replace(",", "," if self.language == "en" else _NARROW)

    def seconds(self, value: float | None) -> str:
        """A length of time as people say it: 45 s, 3 min 20 s."""
        if value is None:
            return self("not_known")
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

    def moment(self, seconds: float) -> str:
        """To the minute, in UTC: 2026-11-22 14:05 UTC."""
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"

    def share(self, value: float | None) -> str:
        """0.1234 is 12.3 %."""
        if value is None:
            return self("not_known")
        text = f"{100 * value:.1f}"
        return f"{text}%" if self.language == "en" else f"{text.replace('.', ',')} %"


@cache
def load_words(language: str) -> Words:
    text = files(__package__).joinpath("texts", f"{language}.toml").read_text("utf-8")
    return Words(language, dict(_flatten(tomllib.loads(text))))


def _flatten(table: Mapping[str, Any], before: str = "") -> Any:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value

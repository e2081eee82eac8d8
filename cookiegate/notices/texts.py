"""The words of the notices, one TOML catalogue per language; a policy may put its own in place of ours.

Every catalogue has the same keys. A key is read with its dots, `texts("banner.title")`; values are filled in
with `str.format`, so braces inside a filled-in value stay as they are. Plurals, dates, lists, lengths of time and the
names of countries are those of the Unicode CLDR, by Babel.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.units import format_unit

from ..errors import CookiegateError
from ..policy import Lifetime, Link, Policy, Purpose, load_words

DAYS_IN_A_MONTH = 30.436875  # of the Gregorian calendar, as in Lifetime


class Texts:
    """One language's words, and the few rules by which they are put together."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = words
        # "en" and "pt" alone would be those of other continents
        self._locale = Locale.parse({"en": "en_GB", "pt": "pt_PT"}.get(language, language))

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key` with its values filled in; KeyError when a key or value is missing."""
        said = {name: _isolate(value) if isinstance(value, str) else value for name, value in values.items()}
        return self._words[key].format(**said)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._words)

    def find(self, key: str) -> str:
        """The text under `key`, or "" where the catalogue has none (a purpose of the site's own)."""
        return self._words.get(key, "")

    def count(self, key: str, n: int) -> str:
        """A number with its noun, "5 services", in the plural form that the language has for this number."""
        return self(f"{key}.{self._locale.plural_form(n)}", n=n)

    def lifetime(self, lifetime: Lifetime | None) -> str:
        """How long something is kept, in words: "13 months", "for the session", "not stated"."""
        if lifetime is None:
            return self("lifetime.unknown")
        if lifetime.unit == "session":
            return self("lifetime.session")
        return self._measure(lifetime.amount, lifetime.unit)

    def days(self, days: int) -> str:
        """A number of days as people say it: whole months from two months on, otherwise days."""
        months = round(days / DAYS_IN_A_MONTH)
        if months >= 2 and abs(months * DAYS_IN_A_MONTH - days) <= 1:
            years, rest = divmod(months, 12)
            return self._measure(months, "months") if rest else self._measure(years, "years")
        return self._measure(days, "days")

    def date(self, day: int) -> str:
        """Days since 1970-01-01 UTC as a date the way the language writes it: "22 November 2026"."""
        return format_date(date(1970, 1, 1) + timedelta(days=day), "long", self._locale)

    def moment(self, time: int) -> str:
        """Milliseconds since 1970-01-01 UTC as date and time of day, UTC."""
        minutes = time // 60_000 % 1440
        return f"{self.date(time // 86_400_000)} {minutes // 60:02}:{minutes % 60:02} UTC"

    def country(self, code: str) -> str:
        """The name of a country; its ISO 3166-1 code where it has none."""
        return str(self._locale.territories.get(code, code))

    def title(self, purpose: Purpose) -> str:
        """The purpose as a heading. What the policy says comes before ours, in any language before its bare id."""
        ours = self.find(f"purpose.{purpose.id}.title")
        return purpose.titles.get(self.language) or ours or next(iter(purpose.titles.values()), purpose.id)

    def mention(self, purpose: Purpose) -> str:
        """The purpose within a sentence."""
        if self.language in purpose.titles:
            return purpose.titles[self.language]
        return self.find(f"purpose.{purpose.id}.words") or self.title(purpose)

    def description(self, purpose: Purpose) -> str:
        """What the purpose means for the visitor; "" where neither the policy nor we say it."""
        ours = self.find(f"purpose.{purpose.id}.description")
        return purpose.descriptions.get(self.language) or ours or next(iter(purpose.descriptions.values()), "")

    def say_new(self, policy: Policy, services: Set[str], key: str) -> str:
        """A sentence about services that are new or changed, by name and purpose."""
        names = [service.name for id, service in policy.services.items() if id in services]
        purposes = [self.mention(each) for each in policy.purposes if any(one.id in services for one in each.services)]
        said = {"services": self.enumerate(names), "purposes": self.enumerate(purposes)}
        return self(key, controller=policy.controller.name, **said)

    def say_signalled(self, policy: Policy, purposes: Set[str]) -> str:
        """What the browser's signals refuse, until the visitor chooses otherwise."""
        refused = [self.mention(purpose) for purpose in policy.purposes if purpose.id in purposes]
        return self("banner.signal", purposes=self.enumerate(refused))

    def name(self, link: Link) -> str:
        """What a link of the policy is called; in another language where it has no name in this one."""
        return link.titles.get(self.language) or next(iter(link.titles.values()))

    def enumerate(self, items: Sequence[str]) -> str:
        """Items as a phrase: "statistics, marketing and maps"."""
        return format_list([_isolate(item) for item in items], locale=self._locale)

    def _measure(self, amount: int, unit: str) -> str:
        """A length of time in words, "13 months"; `unit` in the plural, as in Lifetime."""
        return str(format_unit(amount, f"duration-{unit.removesuffix('s')}", "long", locale=self._locale))


def load_texts(language: str, own: Mapping[str, str] = MappingProxyType({})) -> Texts:
    """The words of one language, the site's own in place of ours; CookiegateError when there is no catalogue of it."""
    try:
        return Texts(language, {**load_words(language), **own})
    except KeyError:
        raise CookiegateError(
            f"No texts for the language {language!r}; there are {', '.join(list_languages())}"
        ) from None


def list_languages() -> list[str]:
    """The languages that have a catalogue, sorted."""
    names = [entry.name for entry in (files(__package__) / "texts").iterdir()]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def _isolate(text: str) -> str:
    """A text that reads from right to left, so marked that the sentence around it keeps its order.

    All our languages read from left to right; what a policy says need not.
    """
    leftwards = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\u2068{text}\u2069" if leftwards and "\u2068" not in text else text

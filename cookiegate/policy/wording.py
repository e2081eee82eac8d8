"""The words of the notices: ours, one TOML catalogue per language, and the site's own where the policy has some.

A site may say anything in its own way, but not leave out what we fill in, nor make one answer look smaller.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any

from ..errors import Problem
from .explain import show, suggest
from .model import LANGUAGES

_FIXED = {"direction"}  # which way a language is written is no matter of taste
_ANSWERS = (("button.accept", "button.refuse"), ("button.accept_new", "button.refuse_new"))
_LONGER = 2  # times as long as the other: more than that one of the two answers stands out


@lru_cache
def load_words(language: str) -> Mapping[str, str]:
    """Our words in one language, each under its key with its dots. KeyError where there is no catalogue of it."""
    source = files("cookiegate") / "notices" / "texts" / f"{language}.toml"
    if not source.is_file():
        raise KeyError(language)
    return dict(_flatten("", tomllib.loads(source.read_text("utf-8"))))


def find_misworded(texts: Mapping[str, Any]) -> Iterator[Problem]:
    """Every problem with the words in [texts]."""
    for language, said in texts.items():
        if language not in LANGUAGES or not isinstance(said, Mapping):
            continue  # said elsewhere
        ours = load_words(language)
        own = {key: text for key, text in said.items() if isinstance(text, str)}
        for key, text in own.items():
            yield from _check_text(f"texts.{language}.{key}", key, text, ours)
        for keys in _ANSWERS:
            if own.keys().isdisjoint(keys):
                continue
            accept, refuse = (own.get(key, ours[key]) for key in keys)
            shorter, longer = sorted((len(accept), len(refuse)))
            if longer > _LONGER * shorter:
                hint = "both answers must be equally easy to see: neither twice as long as the other"
                yield Problem(f"texts.{language}.{keys[0]}", f"{show(accept)}, and {show(refuse)} to refuse", hint)


def list_fields(text: str) -> set[str]:
    """What is filled in, each with its braces. Raises ValueError where braces do not match."""
    fields = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            fields.add("{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}")
    return fields


def _check_text(place: str, key: str, text: str, ours: Mapping[str, str]) -> Iterator[Problem]:
    if key not in ours or key in _FIXED:
        hint = suggest(key, ours.keys() - _FIXED) or "docs/banner.md says where all keys are listed"
        yield Problem(place, f"is not known here ({show(text)})", hint)
        return
    if key.endswith("_url") and not text.startswith(("https://", "http://")):
        yield Problem(place, f"{show(text)} cannot be used", "write a full address that begins with https://")
    wanted = list_fields(ours[key])
    try:
        found = list_fields(text)
    except ValueError:
        yield Problem(place, f"{show(text)} has a brace too many or too few", "write a brace that is meant twice: {{")
        return
    for field in sorted(wanted - found):
        yield Problem(place, f"{show(text)} does not say {field}", f"ours is {show(ours[key])}")
    for field in sorted(found - wanted):
        known = f"only {', '.join(sorted(wanted))} is filled in here" if wanted else "nothing is filled in here"
        yield Problem(place, f"{show(text)} has {field}", f"{known}; write a brace that is meant twice: {{{{")


def _flatten(prefix: str, table: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)

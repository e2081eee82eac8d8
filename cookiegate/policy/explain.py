"""Turns what pydantic found into words for the person who wrote the policy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import Problem
from .schema import PolicyFile

# Keys people look for because other tools have them, and why they are not here.
_NOT_OFFERED = {
    "mode": "there is one mode: nothing before consent (GDPR art. 4(11)); implied consent and opt-out are not offered",
    "default": "no purpose is ever given by default (GDPR recital 32)",
    "basis": "storing and reading rest on consent or necessity, never on legitimate interest (ePrivacy art. 5(3))",
    "refusal_validity": "a refusal is remembered as long as a consent: set [consent] validity",
    "categories": "they are called purposes here",
    "vendors": "they are called services here",
    "cookies": "cookies belong to a service: [services.<id>] cookies, or to a [[necessary]] entry",
}

_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of this section",
    "string_too_short": "is empty",
    "too_short": "is empty",
}


def explain(error: ValidationError, said: Mapping[str, Any]) -> Iterator[Problem]:
    """One problem for each of pydantic's errors: key as in the file, value seen, hint."""
    for each in error.errors(include_url=False):
        where = [part for part in each["loc"] if part not in ("[key]",)]
        key = ".".join(str(part) for part in where)
        kind, name = each["type"], str(where[-1]) if where else ""
        if kind == "extra_forbidden":
            yield Problem(key, _MESSAGES[kind], _NOT_OFFERED.get(name) or suggest(name, _keys_at(where[:-1])))
        elif kind in _MESSAGES:
            yield Problem(key, _MESSAGES[kind], _EXAMPLES.get(key, ""))
        elif kind == "literal_error":
            expected = each["ctx"]["expected"].replace("'", '"')
            hint = suggest(str(each["input"]), _split_choices(expected)) or f"use {expected}"
            yield Problem(key, f"{_show(each['input'])} is not known", hint)
        elif kind == "value_error":
            yield Problem(key, f"{_show(each['input'])} cannot be used", str(each["ctx"]["error"]))
        elif kind == "string_pattern_mismatch":
            yield Problem(key, f"{_show(each['input'])} cannot be used", _PATTERNS.get(each["ctx"]["pattern"], ""))
        elif kind in ("less_than_equal", "greater_than_equal"):
            yield Problem(key, f"{_show(each['input'])} cannot be used", _LIMITS.get(key, each["msg"]))
        else:
            yield Problem(key, f"{_show(each['input'])}: {each['msg']}", "")


_EXAMPLES = {
    "site": "begin with [site], name and hosts",
    "site.name": 'name = "Example Oy"',
    "site.hosts": 'hosts = ["www.example.test"]: those that are your own',
    "controller": "[controller] says who answers for the data (GDPR art. 13(1)(a)): name and email",
    "controller.name": "the company's full name (GDPR art. 13(1)(a))",
    "controller.email": "an address at which people reach it (GDPR art. 13(1)(a))",
}

_PATTERNS = {
    "^[a-z0-9][a-z0-9-]{0,39}$": "use lower-case letters, digits and hyphens, 40 at most",
    "^[A-Z]{2}$": 'use the two-letter code in capitals, such as "FI"',
}

_LIMITS = {
    "visits.ipv4_bits": "at most 24: the last of the four numbers is always cut off before anything is written",
    "visits.ipv6_bits": "at most 48: a longer prefix can be one household",
}


def suggest(word: str, known: Iterable[str]) -> str:
    """ "did you mean …" where something known is near, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def _keys_at(where: list[int | str]) -> list[str]:
    """The keys that the schema knows in the section at `where`."""
    model: Any = PolicyFile
    for part in where:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        field = model.model_fields.get(str(part))
        model = _innermost(field.annotation) if field else None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _innermost(annotation: Any) -> Any:
    """The section inside `dict[Id, Section]`, `list[Section]` or `Section | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in reversed(getattr(annotation, "__args__", ())):
        found = _innermost(part)
        if found is not None:
            return found
    return None


def _split_choices(expected: str) -> list[str]:
    return [part.strip(' "') for part in expected.replace(" or ", ",").split(",")]


def _show(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"

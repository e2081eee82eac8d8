"""Turns what pydantic found into words for the person who wrote the policy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import Problem
from .schema import PolicyFile

# Keys people look for because other tools have them, and why they are not here.
_NOT_OFFERED = {
    r"mode|implied.*|opt_?out": "there is one mode: nothing before consent (GDPR art. 4(11)); implied consent and "
    "opt-out are not offered",
    r"default|preselected|checked": "no purpose is ever given by default (GDPR recital 32)",
    r"(legal_)?basis|legitimate_interests?": "storing and reading rest on consent or necessity, never on legitimate "
    "interest (ePrivacy art. 5(3))",
    r"(refus|reject|den(y|ied)|decline).*": "a refusal is remembered as long as a consent: set [consent] validity",
    r"categor(y|ies)": "they are called purposes here",
    r"vendors?": "they are called services here",
    r"cookies": "cookies belong to a service, [services.<id>] cookies, or to a [[necessary]] entry",
}
# The same in [banner], by what the names begin with.
_NOT_OFFERED_ON_THE_BANNER = {
    r"accept|agree|allow|refus|reject|deny|decline|primary|secondary": "all buttons have one colour, so that refusing "
    "is as easy to see as accepting (GDPR art. 4(11), 7(3)): set button and button_text",
    r"overlay|backdrop|modal|block|position": "the page stays in use while the question is open (GDPR art. 7(4)); "
    'look = "bar", "corner" or "dialog" says where it stands',
}

# What is wrong with a value of the wrong kind, and what to write; by pydantic's type of error.
_KINDS = {
    "string_type": ("not a text", 'put it in quotes: "…"'),
    "int_type": ("not a whole number", "write a number without quotes and without a point"),
    "bool_type": ("neither true nor false", "write true or false, without quotes"),
    "list_type": ("not a list", 'put it in brackets: ["…"]'),
    "dict_type": ("not a section", "write it as a section of its own, with its name in brackets"),
    "model_type": ("not a section", "write it as a section of its own, with its name in brackets"),
}

_EXAMPLES = {
    "site": "begin with [site], name and hosts",
    "site.name": 'name = "Example Oy"',
    "site.hosts": 'hosts = ["www.example.test"]: those that are your own',
    "site.languages": 'languages = ["fi", "sv", "en"], or leave it out',
    "controller": "[controller] says who answers for the data (GDPR art. 13(1)(a)): name and email",
    "controller.name": "the company's full name (GDPR art. 13(1)(a))",
    "controller.email": "an address at which people reach it (GDPR art. 13(1)(a))",
    "reason": "say for visitors why it is needed for what they asked for; it is shown in the cookie table",
    "name": 'name = "…"',
    **dict.fromkeys(("interest", "necessity", "balancing"), "no assessment is whole without it (GDPR art. 6(1)(f))"),
}

_PATTERNS = {
    "^[a-z0-9][a-z0-9-]{0,39}$": "use lower-case letters, digits and hyphens, 40 at most",
    "^([A-Z]{2})?$": 'use the two-letter code in capitals, such as "FI"',
}

_LIMITS = {
    "visits.ipv4_bits": "at most 24: the last of the four numbers is always cut off before anything is written",
    "visits.ipv6_bits": "at most 48: a longer prefix can be one household",
    "visits.threshold": "1 hides nothing, and 1000 at most: more would hide what a report is for",
    "banner.radius": "at most 22 (px): the ends of a button are round then",
}


def explain(error: ValidationError, said: Mapping[str, Any]) -> Iterator[Problem]:
    """One problem for each of pydantic's errors: key as in the file, value seen, hint."""
    found = error.errors(include_url=False)
    misspelt = {(each["loc"][:-1], _guess(each["loc"])) for each in found if each["type"] == "extra_forbidden"}
    for each in found:
        where = each["loc"][:-1] if each["loc"][-1] == "[key]" else each["loc"]
        kind, seen, name = each["type"], each["input"], str(where[-1])
        key = write_key(where, said)
        if kind == "extra_forbidden":
            yield Problem(key, f"is not known here ({show(seen)})", _explain_unknown(where, said))
        elif kind == "missing":
            if (where[:-1], name) not in misspelt:  # said once is enough
                yield Problem(key, "is missing", _EXAMPLES.get(key) or _EXAMPLES.get(name, f"add {name}"))
        elif kind == "string_too_short" and seen.strip():
            yield Problem(key, f"{show(seen)} is too short", f"{each['ctx']['min_length']} characters at least")
        elif kind in ("string_too_short", "too_short"):
            yield Problem(key, "is empty", _EXAMPLES.get(key) or _EXAMPLES.get(name) or "write it, or take the key out")
        elif kind in ("string_too_long", "too_long"):
            yield Problem(key, f"{show(seen)} is too long", f"{each['ctx']['max_length']} characters at most")
        elif kind == "literal_error":
            expected = each["ctx"]["expected"].replace("'", '"')
            hint = suggest(str(seen), re.findall('"(.*?)"', expected)) or f"use {expected}"
            yield Problem(key, f"{show(seen)} is not known", hint)
        elif kind == "value_error":
            yield Problem(key, f"{show(seen)} cannot be used", str(each["ctx"]["error"]))
        elif kind == "string_pattern_mismatch":
            yield Problem(key, f"{show(seen)} cannot be used", _PATTERNS[each["ctx"]["pattern"]])
        elif kind in ("less_than_equal", "greater_than_equal"):
            yield Problem(
                key, f"{show(seen)} cannot be used", _LIMITS[key] if kind[0] == "l" else f"{each['ctx']['ge']} at least"
            )
        else:
            wrong, hint = _KINDS.get(kind, (each["msg"], ""))
            if kind == "string_type" and where[0] == "texts" and isinstance(seen, Mapping):
                hint = f'put the whole key in quotes: "{name}.…" = "…"'
            if kind == "list_type" and isinstance(seen, Mapping):
                hint = f"write it with two brackets: [[{key}]]"
            yield Problem(key, f"{show(seen)} is {wrong}", hint)


def suggest(word: str, known: Iterable[str]) -> str:
    """ "did you mean …" where something known is near, else nothing."""
    near = _find_near(word, known)
    return f'did you mean "{near}"?' if near else ""


def show(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        text = f"[{', '.join(map(show, value))}]"
    else:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= 80 else text[:77] + "…" + text[-1]


def write_key(where: Sequence[int | str], said: Mapping[str, Any]) -> str:
    """A place in the file in words: `necessary "PHPSESSID".lifetime`. A plain value needs no number: it is shown.

    TOML numbers nothing, so an entry is known by its name; one without is counted from 1.
    """
    key, value = "", cast(Any, said)
    for part in where:
        below = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(part, str):
            key += f".{part}" if key else part
        elif isinstance(value, list):
            below = value[part]
            if isinstance(below, Mapping):
                name = next((below[each] for each in ("name", "service") if isinstance(below.get(each), str)), "")
                key += f" {show(name)}" if name else f" entry {part + 1}"
        value = below
    return key


def _explain_unknown(where: Sequence[int | str], said: Mapping[str, Any]) -> str:
    name = str(where[-1])
    if where[0] == "banner":
        for pattern, why in _NOT_OFFERED_ON_THE_BANNER.items():
            if re.match(pattern, name):
                return why
    for pattern, why in _NOT_OFFERED.items():
        if re.fullmatch(pattern, name):
            return why
    known = _keys_at(where[:-1])
    if name not in known and name in PolicyFile.model_fields:
        return f"[{name}] is a section of its own: it stands outside of others"
    return suggest(name, known) or f"known are: {', '.join(known)}"


def _guess(where: Sequence[int | str]) -> str:
    return _find_near(str(where[-1]), _keys_at(where[:-1]))


def _find_near(word: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), "")


def _keys_at(where: Sequence[int | str]) -> list[str]:
    """The keys that the schema knows in the section at `where`."""
    model: Any = PolicyFile
    inside = False  # among sections of one kind, whose next part is an id or a number
    for part in where:
        if inside:
            inside = False
            continue
        field = model.model_fields.get(str(part))
        model = _innermost(field.annotation) if field else None
        if model is None:
            return []
        inside = field is not None and get_origin(field.annotation) in (dict, list)
    return list(model.model_fields)


def _innermost(annotation: Any) -> Any:
    """The section inside `dict[Id, Section]`, `list[Section]` or `Section | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in reversed(getattr(annotation, "__args__", ())):
        found = _innermost(part)
        if found is not None:
            return found
    return None

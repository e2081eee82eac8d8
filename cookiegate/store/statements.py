"""SQL by name, out of the files in `sql/`: what both engines say alike, and what each says in its own way.

`sql/reading/` and `sql/writing/` hold a file for each thing that is kept; `sql/<engine>.sql` is the engine's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

# in sql/<engine>/; step n leads to schema n
STEPS = (
    "0001_first.sql",
    "0002_rights.sql",
    "0003_visits.sql",
    "0004_figures.sql",
    "0005_outbox.sql",
    "0006_staff.sql",
    "0007_imported.sql",
)

_NAMED = re.compile(r"(?<!:):([a-z_]+)")


@cache
def reading() -> Mapping[str, str]:
    """What is asked of the store; parameters stand as `:name`."""
    return _collect("reading")


@cache
def writing(engine: str) -> Mapping[str, str]:
    """What changes the store, in the words of this engine; parameters stand as `?`."""
    return {**_collect("writing"), **_split(_script(f"{engine}.sql"))}


def _collect(folder: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in sorted(each.name for each in files(__package__).joinpath("sql", folder).iterdir()):
        found |= _split(_script(f"{folder}/{file}"))
    return found


def _split(script: str) -> Mapping[str, str]:
    """The statements of a file; each stands under a line `-- its_name`."""
    parts = re.split(r"^-- (\w+)\n", script, flags=re.MULTILINE)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def step(engine: str, number: int) -> Iterator[str]:
    """The statements that lead from schema `number` to the next. One ends with a semicolon that ends a line."""
    for statement in re.split(r";[ \t]*(?:--[^\n]*)?\n", _script(f"{engine}/{STEPS[number]}")):
        if re.sub(r"--[^\n]*", "", statement).strip():
            yield statement


@cache
def number_parameters(statement: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `?` or `:name` written as `$1`, `$2`, …, and the names in that order."""
    if "?" in statement:
        pieces = statement.split("?")
        return "".join(f"{piece}${at}" for at, piece in enumerate(pieces[:-1], 1)) + pieces[-1], ()
    names = tuple(dict.fromkeys(_NAMED.findall(statement)))
    return _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", statement), names


def _script(file: str) -> str:
    return files(__package__).joinpath("sql", *file.split("/")).read_text("utf-8")

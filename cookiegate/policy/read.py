"""Reads a policy file: what can be wrong with it before its first key is understood."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ..errors import PolicyError, Problem

_HOW = "texts stand in quotes, lists in brackets, each of them closed, and each key and section occurs once"


def read_policy(path: str | Path) -> dict[str, Any]:
    """What the TOML file in `path` says. Raises PolicyError where it is none, with line and column."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")  # some editors begin with a byte order mark
        return tomllib.loads(text.replace("\r\n", "\n"))
    except FileNotFoundError:
        problem = Problem("file", "there is no such file", "`cookiegate init` writes one to begin with")
    except IsADirectoryError:
        problem = Problem("file", "this is a folder", "name the file in it, such as cookiegate.toml")
    except (OSError, ValueError) as error:
        problem = _explain(error, text if isinstance(error, tomllib.TOMLDecodeError) else "")
    raise PolicyError(str(path), (problem,))


def _explain(error: OSError | ValueError, text: str) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return Problem(f"line {line}", "this is not UTF-8", "save the file as UTF-8 in your editor")
    if not isinstance(error, tomllib.TOMLDecodeError):
        return Problem("file", f"cannot be read: {error}", "give it to the account that runs cookiegate, readable")
    what, _, where = str(error).rpartition(" (at ")
    place = re.match(r"line (\d+), column (\d+)", where)
    lines = text.splitlines()
    seen = lines[int(place[1]) - 1].strip() if place and int(place[1]) <= len(lines) else ""
    if not place or not seen:
        return Problem("end of file", f"this is not TOML: {what}", _HOW)
    return Problem(f"line {place[1]}, column {place[2]}", f"this is not TOML: {seen[:60]}", f"{what}; {_HOW}")

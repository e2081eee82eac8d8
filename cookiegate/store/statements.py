"""SQL by name, out of the files in `sql/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def statements(name: str) -> Mapping[str, str]:
    """The statements of `sql/<name>.sql`; each stands under a line `-- its_name`."""
    parts = re.split(r"^-- (\w+)\n", script(f"{name}.sql"), flags=re.MULTILINE)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def script(file: str) -> str:
    return files(__package__).joinpath("sql", file).read_text("utf-8")

"""The pictures of the banner: those that the command draws are there, and the README shows every one."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"


def test_every_look_scheme_size_and_language_is_drawn() -> None:
    """In Finnish, Swedish, English and the language that needs most room."""
    draw = load_draw()
    languages = (*draw.PAGES, draw.find_longest(draw.read_policy()))
    banners = ["themed-fi", *(f"{look}-{language}" for look in draw.LOOKS for language in languages)]
    expected = {f"{banner}-{size}-{scheme}" for banner in banners for size in draw.SIZES for scheme in draw.SCHEMES}
    assert list_drawn() == expected
    assert (len(draw.LOOKS), [*draw.PAGES], [*draw.SCHEMES]) == (3, ["fi", "sv", "en"], ["light", "dark"])
    assert [width for width, _ in draw.SIZES.values()] == [1280, 320]


def test_the_readme_shows_every_picture() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"\]\(docs/pictures/([a-z-]+)\.jpg\)", text)) == list_drawn()


def list_drawn() -> set[str]:
    return {file.stem for file in FOLDER.glob("*.jpg")}


def load_draw() -> Any:
    specification = importlib.util.spec_from_file_location("draw", FOLDER / "draw.py")
    assert specification is not None
    assert specification.loader is not None
    draw = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(draw)
    return draw

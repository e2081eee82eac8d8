"""Which browser the tests drive."""

from __future__ import annotations

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of a Chromium: the one COOKIEGATE_BROWSER names, else the first on PATH."""
    return os.environ.get("COOKIEGATE_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)

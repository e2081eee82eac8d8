"""Which browser the tests drive, and how it is kept on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

# Chromium itself calls these, whatever the page does.
_OF_THE_BROWSER = ("*.googleapis.com", "accounts.google.com", "clients2.google.com", "*.gvt1.com", "dl.google.com")
_WITHOUT = (
    "OptimizationHints",
    "MediaRouter",
    "AutofillServerCommunication",
    # what the address line opens is drawn by a renderer of its own for each window: a fifth of the time of a short test
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)
# Flags without which it would call its makers, or do more than the tests are about.
QUIET = ("--no-sandbox", "--disable-background-networking", f"--disable-features={','.join(_WITHOUT)}")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of a Chromium: the one COOKIEGATE_BROWSER names, else the first on PATH."""
    return os.environ.get("COOKIEGATE_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)


def list_flags(ports: Mapping[str, int], everybody: int) -> list[str]:
    """Flags for a Chromium that reaches these hosts at these ports, and whoever else it asks for at one."""
    own = "".join(f"MAP {host} 127.0.0.1:{port}, " for host, port in ports.items())
    own += "".join(f"MAP {host} ~NOTFOUND, " for host in _OF_THE_BROWSER)
    return [
        *QUIET,
        "--disable-component-update",
        f"--host-resolver-rules={own}MAP * 127.0.0.1:{everybody}, EXCLUDE 127.0.0.1",
        "--ignore-certificate-errors",  # service workers want it of the whole browser
    ]

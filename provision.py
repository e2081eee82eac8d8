"""What the tests want of this machine, for dev.py: a C compiler, browsers, visitors' tools, whole programs.

Each is looked for, then installed where apt-get and root are at hand; otherwise it is named loudly, and its tests skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SECONDS = 60
# what names it, and what it is called on PATH
CHROMIUM = ("COOKIEGATE_BROWSER", ("chromium", "chromium-browser", "google-chrome"))
FIREFOX = ("COOKIEGATE_FIREFOX", ("firefox-esr", "firefox"))
WORDPRESS = (
    "wordpress wordpress-l10n wordpress-theme-twentytwentythree php-cli php-mysql php-gd php-xml php-mbstring php-curl "
    "mariadb-server mariadb-client openssl"
)
VISITORS_TOOLS = ROOT / "tests" / "tools"
ASK_PLAYWRIGHT = "import playwright.sync_api as s\nwith s.sync_playwright() as p: print(p.chromium.executable_path)"


class Refusal(Exception):
    """Why it cannot go on, and what to do about it."""


def say(text: str) -> None:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> int:
    """Run it in the project's folder, its output shown. Returns the exit code."""
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def ask(*command: str | Path) -> str | None:
    """What it prints, or None where it cannot be run or fails."""
    try:
        return subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL, timeout=SECONDS).strip()
    except (OSError, subprocess.SubprocessError):
        return None


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is ours to do: as root, with apt-get. Says whether they are there now."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"apt-get install {' '.join(packages)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=env)
    return run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=env) == 0


def can_compile() -> bool:
    """Whether the native part of the scanner can be built here: a C compiler, and this Python's headers."""
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return shutil.which("cc") is not None and headers.is_file()


def provide_compiler() -> None:
    """What it takes to build the native part, from Debian where it is missing."""
    headers = ["python3-dev"] if sys.base_prefix == "/usr" else []  # any other Python brings its own, or has none
    if not can_compile() and not (apt_install("gcc", "libc6-dev", *headers) and can_compile()):
        say(f"!!! the tests of the native scanner will {tell_fate()}: as root, apt-get install gcc python3-dev")


def tell_fate() -> str:
    return "FAIL, since CI=true" if os.environ.get("CI") == "true" else "be SKIPPED"


def find_browser(environ: Mapping[str, str], variable: str, names: Sequence[str]) -> str | None:
    """The one that the variable names, else the first on PATH that starts (a stub for a snap does not)."""
    if named := environ.get(variable):
        if not ask(named, "--version"):
            raise Refusal(f"{variable} is {named}, which does not start: correct or unset it.")
        return named
    paths = (shutil.which(name, path=environ.get("PATH")) for name in names)
    return next((path for path in paths if path and ask(path, "--version")), None)


def provide_chromium() -> str | None:
    """This machine's, else Playwright's, else Debian's, else None."""
    if found := find_browser(os.environ, *CHROMIUM):
        return found
    say("no Chromium on this machine; asking Playwright for one")
    run(PYTHON, "-m", "playwright", "install", "chromium")
    if (found := ask(PYTHON, "-c", ASK_PLAYWRIGHT)) and ask(found, "--version"):
        return found
    return find_browser(os.environ, *CHROMIUM) if apt_install("chromium") else None


def provide_firefox() -> str | None:
    """This machine's, else Debian's, else None."""
    found = find_browser(os.environ, *FIREFOX)
    return found or (find_browser(os.environ, *FIREFOX) if apt_install("firefox-esr") else None)


def provide_visitors_tools() -> None:
    """What visitors have of their own: from npm what `tests/tools/package.json` names, from Debian a text browser."""
    if not shutil.which("lynx") and not apt_install("lynx"):
        say(f"!!! the test with a text browser will {tell_fate()}: as root, apt-get install lynx")
    wanted, there = (VISITORS_TOOLS / name for name in ("package-lock.json", "node_modules/.package-lock.json"))
    if there.is_file() and there.stat().st_mtime >= wanted.stat().st_mtime:
        return
    if not shutil.which("npm"):
        apt_install("nodejs", "npm")
    say("installing the visitor's tools into tests/tools/node_modules")
    if not shutil.which("npm") or run("npm", "ci", "--prefix", VISITORS_TOOLS, "--ignore-scripts"):
        say(f"!!! the tests of the visitor's tools will {tell_fate()}: install Node and npm, and see what npm says")


def provide_goaccess() -> None:
    """The statistics program that ours are compared with."""
    if not shutil.which("goaccess") and not apt_install("goaccess"):
        say(f"!!! the comparison with GoAccess will {tell_fate()}: as root, apt-get install goaccess")


def prepare_machine() -> dict[str, str]:
    """Provide what the tests want of this machine and say loudly what is missing. Returns their environment."""
    env = dict(os.environ)
    for title, (variable, _), provide in (
        ("Chromium", CHROMIUM, provide_chromium),
        ("Firefox", FIREFOX, provide_firefox),
    ):
        if program := provide():
            env[variable] = program
        else:
            say(f"!!! the tests in {title} will {tell_fate()}: install it, or name one in {variable}")
    provide_visitors_tools()
    provide_goaccess()
    show = ("dpkg-query", "--show", "--showformat=${db:Status-Status}")
    missing = [package for package in WORDPRESS.split() if ask(*show, package) != "installed"]
    if missing and not apt_install(*missing):
        say(f"!!! the WordPress tests will {tell_fate()}: as root, apt-get install {' '.join(missing)}")
    return env


def provide_nginx() -> None:
    """What stands in front of several gateways in the long suites."""
    if not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") and not apt_install("nginx-light"):
        say("!!! the test of several gateways will be SKIPPED: as root, apt-get install nginx-light")


def provide_spreadsheet() -> None:
    """What opens tables of the dashboard in the long suites."""
    if not shutil.which("soffice") and not apt_install("libreoffice-calc"):
        say("!!! the test of spreadsheets will be SKIPPED: as root, apt-get install libreoffice-calc")

#!/usr/bin/env python3
"""Everything a developer does here, from a fresh clone: `python3 dev.py demo`, `test`, `lint`, `bench`, `torture`.

Needs nothing but Python 3.11. The tools go into `.venv` beside this file; what the tests want of the machine (a
Chromium, a WordPress) is installed where apt-get and root are at hand, and otherwise named, and those tests skip.
"""

from __future__ import annotations

import argparse
import configparser
import hashlib
import html
import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed-from"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WORDPRESS = (
    "wordpress wordpress-l10n wordpress-theme-twentytwentythree php-cli php-mysql php-gd php-xml php-mbstring php-curl "
    "mariadb-server mariadb-client openssl"
)
NATIVE = ("native/next_tag.c", "native/script_end.h", "native/words.h")
INSTALLED = ("pyproject.toml", "hatch_build.py", *NATIVE)  # read when it is installed
PIP_KEYS = ("index-url", "extra-index-url", "cert")
SECONDS = 60
ASK_PLAYWRIGHT = "import playwright.sync_api as s\nwith s.sync_playwright() as p: print(p.chromium.executable_path)"


class Refusal(Exception):
    """Why it cannot go on, and what to do about it."""


def say(text: str) -> None:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def check_version(version: tuple[int, ...]) -> None:
    """Raise Refusal where this Python is too old."""
    if version < (3, 11):
        found = ".".join(map(str, version))
        raise Refusal(f"cookiegate needs Python 3.11 or later, and this is {found}: run dev.py with a newer python3.")


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


def prepare_tools() -> None:
    """Make `.venv` and install the project into it, unless that was done from these very files and tools."""
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INSTALLED)).hexdigest()
    wanted = f"{ROOT} {digest} {'native' if can_compile() else 'pure'}"
    before = STAMP.read_text("utf-8") if STAMP.exists() and PYTHON.exists() else ""
    if before == wanted:
        return
    if not before.startswith(f"{ROOT} "):  # none, unfinished, moved, or its Python is gone
        say(f"making .venv with Python {sys.version.split()[0]}")
        make_venv()
    say("installing cookiegate and its tools into .venv (takes a minute or two, when what it is built from changed)")
    if run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", ".[dev]"):
        raise Refusal("pip could not install the tools (see above). Is the network up? What says `pip config list`?")
    STAMP.write_text(wanted, "utf-8")


def make_venv() -> None:
    """A virtual environment with pip, also where Debian keeps ensurepip in a package of its own."""
    if not has_ensurepip() and sys.base_prefix == "/usr":
        apt_install("python3-venv")
    bare = ["--without-pip"] if not has_ensurepip() else []
    if run(sys.executable, "-m", "venv", "--clear", *bare, VENV):
        raise Refusal(f"{sys.executable} could not make .venv (see above). On Debian: apt-get install python3-venv")
    if bare:
        fetch_pip()


def has_ensurepip() -> bool:
    importlib.invalidate_caches()
    found = importlib.util.find_spec("ensurepip")
    return found is not None and found.origin is not None  # no origin: an empty folder that a package left behind


def fetch_pip() -> None:
    """Put pip into `.venv` from the package index that this machine's pip configuration names."""
    options = read_pip_options(find_pip_files(os.environ, Path.home()), os.environ)
    tls = ssl.create_default_context(cafile=options["cert"][0] if options["cert"] else None)
    net = urllib.request.build_opener(urllib.request.HTTPSHandler(context=tls))
    for page in list_pip_pages(options):
        say(f"looking for pip on {urllib.parse.urlsplit(page).hostname or page}")
        try:
            text = net.open(page, timeout=SECONDS).read().decode()
            if not (wheel := choose_wheel(text, page, sys.version_info[1])):
                continue
            body = net.open(wheel[0], timeout=SECONDS).read()
        except (OSError, ValueError) as error:
            say(f"  no: {error}")
            continue
        if hashlib.sha256(body).hexdigest() != wheel[1]:
            raise Refusal(f"{wheel[0]} is not the file that the index describes (sha256 differs): nothing installed.")
        file = VENV / wheel[0].rsplit("/", 1)[1]
        file.write_bytes(body)
        if run(PYTHON, file / "pip", "install", "--quiet", "--no-index", file):  # a wheel of pip can be run as it is
            raise Refusal("pip could not install itself into .venv (see above).")
        return file.unlink()
    raise Refusal("no package index offers pip: check PIP_INDEX_URL, pip.conf and the network, or install python3-venv")


def find_pip_files(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Where pip keeps its configuration, the weightiest last."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:  # pip's way to say: none
        return []
    own = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip" / "pip.conf", own]
    return [*files, Path(named)] if named else files


def read_pip_options(files: Iterable[Path], environ: Mapping[str, str]) -> dict[str, list[str]]:
    """What `pip install` would use: [install] outweighs [global], later files earlier ones, the environment all."""
    reader = configparser.RawConfigParser(strict=False)
    reader.read(files, encoding="utf-8")
    said: dict[str, str] = {}
    for part in filter(reader.has_section, ("global", "install")):
        said |= {key.replace("_", "-"): value for key, value in reader.items(part)}
    return {key: (environ.get(f"PIP_{key.upper().replace('-', '_')}") or said.get(key, "")).split() for key in PIP_KEYS}


def list_pip_pages(options: Mapping[str, Sequence[str]]) -> list[str]:
    """The pages that list pip's files in each index (PEP 503). One that wants a password is for pip alone."""
    indexes = [*(options["index-url"] or ["https://pypi.org/simple"]), *options["extra-index-url"]]
    ends = {each: "/pip/index.html" if each.startswith("file:") else "/pip/" for each in indexes if "@" not in each}
    return [each.rstrip("/") + end for each, end in ends.items()]


def choose_wheel(page: str, address: str, minor: int) -> tuple[str, str] | None:
    """URL and sha256 of the newest pip on an index page (PEP 503): no pre-release, not withdrawn, with a hash."""
    found: list[tuple[tuple[int, ...], str, str]] = []
    for attributes in re.findall(r"<a\s([^>]*)>", page):
        link = re.search(r"""href=["']([^"'#]*?pip-([0-9.]+)-py3-none-any\.whl)#sha256=([0-9a-f]{64})""", attributes)
        needs = re.search(r"requires-python=.{0,3}?>=\s*3\.([0-9]+)", html.unescape(attributes))
        if link and "data-yanked" not in attributes and not (needs and int(needs[1]) > minor):
            number = tuple(int(part) for part in link[2].split("."))
            found.append((number, urllib.parse.urljoin(address, html.unescape(link[1])), link[3]))
    return max(found)[1:] if found else None


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


def find_browser(environ: Mapping[str, str]) -> str | None:
    """The Chromium that COOKIEGATE_BROWSER names, else the first on PATH that starts (a stub for a snap does not)."""
    if named := environ.get("COOKIEGATE_BROWSER"):
        if not ask(named, "--version"):
            raise Refusal(f"COOKIEGATE_BROWSER is {named}, which does not start: correct or unset it.")
        return named
    paths = (shutil.which(name, path=environ.get("PATH")) for name in BROWSERS)
    return next((path for path in paths if path and ask(path, "--version")), None)


def provide_browser() -> str | None:
    """A Chromium for the browser tests: this machine's, else Playwright's, else Debian's, else None."""
    if found := find_browser(os.environ):
        return found
    say("no Chromium on this machine; asking Playwright for one")
    run(PYTHON, "-m", "playwright", "install", "chromium")
    if (found := ask(PYTHON, "-c", ASK_PLAYWRIGHT)) and ask(found, "--version"):
        return found
    return find_browser(os.environ) if apt_install("chromium") else None


def provide_typescript() -> bool:
    """TypeScript's compiler for the test of the script's declarations, from npm, beside the other tools."""
    compiler, npm = VENV / "node_modules" / ".bin" / "tsc", shutil.which("npm")
    if npm and shutil.which("node") and not compiler.exists():
        run(npm, "install", "--silent", "--no-save", "--prefix", VENV, "typescript@5")
    return compiler.exists()


def prepare_machine() -> dict[str, str]:
    """Provide what the tests want of this machine and say loudly what is missing. Returns their environment."""
    env = dict(os.environ)
    if browser := provide_browser():
        env["COOKIEGATE_BROWSER"] = browser
    else:
        say(f"!!! the browser tests will {tell_fate()}: install Chromium, or name one in COOKIEGATE_BROWSER")
    if not provide_typescript():
        say(f"!!! the test of the script's declarations will {tell_fate()}: install node and npm")
    show = ("dpkg-query", "--show", "--showformat=${db:Status-Status}")
    missing = [package for package in WORDPRESS.split() if ask(*show, package) != "installed"]
    if missing and not apt_install(*missing):
        say(f"!!! the WordPress tests will {tell_fate()}: as root, apt-get install {' '.join(missing)}")
    return env


def provide_nginx() -> None:
    """What stands in front of several gateways in the long suites."""
    if not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") and not apt_install("nginx-light"):
        say("!!! the test of several gateways will be SKIPPED: as root, apt-get install nginx-light")


def check(checks: Mapping[str, Sequence[str | Path]], env: Mapping[str, str] | None = None) -> int:
    """Run all of them, whatever fails, and sum up. Returns the first exit code that is not 0."""
    codes = {}
    for name, command in checks.items():
        say(f"{name} …")
        codes[name] = run(PYTHON, *command, env=env)
    say(" · ".join(f"{name} {'ok' if code == 0 else f'FAILED ({code})'}" for name, code in codes.items()))
    return next((code for code in codes.values() if code), 0)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Work on cookiegate.", epilog="Example: python3 dev.py test -k banner")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    demo = commands.add_parser("demo", help="serve the demonstration site behind its gate")
    demo.add_argument("--port", type=int, default=8000)
    commands.add_parser("test", help="ruff, mypy and pytest; whatever follows goes to pytest")
    commands.add_parser("lint", help="ruff and mypy")
    commands.add_parser("bench", help="run every benchmarks/bench_*.py")
    commands.add_parser("torture", help="the long suites: pytest -m torture; whatever follows goes to pytest")
    said, more = parser.parse_known_args(arguments)
    if more and said.command not in ("test", "torture"):
        parser.error(f"{said.command} does not take {' '.join(more)}")
    if said.command in ("test", "torture"):
        provide_compiler()  # first: it is then that the native part is built
    prepare_tools()
    if said.command == "demo":  # in place of this process, so that Ctrl-C reaches the server and nobody else
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "examples" / "company" / "gated.py"), "--port", str(said.port)])
    lint: dict[str, Sequence[str | Path]] = {"ruff": ("-m", "ruff", "check", "."), "mypy": ("-m", "mypy")}
    if said.command == "lint":
        return check(lint)
    if said.command == "bench":
        return check({file.stem: (file,) for file in sorted((ROOT / "benchmarks").glob("bench_*.py"))})
    if said.command == "torture":
        provide_nginx()
        # -rP: their figures too, not only whether they passed
        return check({"torture": ("-m", "pytest", "-m", "torture", "-rP", *more)}, prepare_machine())
    return check({**lint, "pytest": ("-m", "pytest", *more)}, prepare_machine())


if __name__ == "__main__":
    try:
        check_version(sys.version_info[:3])
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        say(str(refusal))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

#!/usr/bin/env python3
"""Everything a developer does here, from a fresh clone: `python3 dev.py demo`, `test`, `lint`, `bench`, `torture`.

Needs nothing but Python 3.11. The tools go into `.venv` beside this file; what the tests want of the machine beyond
them is in provision.py.
"""

from __future__ import annotations

import argparse
import configparser
import hashlib
import html
import importlib.util
import os
import re
import ssl
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from provision import (
    PYTHON,
    ROOT,
    SECONDS,
    VENV,
    Refusal,
    apt_install,
    can_compile,
    prepare_machine,
    provide_compiler,
    provide_nginx,
    provide_spreadsheet,
    run,
    say,
)

STAMP = VENV / "installed-from"
NATIVE = ("native/next_tag.c", "native/script_end.h", "native/words.h")
INSTALLED = ("pyproject.toml", "hatch_build.py", *NATIVE)  # read when it is installed
# Two workers more than cores, since browsers and databases are waited for; `-n 0` undoes it.
AT_ONCE = ("-n", str(min(6, (os.cpu_count() or 1) + 2)), "--dist", "loadgroup")
PIP_KEYS = ("index-url", "extra-index-url", "cert")


def check_version(version: tuple[int, ...]) -> None:
    """Raise Refusal where this Python is too old."""
    if version < (3, 11):
        found = ".".join(map(str, version))
        raise Refusal(f"cookiegate needs Python 3.11 or later, and this is {found}: run dev.py with a newer python3.")


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
    commands.add_parser("pictures", help="draw docs/pictures/ anew, in a Chromium")
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
    if said.command == "pictures":
        return check({"pictures": (ROOT / "docs" / "pictures" / "draw.py",)}, prepare_machine())
    if said.command == "torture":
        provide_nginx()
        provide_spreadsheet()
        # -rP: their figures too, not only whether they passed
        return check({"torture": ("-m", "pytest", "-m", "torture", "-rP", *more)}, prepare_machine())
    return check({**lint, "pytest": ("-m", "pytest", *AT_ONCE, *more)}, prepare_machine())


if __name__ == "__main__":
    try:
        check_version(sys.version_info[:3])
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        say(str(refusal))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

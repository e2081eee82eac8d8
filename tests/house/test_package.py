"""What is built and shipped: all that the program needs, nothing else, and it works where it is installed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import cookiegate
from cookiegate.gate import skipping

pytestmark = pytest.mark.xdist_group("package")  # it is built once

ROOT = Path(__file__).resolve().parents[2]
BUILD = "import sys; from hatchling import build; print(getattr(build, 'build_' + sys.argv[1])(sys.argv[2]))"
RENDER = """
import cookiegate, sys
from cookiegate.consent import UNDECIDED
from cookiegate.notices import Notices
from cookiegate.policy import load_policy
assert cookiegate.__file__.startswith(sys.argv[1]), cookiegate.__file__
notices = Notices(load_policy(sys.argv[2]), "/_cookiegate")
print(notices.control("fi", UNDECIDED, return_to="/", inline=False).decode())
print(notices.guard("x").decode())
print(notices.settings_page("sv", UNDECIDED, return_to="/").decode())
"""
ASSETS = ("banner.js", "banner.css", "settings.js", "captcha.js", "guard.js", "worker.js", "cookiegate.d.ts")


NATIVE = "cookiegate/gate/_native.abi3.so"
ASK_NATIVE = "import cookiegate.gate.skipping as s, sys; print(s.NATIVE, s.__file__.startswith(sys.argv[1]))"


def build(kind: str, source: Path, target: Path, env: dict[str, str] | None = None) -> Path:
    command = [sys.executable, "-c", BUILD, kind, str(target)]
    said = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False, env=env)
    assert said.returncode == 0, said.stderr
    return target / said.stdout.split()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def source(sdist: Path) -> Path:
    """The source archive, unpacked: what somebody has who does not have the repository."""
    with tarfile.open(sdist) as archive:
        archive.extractall(sdist.parent, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return sdist.with_name(sdist.name.removesuffix(".tar.gz"))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone, unpacked as an installer does it."""
    folder = tmp_path_factory.mktemp("target")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def list_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def run_python(code: str, *arguments: str, path: Path, cwd: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    said = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_wheel_carries_every_file_of_the_package(wheel: Path) -> None:
    listed = [
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "cookiegate").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".so"
    ]
    assert {"cookiegate/py.typed", "cookiegate/policy/catalogue.toml", "cookiegate/cli/cookiegate.toml"} <= set(listed)
    for folder, ending in (("notices/templates", ".html"), ("notices/texts", ".toml"), ("store/sql", ".sql")):
        assert any(name.startswith(f"cookiegate/{folder}/") and name.endswith(ending) for name in listed)
    assert set(listed) <= list_wheel(wheel)


def test_the_wheel_carries_the_scripts_and_styles_of_the_banner(wheel: Path) -> None:
    assert {f"cookiegate/static/consent-banner/{name}" for name in ASSETS} <= list_wheel(wheel)


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in list_wheel(wheel)}
    assert tops == {"cookiegate", f"cookiegate-{cookiegate.__version__}.dist-info"}
    endings = {Path(name).suffix for name in list_wheel(wheel) if name.startswith("cookiegate/")}
    assert endings - {".so"} == {".py", ".pyi", ".toml", ".html", ".css", ".js", ".sql", ".ts", ".typed"}
    compiled = [name for name in list_wheel(wheel) if name.endswith(".so")]
    assert compiled == ([NATIVE] if "-cp311-abi3-" in wheel.name else [])
    assert not [name for name in list_wheel(wheel) if "test" in name]


@pytest.mark.skipif(not skipping.NATIVE, reason="no C compiler, or no Python.h")
def test_with_a_compiler_the_wheel_is_native_and_works(installed: Path, wheel: Path, tmp_path: Path) -> None:
    assert "-cp311-abi3-" in wheel.name
    assert run_python(ASK_NATIVE, str(installed), path=installed, cwd=tmp_path).split() == ["True", "True"]


def test_without_a_compiler_the_wheel_is_pure_and_works(source: Path, tmp_path: Path) -> None:
    left_over = source / NATIVE
    left_over.write_bytes(b"from another day")
    pure = build("wheel", source, tmp_path, {**os.environ, "PATH": str(tmp_path)})
    left_over.unlink()
    assert pure.name.endswith("-py3-none-any.whl")
    assert NATIVE not in list_wheel(pure)
    with zipfile.ZipFile(pure) as archive:
        archive.extractall(tmp_path)
    assert run_python(ASK_NATIVE, str(tmp_path), path=tmp_path, cwd=tmp_path).split() == ["False", "True"]


@pytest.mark.skipif(not skipping.NATIVE, reason="no C compiler, or no Python.h")
def test_the_native_part_compiles_without_a_warning() -> None:
    strict = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror", "-fsyntax-only"]
    command = ["cc", *strict, f"-I{sysconfig.get_path('include')}", str(ROOT / "native" / "next_tag.c")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_the_source_archive_carries_what_it_takes_to_test_and_no_data(sdist: Path, source: Path) -> None:
    built_from = ("pyproject.toml", "hatch_build.py", "native/next_tag.c", "native/script_end.h", "native/words.h")
    for name in (*built_from, "LICENSE", "dev.py", "provision.py", "tests/asgi.py", "static/consent-banner/guard.js"):
        assert (source / name).is_file(), name
    with tarfile.open(sdist) as archive:
        files = archive.getnames()
    unwanted = (".db", "-wal", "-shm", ".secret", ".daykey", ".lock", ".pyc", ".so")
    assert not [name for name in files if name.endswith(unwanted)]


def test_an_installed_wheel_finds_its_assets_and_draws_a_banner(installed: Path, tmp_path: Path) -> None:
    policy = ROOT / "tests" / "policies" / "good" / "full.toml"
    drawn = run_python(RENDER, str(installed), str(policy), path=installed, cwd=tmp_path)
    assert '<section id="cookiegate"' in drawn
    assert "data-cookiegate=" in drawn
    assert "<script" in drawn
    assert "Oona Lumi" not in drawn


def test_an_installed_wheel_has_its_commands(installed: Path, tmp_path: Path) -> None:
    code = "import sys; from cookiegate.cli import main; main(sys.argv[1:], prog_name='cookiegate')"
    assert cookiegate.__version__ in run_python(code, "--version", path=installed, cwd=tmp_path)
    entries = next(installed.glob("*.dist-info/entry_points.txt")).read_text()
    assert "cookiegate = cookiegate.cli:main" in entries


def test_the_public_names_are_exactly_these() -> None:
    assert set(cookiegate.__all__) == {
        "Consent",
        "CookieGate",
        "CookiegateError",
        "Policy",
        "PolicyError",
        "Upstream",
        "__version__",
        "current",
        "load_policy",
        "report",
    }
    for name in cookiegate.__all__:
        assert getattr(cookiegate, name) is not None
    tree = ast.parse((ROOT / "cookiegate" / "__init__.py").read_text("utf-8"))
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level for alias in node.names
    }
    assert imported | {"__version__"} == set(cookiegate.__all__)


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Upsteam'"):
        cookiegate.Upsteam  # noqa: B018


def test_the_drop_in_gate_needs_no_package_of_the_gateway(tmp_path: Path) -> None:
    code = "import cookiegate, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(run_python(code, path=ROOT, cwd=tmp_path).split())
    assert loaded.isdisjoint({"aiohttp", "granian", "uvloop", "asyncpg", "playwright", "click"})


def test_upstream_without_the_gateways_packages_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "try:\n    from cookiegate import Upstream\n"
        "except ImportError as error:\n    print(error)"
    )
    assert "pip install 'cookiegate[gateway]'" in run_python(code, path=ROOT, cwd=tmp_path)

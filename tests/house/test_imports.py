"""The house rules that a reader of one file cannot see: who may import whom, and what every file looks like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cookiegate"
LONGEST = 300  # lines; the story of one request is shorter still
LONGEST_STORY = 150

FOUNDATION = {"errors", "expressions"}  # what everyone may import, and what imports nothing of ours
# What a chapter may import of the others, besides these.
DIRECTIONS = {
    "policy": set(),
    "store": set(),
    "gateway": set(),
    "visitor": {"policy"},
    "consent": {"policy"},
    "gate": {"policy", "consent"},
    "notices": {"policy", "consent"},
    "figures": {"store"},
    "register": {"policy", "visitor", "consent", "store", "figures"},
    "reports": {"policy", "consent", "store", "figures"},
    "forwarding": {"policy", "visitor", "consent", "register"},
    "admin": {"policy", "visitor", "consent", "store", "register", "reports"},
}
# The one chapter whose business a library is.
DOORS = {
    "sqlite3": {"store"},
    "asyncpg": {"store"},
    "itsdangerous": {"consent"},
    "cryptography": {"consent", "register"},
    "user_agents": {"visitor"},
    "babel": {"notices"},
    "jinja2": {"notices", "contrib", "admin"},
    "markupsafe": {"notices"},
    "aiohttp": {"gateway"},
    "yarl": {"gateway"},
    "granian": {"cli"},
    "httpx": {"forwarding"},
    "click": {"cli"},
    "pydantic": {"policy"},
}
IMPURE = {"asyncio", "time", "datetime", "random", "secrets", "socket", "os", "pathlib", "starlette", "threading"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}

MODULES = sorted(PACKAGE.rglob("*.py"))
OURS = [
    file
    for folder in ("cookiegate", "tests", "examples", "benchmarks")
    for file in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "dev.py", ROOT / "hatch_build.py", ROOT / "provision.py"]
NATIVE = sorted((ROOT / "native").iterdir())


class Import(NamedTuple):
    file: str  # "gate/html.py"
    module: str  # absolute and whole: "cookiegate.policy.model", "asyncio"
    names: tuple[str, ...]
    line: int

    @property
    def chapter(self) -> str:
        return self.file.partition("/")[0].removesuffix(".py")

    @property
    def target(self) -> str:
        """The chapter or module at the top of the package that is imported; "" for a library."""
        first, _, rest = self.module.partition(".")
        if first != "cookiegate":
            return ""
        return rest.partition(".")[0] or "__init__"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def list_imports(file: Path, root: Path = PACKAGE) -> Iterator[Import]:
    place = file.relative_to(root)
    inside = ("cookiegate", *place.parts[:-1])
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(place.as_posix(), alias.name, (), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) + 1 - node.level] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            names = tuple(alias.name for alias in node.names)
            if (node.level and not node.module) or module == "cookiegate":
                # `from . import headers` may name modules
                for name in names:
                    folder = root.joinpath(*module.split(".")[1:])
                    known = (folder / f"{name}.py").exists() or (folder / name).is_dir()
                    yield Import(place.as_posix(), f"{module}.{name}" if known else module, (name,), node.lineno)
            else:
                yield Import(place.as_posix(), module, names, node.lineno)


IMPORTS = [each for file in MODULES for each in list_imports(file)]


def read_calls(file: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                yield node


def show(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_every_kind_of_import_is_understood(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / "tags.py").touch()
    file = tmp_path / "gate" / "html.py"
    file.write_text(
        "import asyncio.events\nfrom . import tags\nfrom .tags import a\nfrom ..policy import Policy\n"
        "from ..policy.model import Policy\nfrom cookiegate.store import x\nfrom .. import __version__\n"
        "def f():\n    from ..register.writer import Writer\n"
    )
    assert [each.module for each in sorted(list_imports(file, tmp_path), key=lambda each: each.line)] == [
        "asyncio.events",
        "cookiegate.gate.tags",
        "cookiegate.gate.tags",
        "cookiegate.policy",
        "cookiegate.policy.model",
        "cookiegate.store",
        "cookiegate",
        "cookiegate.register.writer",
    ]


def test_every_folder_of_the_package_is_a_chapter_or_a_surface() -> None:
    folders = {file.relative_to(PACKAGE).parts[0] for file in MODULES if len(file.relative_to(PACKAGE).parts) > 1}
    assert folders == {*DIRECTIONS, "cli", "contrib"}


def test_what_wraps_us_for_a_framework_comes_in_as_the_site_itself_does() -> None:
    own = [each for each in IMPORTS if each.chapter == "contrib"]
    assert any(each.target == "__init__" for each in own)
    assert [str(each) for each in own if each.target not in ("__init__", "")] == []


@pytest.mark.parametrize("chapter", DIRECTIONS)
def test_a_chapter_imports_only_what_stands_before_it(chapter: str) -> None:
    allowed = {*DIRECTIONS[chapter], chapter, *FOUNDATION, ""}
    own = [each for each in IMPORTS if each.chapter == chapter]
    assert own
    assert [str(each) for each in own if each.target not in allowed] == []


def test_what_everyone_may_import_imports_nothing_of_ours() -> None:
    assert [str(each) for each in IMPORTS if each.chapter in FOUNDATION and each.target] == []


def test_other_chapters_come_in_by_the_front_door() -> None:
    inner = [each for each in IMPORTS if each.target in {*DIRECTIONS, "cli"} and each.module.count(".") > 1]
    assert inner
    assert [str(each) for each in inner if each.chapter != each.target] == []


def test_a_front_door_offers_exactly_what_it_names() -> None:
    for chapter in DIRECTIONS:
        tree = ast.parse((PACKAGE / chapter / "__init__.py").read_text("utf-8"))
        imported = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module != "__future__"
            for alias in node.names
        }
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        offered = next(
            {str(constant.value) for constant in ast.walk(node.value) if isinstance(constant, ast.Constant)}
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        )
        assert offered <= imported | defined, chapter


def test_nobody_imports_the_middleware_or_the_commands_from_within_a_chapter() -> None:
    above = {"middleware", "cli", "endpoints", "settings", "cookie", "exchange", "requests", "__init__"}
    assert [str(each) for each in IMPORTS if each.chapter in DIRECTIONS and each.target in above] == []
    outside = [each for each in IMPORTS if each.target == "cli" and each.chapter not in ("cli", "__main__")]
    assert [str(each) for each in outside] == []


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    users = [each for each in IMPORTS if each.module.split(".")[0] == library]
    assert [str(each) for each in users if each.chapter not in DOORS[library]] == []


def test_the_gate_is_pure() -> None:
    own = [each for each in IMPORTS if each.chapter == "gate"]
    assert [str(each) for each in own if each.module.split(".")[0] in IMPURE] == []
    for file in (PACKAGE / "gate").glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)], show(file)


def test_only_the_register_opens_the_store_for_writing() -> None:
    opened = {}
    for file in MODULES:
        for call in read_calls(file, "open_store"):
            how = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            opened[f"{show(file)}:{call.lineno}"] = how.get("readonly") == "True"
    assert any("register" in place for place in opened)
    writers = [place for place, readonly in opened.items() if not readonly]
    assert [place for place in writers if not place.startswith("cookiegate/register/")] == []


def test_only_the_store_knows_its_engine() -> None:
    users = [each for each in IMPORTS if any(name.endswith("Store") and name != "Store" for name in each.names)]
    assert [str(each) for each in users if each.chapter != "store"] == []


@pytest.mark.parametrize("file", OURS, ids=show)
def test_a_file_says_what_it_is_for_and_is_read_in_one_sitting(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "begin with a docstring"
    longest = LONGEST_STORY if file == PACKAGE / "middleware.py" else LONGEST
    assert len(text.splitlines()) <= longest


@pytest.mark.parametrize("file", NATIVE, ids=show)
def test_a_native_file_does_so_too(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert lines[0].startswith("/* "), "begin with a comment"
    assert len(lines) <= LONGEST
    assert [line for line in lines if len(line) > 120 or line != line.rstrip()] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [show(file) for file in OURS if file.stem in VAGUE or VAGUE & set(file.relative_to(ROOT).parts)] == []

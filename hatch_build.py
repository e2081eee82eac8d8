"""Compiles the native part of the scanner (native/next_tag.c) while the package is built, where that can be done.

Without a C compiler or Python's headers it says so and leaves it out: the package is then pure Python and does the
same. What is compiled serves every CPython from 3.11 on (the limited API, PEP 384). A wheel carries it inside; an
editable install has it in the tree, at cookiegate/gate/_native.abi3.so.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

SOURCE = "native/next_tag.c"
MODULE = "cookiegate/gate/_native.abi3.so"


class Impossible(Exception):
    """Why there is no native part here."""


class NativePart(BuildHookInterface[Any]):
    """Hatchling's hook (`tool.hatch.build.targets.wheel.hooks.custom`)."""

    folder: tempfile.TemporaryDirectory[str]  # goes with this hook, also where the build fails behind it

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        in_tree = Path(self.root, MODULE)
        if version == "editable":
            in_tree.unlink(missing_ok=True)  # an old one must not answer for a newer source
        # in the tree, so that it gets to its place in one step: a program that starts meanwhile never sees half of it
        place = self.root if version == "editable" else None
        self.folder = tempfile.TemporaryDirectory(prefix=".native-", dir=place)
        compiled = Path(self.folder.name, in_tree.name)
        try:
            compile_module(Path(self.root, SOURCE), compiled)
        except Impossible as reason:
            self.app.display_warning(f"cookiegate is built without its native part (only slower): {reason}")
            return
        if version == "editable":
            compiled.replace(in_tree)
            return
        build_data["force_include"][str(compiled)] = MODULE
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{name_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.folder.cleanup()


def compile_module(source: Path, target: Path) -> None:
    """Raises Impossible where this machine, or this Python, cannot."""
    if os.name == "nt" or sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise Impossible("it is for CPython with its lock, on systems like Unix")
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
    if not shutil.which(compiler[0]):
        compiler = ["cc"]
        if not shutil.which("cc"):
            raise Impossible("there is no C compiler")
    headers = sysconfig.get_path("include")
    if not Path(headers, "Python.h").is_file():
        raise Impossible(f"there is no Python.h in {headers}")
    _, *linked = shlex.split(sysconfig.get_config_var("LDSHARED"))
    command = [*compiler, "-O3", "-fPIC", f"-I{headers}", str(source), *linked, "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Impossible(f"{compiler[0]} says {' '.join(done.stderr.split())[:200]}")


def name_platform() -> str:
    """As in the name of a wheel, without a promise about other systems than this one (PEP 600)."""
    return next(each for each in platform_tags() if not each.startswith(("manylinux", "musllinux")))

"""A command whose output goes to a disk that is full says so in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.folder import prepare

if sys.platform == "win32":
    pytest.skip("limits of POSIX", allow_module_level=True)
import resource

LIMIT = 1 << 26  # bytes of a file, more than the store has


@pytest.mark.parametrize("command", [("retention", "show"), ("consents", "export")], ids=" ".join)
def test_output_that_nobody_takes_is_one_line(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    with open("out", "wb") as out:
        out.seek(LIMIT)
        done = subprocess.run(
            [sys.executable, "-m", "cookiegate", *command], stdout=out, stderr=subprocess.PIPE, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT)),
        )  # fmt: skip
    assert done.stderr.splitlines() == ["what this prints cannot be written: File too large"]
    assert done.returncode == 2

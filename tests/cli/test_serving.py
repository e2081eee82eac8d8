"""What `serve` and `admin` say on a terminal: where they are, what the policy lacks, and nothing of what serves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.folder import SECRET, prepare
from tests.ports import find_port, wait_for


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("serve", "--upstream", "http://127.0.0.1:9"), ["http://127.0.0.1:9 is behind http://127.0.0.1:{port}/"]),
        (("admin",), ["Nobody can sign in yet", "the dashboard is at http://127.0.0.1:{port}/"]),
    ],
    ids=["serve", "admin"],
)
def test_a_start_and_a_stop_say_nothing_else(
    command: tuple[str, ...], says: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    port = find_port()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "cookiegate", *command, "--port", str(port)],
        env=os.environ | {"COOKIEGATE_SECRET": SECRET}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(port)
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=30)
    finally:
        process.kill()
    assert [line for line in complained.splitlines() if line[:1] != " " and "WARNING cookiegate " not in line] == []
    lines = said.splitlines()
    assert len(lines) == len(says)
    for line, part in zip(lines, says, strict=True):
        assert part.format(port=port) in line
    assert process.returncode == 0

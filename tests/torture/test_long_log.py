"""A million lines of an access log in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.site import POLICY

pytestmark = pytest.mark.torture
LINES = 1_000_000
MOST_GROWTH = 24 * 1024  # KiB that twice as many lines may take more

MEASURE = """
import json, resource, sys
from cookiegate.cli import main
try:
    main(["visits", "import", sys.argv[1], "--add"])
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss), file=sys.stderr)
"""


def write_log(file: Path, lines: int) -> None:
    """Nearly every line has another address, path, referrer and agent: they cannot all be remembered."""
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    with file.open("w") as out:
        for number in range(lines):
            time = (begin + timedelta(seconds=number)).strftime("%d/%b/%Y:%H:%M:%S +0000")
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            browser = f"Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.{number % 2000}"
            agent = browser if number % 2 else f"curl/8.{number}"
            out.write(f'{address} - - [{time}] "GET /p{number % 99_999}?utm_source=s{number} HTTP/1.1" 200 9 ')
            out.write(f'"https://r{number}.example/x" "{agent}"\n')


def measure(folder: Path, lines: int) -> int:
    """KiB at the most."""
    write_log(folder / "access.log", lines)
    command = [sys.executable, "-c", MEASURE, "access.log"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert f"{lines} visits" in done.stdout
    return int(json.loads(done.stderr.splitlines()[-1]))


def test_the_memory_does_not_grow_with_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKIEGATE_STORE", "sqlite:///site.db")
    (tmp_path / "cookiegate.toml").write_text(POLICY, "utf-8")
    # by half of the lines SQLite's cache of pages (64 MiB) is full
    half, many = measure(tmp_path, LINES // 2), measure(tmp_path, LINES)
    print(f"{LINES // 2:,} lines: {half // 1024} MiB at the most; {LINES:,} lines: {many // 1024} MiB")
    assert many - half < MOST_GROWTH

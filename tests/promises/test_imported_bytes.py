"""The promise about the visit log where visits come out of an access log: the disk holds no more of them, ever."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises.test_bytes_on_disk import Search, read_files
from tests.stories.site import POLICY

LINES = 20_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0 Kivi/131.77"
SECRETS = ("aino.esimerkki", "kivijoki-mail.example", "hakusana", "tunniste", "salasana-1", "Kivi/131", "käyttäjä-ai")


def write_log(file: Path) -> list[str]:
    """The addresses in it."""
    dice = random.Random(20260301)
    used = []
    with file.open("w", encoding="utf-8") as out:
        for number in range(LINES):
            if number % 2:
                address = ".".join(str(dice.randint(*span)) for span in ((11, 99), (100, 255), (100, 255), (100, 254)))
            else:
                parts = [f"{dice.randint(4096, 65535):x}" for _ in range(3)]
                address = "2001:db8:{}:{}::{}:1".format(*parts)
            used.append(address)
            path = (
                f"/kello?hakusana={number}&utm_source=aino.esimerkki@kivijoki-mail.example",
                "/peruuta/aino.esimerkki%2540kivijoki-mail.example",
                f"/a?sivu=aino.esimerkki%40kivijoki-mail.example&token=salasana-1{number}",
                "/kello;jsessionid=tunniste",
            )[number % 4]
            day = f"{1 + number * 28 // LINES:02}/Feb/2026"
            asked = f'"GET {path} HTTP/1.1" 200 5 "https://haku.example/?hakusana=x" "{AGENT}"'
            line = f"{address} - käyttäjä-aino [{day}:12:{number % 60:02}:01 +0200] {asked}"
            out.write((line if number % 500 else f"{address} aino.esimerkki hakusana") + "\n")
    return used


@pytest.fixture
def imported(tmp_path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Every file that the import leaves, all that it printed, and the addresses of the log."""
    source, target, temporary = (tmp_path / name for name in ("logs", "site", "temporary"))
    for folder in (source, target, temporary):
        folder.mkdir()
    addresses = write_log(source / "access.log")
    policy = POLICY.replace("[visits.assessment]", '[visits]\nkeep_query = ["sivu"]\n[visits.assessment]')
    (target / "cookiegate.toml").write_text(policy, "utf-8")
    command = [sys.executable, "-m", "cookiegate", "visits", "import", "../logs/access.log"]
    env = {**os.environ, "TMPDIR": str(temporary), "COOKIEGATE_STORE": "sqlite:///site.db"}
    done = subprocess.run(command, cwd=target, env=env, capture_output=True, check=True)
    assert list(temporary.iterdir()) == []
    return read_files(target) | {"printed": done.stdout + done.stderr}, addresses


def test_no_file_and_nothing_printed_holds_what_was_promised_to_be_cut_off(
    imported: tuple[dict[str, bytes], list[str]],
) -> None:
    files, addresses = imported
    assert b"could not be read" in files["printed"]
    assert b"2001:db8:" in files["site.db"]
    search = Search(addresses)
    for name, content in files.items():
        assert search.find(content) == set(), name
        for secret in SECRETS:
            assert secret.encode() not in content, (name, secret)
            assert secret.encode("utf-16-le") not in content, (name, secret)

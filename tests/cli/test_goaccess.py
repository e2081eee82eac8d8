"""The same access log read by `visits import` and by GoAccess: where they differ, docs/statistics-import.md says so."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cookiegate.register import FILE_ENDINGS
from tests.cli.commands import run
from tests.giving_up import give_up
from tests.stories.site import POLICY

LINES = 4000
BROWSERS = tuple(
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    for version in range(130, 140)
)
PROGRAMS = (  # known to both
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
LIBRARY = "curl/8.5.0"  # known to us
PAGES = ("/", "/blogi", "/blogi/kellot", "/kauppa?sivu=2", "/kauppa?sivu=3", "/yhteys.html")
FILES = ("/tyyli.css", "/koodi.js?v=3", "/kuva.png", "/fontti.woff2")
BEGIN = datetime(2026, 3, 1, 0, 10, tzinfo=UTC)


class Asked(NamedTuple):
    """A line, as whoever wrote the log knows it."""

    address: str
    method: str
    path: str
    status: int
    agent: str


def make_log(neighbours: bool) -> Iterator[Asked]:
    """`neighbours`: two addresses of each network ask."""
    dice = random.Random(3)
    for _ in range(LINES):
        network, last = dice.randrange(200), 1 + dice.randrange(2 if neighbours else 1)
        path, status = dice.choice(PAGES), dice.choice((200, 200, 200, 304, 500, 301))
        if dice.random() < 0.3:
            path = dice.choice(FILES)
        elif dice.random() < 0.1:
            path, status = f"/poissa/{dice.randrange(20)}", 404
        method = dice.choices(("GET", "POST", "HEAD"), (20, 1, 1))[0]
        agent = dice.choice(PROGRAMS if dice.random() < 0.15 else BROWSERS[: 2 if neighbours else 10])
        yield Asked(f"198.51.{network}.{last}", method, path, status, agent)


def write_log(file: Path, log: list[Asked]) -> None:
    with file.open("w") as out:
        for number, asked in enumerate(log):
            time = (BEGIN + timedelta(seconds=number * 20)).strftime("%d/%b/%Y:%H:%M:%S +0000")
            request = f"{asked.method} {asked.path} HTTP/1.1"
            out.write(f'{asked.address} - - [{time}] "{request}" {asked.status} 512 "-" "{asked.agent}"\n')


def ask_goaccess(file: Path, *options: str) -> Any:
    program = shutil.which("goaccess") or give_up(
        "GoAccess beside ours", "no goaccess: as root, apt-get install goaccess"
    )
    ours = [f"--static-file=.{ending}" for ending in sorted(FILE_ENDINGS)]
    command = [program, str(file), "--log-format=COMBINED", "--no-global-config", "--no-progress", "--all-static-files"]
    out = file.with_suffix(".json")
    subprocess.run([*command, *ours, *options, "-o", str(out)], check=True, capture_output=True)
    return json.loads(out.read_text())


def count_pages(told: Any) -> int:
    """Requests by GET for what is no file, as GoAccess shows them in two of its panels."""
    panels = told["requests"]["data"] + told["not_found"]["data"]
    return sum(each["hits"]["count"] for each in panels if each["method"] == "GET")


def take(folder: Path, file: Path, sql: str) -> Any:
    (folder / "cookiegate.toml").write_text(POLICY, "utf-8")
    assert run("visits", "import", str(file), "--store", f"sqlite:///{folder}/site.db").exit_code == 0
    with closing(sqlite3.connect(folder / "site.db")) as database:
        return database.execute(sql).fetchone()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_page_requests_agree_with_programs_and_without(tmp_path: Path) -> None:
    file, log = tmp_path / "access.log", list(make_log(neighbours=False))
    write_log(file, log)
    pages, people = take(tmp_path, file, "SELECT count(*), sum(bot = 0) FROM visits")
    assert (count_pages(ask_goaccess(file)), count_pages(ask_goaccess(file, "--ignore-crawlers"))) == (pages, people)
    asked = [each for each in log if each.method == "GET" and each.path not in FILES]
    assert pages == len(asked)
    assert people == sum(each.agent in BROWSERS for each in asked)
    report = run(
        "visits", "report", "--from", "2026-03-01", "--to", "2026-03-01", "--store", "sqlite:///site.db"
    ).output
    views = sum(each.agent in BROWSERS and each.status in (200, 304) for each in asked)
    assert any(line.split() == ["Page", "views", str(views)] for line in report.splitlines())


def test_visitors_agree_where_nobody_shares_a_network_and_asks_for_files_alone(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    log = [each._replace(path="/", status=200, method="GET") for each in make_log(neighbours=False)]
    write_log(file, log)
    (visitors,) = take(tmp_path, file, "SELECT count(DISTINCT visitor) FROM visits WHERE bot = 0")
    told = ask_goaccess(file, "--ignore-crawlers")
    people = {(each.address, each.agent) for each in log if each.agent in BROWSERS}
    assert visitors == told["general"]["unique_visitors"] == len(people)


def test_of_neighbours_with_one_browser_we_see_one_and_goaccess_two(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    log = [each._replace(path="/", status=200, method="GET") for each in make_log(neighbours=True)]
    write_log(file, log)
    (visitors,) = take(tmp_path, file, "SELECT count(DISTINCT visitor) FROM visits WHERE bot = 0")
    people = [each for each in log if each.agent in BROWSERS]
    told = ask_goaccess(file, "--ignore-crawlers")["general"]["unique_visitors"]
    assert told == len({(each.address, each.agent) for each in people})
    assert visitors == len({(each.address.rpartition(".")[0], each.agent) for each in people})
    assert visitors < told


def test_libraries_are_programs_to_us_and_people_to_goaccess(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    log = [Asked("198.51.100.1", "GET", "/", 200, agent) for agent in (*BROWSERS, *PROGRAMS, LIBRARY)]
    write_log(file, log)
    (people,) = take(tmp_path, file, "SELECT count(*) FROM visits WHERE bot = 0")
    assert people == len(BROWSERS)
    assert count_pages(ask_goaccess(file, "--ignore-crawlers")) == people + 1

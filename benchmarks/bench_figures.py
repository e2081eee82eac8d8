"""What statistics of visits bear: python benchmarks/bench_figures.py [--check] [--days 400] [--seconds 60]

write      rows a second: prepared visits in batches of 1,000, while the figures of the day before are counted, as the
           register does it: by a thread beside the one that writes
figures    milliseconds for the figures of a day of 25,000 visits by themselves: counted and stored
reports    milliseconds that a report takes in 19 cases of 20, with so many days of 25,000 views on 300 pages: the
           visits of the last 90 are there (2.25 million rows), of the others their figures; today has 25,300 rows
pages      milliseconds that a page of the dashboard about these days takes, sign-in looked up and HTML written
soak       500 requests a second through the gate for so many seconds, with a store; how many visits were dropped

On SQLite in a temporary folder; and in a database of its own on the PostgreSQL at 127.0.0.1:5432, where that lets root
or postgres in, or else on one that is started for this.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for tests

from cookiegate.admin import Dashboard, Office
from cookiegate.figures import DayFigures, count_day
from cookiegate.policy import load_policy
from cookiegate.register import begin_session, find_staff, make_ledger_key
from cookiegate.register.rollup import Rollup, keep_day, list_due_days, list_due_months, roll_up, sum_month
from cookiegate.reports import By, consent_figures, visit_statistics
from cookiegate.store import AnswerRow, Batch, Change, Store, VisitRow, open_store
from tests.asgi import call
from tests.databases.postgresql import create_database, find_postgresql
from tests.stories.site import make_gate, website

VIEWS = 25_000  # a day
PAGES = 300
KEPT = 90  # days of which the visits are there
TODAY = date(2026, 11, 28)
COMPANY = Path(__file__).resolve().parents[1] / "examples" / "company" / "cookiegate.toml"
BATCH = 1000
HOUR = 3600
LEAST_ROWS = 100_000  # a second
MOST_MS = 100.0
BYS: tuple[By, ...] = ("total", "language", "device", "group", "banner")
PATTERNS = 7  # days that differ: the rest repeats them
REQUESTS = 500  # a second
SYSTEMS = (("Windows", "desktop"), ("iOS", "mobile"), ("Android", "mobile"), ("Linux", "desktop"))
WEIGHTS = list(itertools.accumulate(1 / (number + 1) for number in range(PAGES)))


class Figure(NamedTuple):
    name: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False  # the limit is the least it may be

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        return "met" if (self.value >= self.limit if self.least else self.value <= self.limit) else "MISSED"


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def draw_day(day: date, views: int, seed: int) -> list[VisitRow]:
    """A day of people who read a few pages each, some twice, and of some programs."""
    chance, begin, name = random.Random(seed), midnight(day), day.isoformat()
    rows: list[VisitRow] = []
    while len(rows) < views:
        visitor, time = chance.randbytes(8), chance.randrange(80_000)
        browser = chance.choice(("Firefox 131", "Chrome 130", "Mobile Safari 17", "Chrome Mobile 129", "Edge 130"))
        system, device = chance.choice(
            (("Windows", "desktop"), ("iOS", "mobile"), ("Android", "mobile"), ("Linux", "desktop"))
        )
        language = chance.choice(("fi", "fi", "fi", "sv", "en"))
        decision = chance.choice(("", "", "given", "partly", "refused"))
        address = f"{chance.randrange(20, 200)}.{chance.randrange(256)}.{chance.randrange(256)}.0/24"
        referrer = chance.choice(("", "", "https://www.google.com", f"https://site{chance.randrange(150)}.example"))
        bot = int(chance.random() < 0.1)
        for number in range(chance.choice((1, 1, 2, 3, 5, 8))):
            time += chance.choice((3, 15, 40, 90, 400, 2500)) if number else 0
            path = f"/aihe{bisect(WEIGHTS, chance.random() * WEIGHTS[-1]):03}/sivu"
            moment = begin + min(time, 86_399)
            rows.append(
                VisitRow(
                    moment, name, address, path, "" if number else referrer, int(number > 0), browser,
                    system, device, 404 if chance.random() < 0.01 else 200, bot, visitor, language,
                    "kirje / email / kevat" if not number and chance.random() < 0.05 else "", decision,
                    *[int(decision == "given")] * 2, f"/aihe{len(path) % 9}", "" if decision else "a1b2c3d4",
                )
            )  # fmt: skip
    rows.sort()
    return rows[:views]


def move(rows: list[VisitRow], day: date) -> list[VisitRow]:
    """The same visits on another day."""
    shift, name = midnight(day) - midnight(date.fromisoformat(rows[0].day)), day.isoformat()
    return [row._replace(time=row.time + shift, day=name) for row in rows]


def answer(day: date, seed: int) -> list[AnswerRow]:
    chance = random.Random(seed)
    return [
        AnswerRow(day.isoformat(), f"/aihe{group}", language, device, "a1b2c3d4", said, chance.randrange(1, 90))
        for group in range(9)
        for language in ("fi", "sv", "en")
        for device in ("desktop", "mobile")
        for said in ("given", "partly", "refused")
    ]


def write(store: Store, rows: list[VisitRow]) -> None:
    for start in range(0, len(rows), BATCH):
        store.write(Batch(changes=[Change("add_visit", rows[start : start + BATCH])]))


def measure_writing(url: str, total: int) -> tuple[float, float]:
    """Rows a second, and the milliseconds that a day's figures take by themselves."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(max(3, total // VIEWS))]
    pattern = draw_day(days[0], VIEWS, 0)
    prepared = [move(pattern, day) for day in days]
    with closing(open_store(url)) as store:
        rollup, begun = Rollup(url, 1), time.perf_counter()
        for rows in prepared:
            for start in range(0, VIEWS, BATCH):
                write(store, rows[start : start + BATCH])
                rollup.step(store, rows[0].time + HOUR)
        while len(list(list_due_days(store, 1, midnight(days[-1]) + HOUR))):
            rollup.step(store, midnight(days[-1]) + HOUR)
            rollup.wait()
        written = time.perf_counter()
        roll_up(store, 1, midnight(days[-1]) + 25 * HOUR)
        ended = time.perf_counter()
    return sum(map(len, prepared)) / (written - begun), (ended - written) * 1000


def fill(url: str, days: int) -> None:
    """Figures of so many days up to yesterday, the visits of the last ones, and today's, which was counted once."""
    with closing(open_store(url)) as store:
        patterns = [draw_day(TODAY, VIEWS, seed) for seed in range(PATTERNS)]
        counted: list[DayFigures] = []
        for seed, rows in enumerate(patterns):
            day = TODAY - timedelta(days=days + seed + 1)
            write(store, move(rows, day))
            store.write(Batch(changes=[Change("add_answer", answer(day, seed))]))
            with store.snapshot():
                counted.append(count_day(store, day.isoformat()))
        drawn = [((TODAY - timedelta(days=days + seed + 1)).isoformat(),) for seed in range(PATTERNS)]
        store.write(Batch(changes=[Change("give_up_day", drawn)]))
        while store.purge("visits", (TODAY - timedelta(days=days)).isoformat()):
            pass
        for number in range(1, days + 1):
            day = TODAY - timedelta(days=number)
            if number <= KEPT:
                write(store, move(patterns[number % PATTERNS], day))
            else:
                store.write(Batch(changes=[Change("note_day", [(day.isoformat(), VIEWS)])]))
            store.write(keep_day(replace(counted[number % PATTERNS], day=day.isoformat(), known=VIEWS), 1, "closed"))
        for month in list_due_months(store, midnight(TODAY) + 43_200):
            store.write(sum_month(month))
        write(store, patterns[0])
        with store.snapshot():
            today = count_day(store, TODAY.isoformat())
        store.write(keep_day(today, 1, "open"))
        write(store, move(patterns[1], TODAY)[:300])


def measure_reports(url: str, days: int) -> Iterator[tuple[str, float]]:
    first, month = TODAY - timedelta(days=days), TODAY - timedelta(days=29)
    found = visit_statistics(url, first, TODAY)
    if found.views < days * VIEWS * 0.85:
        raise SystemExit(f"only {found.views} views of {days} days were found")
    asked = {
        "today": lambda: visit_statistics(url, TODAY, TODAY),
        "30 days": lambda: visit_statistics(url, month, TODAY),
        "90 days by week": lambda: visit_statistics(url, TODAY - timedelta(days=89), TODAY, step="week"),
        f"{days} days by month": lambda: visit_statistics(url, first, TODAY, step="month"),
        f"{days} days: funnel in five ways, and gap": lambda: consent_figures(url, first, TODAY, *BYS),
    }
    for name, ask in asked.items():
        yield name, time_mostly(ask)


def time_mostly(ask: Callable[[], object]) -> float:
    """The milliseconds it takes in 19 cases of 20."""
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - begun) * 1000)
    return sorted(spent)[18]


def measure_pages(url: str, days: int, folder: Path) -> Iterator[tuple[str, float]]:
    """As an administrator sees them, who may see most."""
    key_file = folder / f"{urlsplit(url).scheme}.ledgerkey"
    make_ledger_key(key_file, "www.koivurannansaha.example")
    now = float(midnight(TODAY) + 43_200)
    with closing(open_store(url)) as store:
        store.write(Batch(changes=[Change("add_staff", [("aino", "admin", "none", 0)])]))
        account = find_staff(store, "aino")
    session = begin_session(url, account, now)
    assert session
    office = Office(url, load_policy(COMPANY), key_file, folder / "checkpoint", clock=lambda: now)
    dashboard = Dashboard(office)
    query = f"?first={TODAY - timedelta(days=days)}&last={TODAY}"

    def see(path: str) -> None:
        headers = [("cookie", f"cookiegate-staff={session.token}"), ("sec-fetch-site", "same-origin")]
        answer = asyncio.run(call(dashboard, "GET", path + query, headers, host="localhost:8001"))
        if answer.status != 200 or answer.error:
            raise SystemExit(f"{path}: {answer.status} {answer.error}")

    for path in ("/", "/pages", "/sources", "/devices", "/consent", "/ledger"):
        yield f"page {path}, {days} days", time_mostly(partial(see, path))
    office.close()


async def soak(folder: Path, url: str, seconds: float) -> tuple[float, int]:
    """Requests a second that were answered, and visits that were dropped."""
    gate = make_gate(website, folder, store=url)
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
    agents = [firefox.format(number) for number in range(90, 130)]
    begun = time.perf_counter()
    total = int(REQUESTS * seconds)
    for number in range(total):
        if (ahead := begun + number / REQUESTS - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        headers = {"user-agent": agents[number % len(agents)], "sec-fetch-dest": "document", "accept-language": "fi"}
        client = (f"{20 + number % 99}.{number % 251}.{number % 13}.9", 1234)
        await call(gate, path=f"/aihe{number % PAGES}/sivu", headers=headers.items(), client=client)
    spent = time.perf_counter() - begun
    gate.register.close()
    dropped = int(gate.register.health()["dropped_visits"])
    with closing(open_store(url, readonly=True)) as store:
        kept = sum(int(str(row[1])) for row in store.query("figured_days", first="0000", last="9999"))
    if kept + dropped != total:
        raise SystemExit(f"{total} visits were made, {kept} kept and {dropped} dropped")
    return total / spent, dropped


def measure(engine: str, make_url: Callable[[], str], folder: Path, said: argparse.Namespace) -> Iterator[Figure]:
    rows, day = measure_writing(make_url(), said.rows)
    yield Figure(f"{engine}: write", rows, "rows a second", LEAST_ROWS, least=True)
    yield Figure(f"{engine}: figures of a day", day, "ms")
    url = make_url()
    fill(url, said.days)
    for name, spent in (*measure_reports(url, said.days), *measure_pages(url, said.days, folder)):
        yield Figure(f"{engine}: {name}", spent, "ms", MOST_MS)
    if engine == "SQLite":
        requests, dropped = asyncio.run(soak(folder, make_url(), said.seconds))
        yield Figure(f"{engine}: soak", requests, "requests a second", REQUESTS * 0.98, least=True)
        yield Figure(f"{engine}: soak", dropped, "visits dropped", 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="to be written, on each engine")
    parser.add_argument("--days", type=int, default=400, help="that reports are about")
    parser.add_argument("--seconds", type=float, default=60, help="of the soak")
    parser.add_argument("--check", action="store_true", help="exit 1 if less is borne than there must be")
    said = parser.parse_args()
    print("| | | | limit | |\n|---|---|---|---|---|")
    missed = False
    with tempfile.TemporaryDirectory() as name, find_postgresql() as server, ExitStack() as stack:
        folder, numbers = Path(name), itertools.count()
        engines: dict[str, Callable[[], str]] = {"SQLite": lambda: f"sqlite:///{folder}/site{next(numbers)}.db"}
        if server:
            engines["PostgreSQL"] = lambda: stack.enter_context(create_database(server))
        else:
            print("no PostgreSQL to measure on", file=sys.stderr)
        for engine, make_url in engines.items():
            for each in measure(engine, make_url, folder, said):
                limit = "" if each.limit is None else f"{each.limit:,.0f}"
                print(f"| {each.name} | {each.value:,.1f} | {each.unit} | {limit} | {each.verdict} |", flush=True)
                missed |= each.verdict == "MISSED"
    sys.exit(1 if said.check and missed else 0)


if __name__ == "__main__":
    main()

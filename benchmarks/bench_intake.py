"""How many visits a second are taken in: python benchmarks/bench_intake.py [--rows 200000]

reduced     from what a request says to the visit that is queued: on the request path
prepared    from the visit to the row: browser, visitor, group, bounded names; the writer's thread
written     prepared, and in the store (SQLite), 500 rows a transaction as the writer does, and 5,000 as an import
read        lines of an access log, from bytes to rows, nothing written
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cookiegate.policy import Policy, compile_policy
from cookiegate.register import Visit, visit_from
from cookiegate.register.accesslog import read_line
from cookiegate.register.preparation import Preparation
from cookiegate.store import Batch, Change, Store, VisitRow, open_store

BEGIN = 1_772_323_200  # 2026-03-01 00:00 UTC
AGENTS = tuple(
    f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0" for version in range(60, 160)
)
SAID = {
    "site": {"name": "Kivijoki", "hosts": ["www.kivijoki.example"]},
    "controller": {"name": "Kivijoki Oy", "email": "tietosuoja@kivijoki.example"},
    "visits": {"keep_query": ["page"]},
}


def make_visit(policy: Policy, number: int) -> Visit:
    """One of many visitors on one of 1,000 pages, a tenth of them with a query."""
    return visit_from(
        policy,
        time=BEGIN + number % 86_400,
        address=f"198.{number % 200}.{number % 251}.{number % 253}",
        path=f"/blog/article-{number % 1000}/read",
        query=b"page=2&utm_source=news" if number % 10 == 0 else b"",
        referrer="https://www.kivijoki.example/blog" if number % 3 else "https://search.example/?q=x",
        agent=AGENTS[number % len(AGENTS)],
        status=200,
        languages=b"fi-FI,fi;q=0.9,en;q=0.8",
        decision="given",
    )


def measure(what: str, rows: int, work: Callable[[], object]) -> None:
    begun, worked = time.perf_counter(), time.process_time()
    work()
    spent, worked = time.perf_counter() - begun, time.process_time() - worked
    print(f"| {what} | {rows / spent:,.0f} | {spent / rows * 1e6:.1f} | {worked / rows * 1e6:.1f} |")


def prepare(preparation: Preparation, store: Store, visits: list[Visit], most: int) -> list[VisitRow]:
    queue, rows = deque(visits), list[VisitRow]()
    while queue:
        rows += preparation.take(store, queue, most)[1]
    return rows


def write(preparation: Preparation, store: Store, visits: list[Visit], most: int) -> None:
    for start in range(0, len(visits), most):
        rows = prepare(preparation, store, visits[start : start + most], most)
        store.write(Batch(changes=(Change("add_visit", rows), preparation.list_names())))
        preparation.confirm()


def write_line(number: int) -> bytes:
    seconds = number % 60
    asked = f"GET /blog/article-{number % 1000}/read HTTP/1.1"
    agent = AGENTS[number % len(AGENTS)]
    return f'198.51.100.7 - - [01/Mar/2026:12:02:{seconds:02} +0000] "{asked}" 200 512 "-" "{agent}"\n'.encode()


def read(policy: Policy, lines: list[bytes]) -> None:
    for line in lines:
        said = read_line(line)
        visit_from(policy, time=said.time, address=said.address, path=said.path, query=said.query,
                   referrer=said.referrer, agent=said.agent, status=said.status)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    policy = compile_policy(SAID)
    visits = [make_visit(policy, number) for number in range(rows)]
    lines = [write_line(number) for number in range(rows)]
    print("| | rows a second | µs | of CPU time |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for most in (500, 5000):
            with closing(open_store(f"sqlite:///{Path(folder)}/{most}.db")) as store:
                preparation = Preparation(policy, lambda day: bytes(32))
                prepare(preparation, store, visits[:1000], most)  # the browsers are described
                if most == 500:
                    measure("reduced", rows, lambda: [make_visit(policy, number) for number in range(rows)])
                    measure("prepared", rows, lambda: prepare(preparation, store, visits, most))  # noqa: B023
                measure(f"written, {most} at a time", rows, lambda: write(preparation, store, visits, most))  # noqa: B023
    measure("read", rows, lambda: read(policy, lines))


if __name__ == "__main__":
    main()

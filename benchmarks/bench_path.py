"""What the gate adds to a request, from end to end: python benchmarks/bench_path.py [pages.tar.xz] [--check]

CPU time of this thread, as µs added to a bare ASGI application that answers the same. The bare application and the
gated one take turns, and the best turn of each counts. The requests carry what browsers send, with the site's and our
own cookie. Every answer is a fresh copy, as if it had just been rendered.

JSON, image      answers that are no pages
allowed          every host that stands in the pages was declared and given, or gate.unknown is "report":
  again          the page comes as it came before
  never seen     nothing is remembered of it
refused          the same pages with nothing given
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from bench_rewriter import HOST, POLICY, find_archive, read_pages

from cookiegate import CookieGate
from cookiegate.consent import Consent, Token
from cookiegate.cookie import OwnCookies
from cookiegate.policy import Policy, compile_policy
from cookiegate.settings import Settings, demo_settings

App = Callable[[Any, Any, Any], Awaitable[None]]
MOST_ADDED = 5.0  # µs to JSON and images
MOST_ADDED_ALLOWED = 30.0  # µs to a page on average, where everything is allowed and it comes again
BATCH = 50  # requests measured together, where one alone is too short
TODAY = int(time.time()) // 86_400
HEADERS = [
    (b"host", HOST.encode()),
    (b"connection", b"keep-alive"),
    (b"sec-ch-ua", b'"Chromium";v="142", "Not_A Brand";v="99"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"),
    (b"sec-fetch-site", b"same-origin"),
    (b"referer", b"https://www.kivijoki.example/"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"accept-language", b"fi-FI,fi;q=0.9,en;q=0.8"),
]
FOR_PAGE = [(b"accept", b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"), (b"sec-fetch-dest", b"document"),
            (b"sec-fetch-mode", b"navigate"), (b"upgrade-insecure-requests", b"1")]  # fmt: skip
FOR_REST = [(b"accept", b"*/*"), (b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"cors")]


def answer(body: bytes, media: bytes) -> App:
    """An application that answers everything with a fresh copy of this body."""
    headers = [(b"content-type", media), (b"content-length", str(len(body)).encode())]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": bytes(bytearray(body))})

    return app


class Visitor:
    """Sends one request again and again."""

    def __init__(self, policy: Policy, settings: Settings, given: Iterable[str], page: bool, path: str) -> None:
        services = frozenset(given)
        whole = {purpose.id for purpose in policy.purposes if {each.id for each in purpose.services} <= services}
        consent = Consent(True, services, frozenset(whole if services else ()), TODAY, "a" * 22 if services else "")
        sealed = OwnCookies(policy, Token(policy, settings.secrets)).remember(consent, secure=True, today=TODAY)
        cookie = (b"cookie", b"kieli=fi; " + sealed.partition(";")[0].encode())
        headers = [*HEADERS, *(FOR_PAGE if page else FOR_REST), cookie]
        self._scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
            "client": ("203.0.113.9", 50_000), "server": (HOST, 443),
        }  # fmt: skip

    async def visit(self, app: App, times: int) -> float:
        """µs of CPU time per request."""
        begun = time.thread_time_ns()
        for _ in range(times):
            await app({**self._scope, "state": {}}, _receive, _drop)
        return (time.thread_time_ns() - begun) / 1e3 / times


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _drop(message: dict[str, Any]) -> None:
    pass


async def compare(pairs: dict[str, tuple[App, Visitor]], turns: int, times: int) -> dict[str, float]:
    """The best µs of each, after a first turn that does not count."""
    best: dict[str, float] = {}
    for turn in range(turns + 1):
        for name, (app, visitor) in pairs.items():
            spent = await visitor.visit(app, times)
            if turn:
                best[name] = min(spent, best.get(name, spent))
    return best


class Bench:
    def __init__(self, folder: Path, pages: list[bytes], turns: int) -> None:
        self._settings = demo_settings(folder)
        self._pages = pages
        self._turns = turns
        hosts = {
            host.decode() for page in pages for host in re.findall(rb"//([a-z0-9.-]+\.[a-z]{2,})(?=[/\"'?:])", page)
        }
        everything = {"provider": "Kaikki Oy", "hosts": sorted(hosts), "country": "FI"}
        self._refused = compile_policy(POLICY)
        self._given = compile_policy(
            {**POLICY, "purposes": {"functional": {"services": ["all"]}}, "services": {"all": everything}}
        )
        self._report = compile_policy({**POLICY, "gate": {"unknown": "report"}})
        self._gates: list[CookieGate] = []

    def close(self) -> None:
        for gate in self._gates:
            gate.register.close()

    def gate(self, policy: Policy, app: App) -> CookieGate:
        gate = CookieGate(app, policy=policy, settings=self._settings)
        self._gates.append(gate)
        return gate

    async def no_page(self, body: bytes, media: bytes) -> float:
        """µs added to an answer that is no page, visitor refused."""
        app = answer(body, media)
        visitor = Visitor(self._refused, self._settings, (), False, "/api/hinnat")
        gate = self.gate(self._refused, app)
        best = await compare({"bare": (app, visitor), "gated": (gate, visitor)}, self._turns * 10, BATCH)
        return best["gated"] - best["bare"]

    async def every_page(self, policy: Policy, given: Iterable[str]) -> tuple[float, float]:
        """µs added to a page on average: when it comes again, and when it was never seen."""
        given, again, first = tuple(given), 0.0, 0.0
        body: list[App] = [answer(b"", b"text/html")]

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await body[0](scope, receive, send)

        gate = self.gate(policy, app)
        for number, page in enumerate(self._pages):
            body[0] = answer(page, b"text/html; charset=utf-8")
            visitor = Visitor(policy, self._settings, given, True, f"/sivu/{number}")
            # before the page is known, one turn in a gate that has seen the pages before it, which are others
            spent = await visitor.visit(gate, 1)
            best = await compare({"bare": (body[0], visitor), "gated": (gate, visitor)}, self._turns, 3)
            again += best["gated"] - best["bare"]
            first += spent - best["bare"]
        return again / len(self._pages), first / len(self._pages)


async def run(bench: Bench) -> list[tuple[str, float, float | None]]:
    """(what, µs added, at most)"""
    rows: list[tuple[str, float, float | None]] = [
        ("JSON, 200 bytes", await bench.no_page(b'{"hinta": 1200}' * 14, b"application/json"), MOST_ADDED),
        ("image, 100 KB", await bench.no_page(bytes(100_000), b"image/png"), MOST_ADDED),
    ]
    for name, policy, given in (
        ("everything given", bench._given, ("all",)),
        ('unknown = "report"', bench._report, ()),
        ("refused", bench._refused, ()),
    ):
        again, first = await bench.every_page(policy, given)
        rows.append((f"{name}: page again", again, None if name == "refused" else MOST_ADDED_ALLOWED))
        rows.append((f"{name}: page never seen", first, None))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", help="tar archive of HTML files (default: COOKIEGATE_PAGES)")
    parser.add_argument("--turns", type=int, default=7, help="turns for each, of which the best counts")
    parser.add_argument("--check", action="store_true", help="exit 1 if more is added than there may be")
    said = parser.parse_args()
    pages = read_pages(find_archive(said.archive))
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), pages, said.turns)
        rows = asyncio.run(run(bench))
        bench.close()
    print(f"{len(pages)} pages, best of {said.turns} turns\n\n| | µs added | at most | |\n|---|---|---|---|")
    for name, added, most in rows:
        verdict = "" if most is None else "met" if added <= most else "MISSED"
        print(f"| {name} | {added:.1f} | {'' if most is None else f'{most:.0f}'} | {verdict} |")
    sys.exit(1 if said.check and any(most is not None and added > most for _, added, most in rows) else 0)


if __name__ == "__main__":
    main()

"""What rewriting a page costs beside compressing it: python benchmarks/bench_rewriter.py [pages.tar.xz] [--check]

CPU time of this thread. Compressing (gzip level 6) and rewriting take turns on each page and the best turn of each
counts, so that a busy machine spoils neither. The policy is an ordinary one with the whole catalogue behind it.

never seen   refused, and every memory of decisions and verdicts empty
known        refused, and its tags were decided about before
report       the same with gate.unknown = "report": nothing is blocked, only noted
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tarfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.gate import Allowance, Insertions, Rewriter, Rules, Visit
from cookiegate.insertions import Composer
from cookiegate.notices import Notices
from cookiegate.policy import compile_policy

TARGET = 0.35  # of gzip's time, for a page never seen
HOST = "www.kivijoki.example"
POLICY: dict[str, Any] = {
    "site": {"name": "Kivijoki", "hosts": [HOST], "languages": ["fi", "sv", "en"]},
    "controller": {"name": "Kivijoki Oy", "email": "tietosuoja@kivijoki.example", "country": "FI"},
    "purposes": {
        "statistics": {"services": ["google-analytics"]},
        "marketing": {"services": ["meta-pixel", "youtube"]},
    },
    "necessary": [{"name": "kieli", "reason": "Remembers the language that was chosen.", "lifetime": "1 year"}],
}


def read_pages(archive: str) -> list[bytes]:
    """The pages in a tar archive, empty ones left out."""
    with tarfile.open(archive) as tar:
        files = [tar.extractfile(member) for member in tar if member.isfile()]
        return [page for file in files if file and (page := file.read())]


def find_archive(said: str | None) -> str:
    archive = said or os.environ.get("COOKIEGATE_PAGES", "")
    if not Path(archive).is_file():
        sys.exit(f"no pages at {archive!r}: name a tar archive of HTML files, here or in COOKIEGATE_PAGES")
    return archive


class Site:
    """One policy, compiled as at a server's start."""

    def __init__(self, said: dict[str, Any]) -> None:
        policy = compile_policy(said)
        self.rules = Rules(policy)
        self.notices = Notices(policy)


class Visits:
    """What a site remembers of its visitors' pages in one state: nothing yet."""

    def __init__(self, site: Site, consent: Consent = UNDECIDED) -> None:
        self._consent = consent
        self._allowance = Allowance(site.rules, consent.services, frozenset(), frozenset())
        self._composer = Composer(site.notices, site.rules)
        for language in POLICY["site"]["languages"]:
            self._compose(language)  # what is made for the first visitor in this state is not the page's

    def rewrite(self, page: bytes) -> bytes:
        rewriter = Rewriter(self._allowance, self._compose())
        return rewriter.feed(page) + rewriter.close()

    def _compose(self, language: str = "fi") -> Insertions:
        visit = Visit(document=True, top=True, fragment=False)
        return self._composer.compose(self._allowance, self._consent, visit, language.encode(), b"/", b"", True, False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", help="tar archive of HTML files (default: COOKIEGATE_PAGES)")
    parser.add_argument("--turns", type=int, default=7, help="turns for each page, of which the best counts")
    parser.add_argument("--slowest", type=int, default=0, metavar="N", help="also the N pages that cost most")
    parser.add_argument("--check", action="store_true", help="exit 1 if a page never seen costs more than the target")
    said = parser.parse_args()
    pages = read_pages(find_archive(said.archive))
    refused, reported = Site(POLICY), Site({**POLICY, "gate": {"unknown": "report"}})
    spent = [measure(page, refused, reported, said.turns) for page in pages]
    megabytes = sum(map(len, pages)) / 1e6
    whole = {name: sum(each[name] for each in spent) for name in spent[0]}
    print(f"{len(pages)} pages, {megabytes:.1f} MB, best of {said.turns} turns each\n")
    print("| | ms | µs per page | MB/s | of gzip -6 |\n|---|---|---|---|---|")
    for name, time_spent in whole.items():
        print(
            f"| {name} | {time_spent / 1e6:.1f} | {time_spent / 1e3 / len(pages):.0f} "
            f"| {megabytes / time_spent * 1e9:.0f} | {time_spent / whole['gzip -6']:.3f} |"
        )
    for name, each in sorted(_rank(pages, spent), key=lambda pair: -pair[1])[: said.slowest]:
        print(name, f"{each:.2f}")
    missed = whole["never seen"] / whole["gzip -6"] > TARGET
    print(f"\nnever seen: at most {TARGET} of gzip -6: {'MISSED' if missed else 'met'}")
    sys.exit(1 if said.check and missed else 0)


def measure(page: bytes, refused: Site, reported: Site, turns: int) -> dict[str, int]:
    """Nanoseconds of each, the best of its turns."""
    best: dict[str, int] = {}

    def take(name: str, work: Callable[[bytes], bytes]) -> None:
        begun = time.thread_time_ns()
        work(page)
        spent = time.thread_time_ns() - begun
        best[name] = min(spent, best.get(name, spent))

    # made beforehand and thrown away afterwards: that is not the page's to pay for, and would empty the caches
    states = [(Visits(refused), Visits(reported)) for _ in range(turns)]
    gc.collect()
    for for_refused, for_reported in states:
        take("gzip -6", lambda body: zlib.compress(body, 6, 31))
        take("never seen", for_refused.rewrite)
        take("known", for_refused.rewrite)
        take("report, never seen", for_reported.rewrite)
        take("report, known", for_reported.rewrite)
    return best


def _rank(pages: list[bytes], spent: list[dict[str, int]]) -> list[tuple[str, float]]:
    return [
        (f"{len(page):>8} bytes: never seen, of gzip -6:", each["never seen"] / each["gzip -6"])
        for page, each in zip(pages, spent, strict=True)
    ]


if __name__ == "__main__":
    main()

"""What the consent ledger bears: python benchmarks/bench_ledger.py [--check] [--seconds 5]

decisions  durable decisions a second through Register.record, 128 at a time, each acknowledged after its COMMIT:
           the best half second
CPU        of this process, for one decision
verify     leaves a second that the verification of the ledger in the store goes through; the best of three
erase      milliseconds until a person with three records is off the ledger, and gone from the files; the best of seven

On SQLite in a temporary folder; and in a database of its own on the PostgreSQL at 127.0.0.1:5432, where that lets root
or postgres in, or else on one that is started for this. That one does not wait for its disk, so that its figures say
what we cost and not what COMMIT does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for tests.databases

from cookiegate.consent import ConsentRecord
from cookiegate.policy import Policy, compile_policy
from cookiegate.register import LedgerKey, Register, erase_subject, make_ledger_key, sign_ledger
from cookiegate.reports.verification import Verification
from tests.databases.postgresql import create_database, find_postgresql

AT_ONCE = 128
WINDOW = 0.5  # seconds
SHOWN = "Saako käyntisi laskea?".encode()
ERASED = 7  # persons
LEAST_DECISIONS = {"SQLite": 20_000, "PostgreSQL": 10_000}  # a second
LEAST_LEAVES = 40_000  # a second
POLICY = {
    "site": {"name": "Kivijoki", "hosts": ["www.kivijoki.example"], "languages": ["fi"]},
    "controller": {"name": "Kivijoki Oy", "email": "tietosuoja@kivijoki.example", "country": "FI"},
    "purposes": {"statistics": {"services": ["google-analytics"]}},
}


class Figure(NamedTuple):
    name: str
    value: float
    unit: str
    least: float | None = None

    @property
    def verdict(self) -> str:
        if self.least is None:
            return ""
        return "met" if self.value >= self.least else "MISSED"


class Ledger:
    """A ledger with its key and its checkpoint in a folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._policy: Policy = compile_policy(POLICY)
        self._file = folder / "ledgerkey"
        self._checkpoint = folder / "checkpoint"
        self._key: LedgerKey = make_ledger_key(self._file, "www.kivijoki.example")

    def _open(self) -> Register:
        return Register(
            self.url,
            self._policy,
            ledger_key=str(self._file),
            checkpoint=str(self._checkpoint),
            shown=lambda: {("banner", "fi"): SHOWN},
        )

    def record_for(self, seconds: float) -> tuple[float, float]:
        """Decisions a second, and the µs of CPU time that each took this process."""
        register = self._open()
        try:
            return asyncio.run(self._record(register, seconds))
        finally:
            register.close()

    async def _record(self, register: Register, seconds: float) -> tuple[float, float]:
        for _ in range(3):  # of those that are erased afterwards; and the store is open then
            await asyncio.gather(*(register.record(self._decide(f"erased-{each}")) for each in range(ERASED)))
        until, done, started = time.perf_counter() + seconds, 0, time.process_time()
        ids = (f"{number:022d}" for number in itertools.count())

        async def decide() -> None:
            nonlocal done
            while time.perf_counter() < until:
                await register.record(self._decide(next(ids)))
                done += 1

        deciding = asyncio.gather(*(decide() for _ in range(AT_ONCE)))
        best = 0.0
        while not deciding.done():
            begun, before = time.perf_counter(), done
            await asyncio.wait([deciding], timeout=WINDOW)
            if (spent := time.perf_counter() - begun) >= WINDOW:
                best = max(best, (done - before) / spent)
        await deciding
        return best, (time.process_time() - started) / done * 1e6

    def _decide(self, consent_id: str) -> ConsentRecord:
        return ConsentRecord(
            int(time.time() * 1000), "given", {"statistics": "given"}, ("google-analytics",), "banner:accept", "fi",
            self._policy.version, sha256(SHOWN).hexdigest(), 183, False, consent_id,
        )  # fmt: skip

    def verify(self) -> float:
        """Leaves a second, at best."""
        sign_ledger(self.url, self._key, self._checkpoint, time.time())
        best = 0.0
        for _ in range(3):
            verification = Verification(self.url, self._key.verifiers, checkpoint=self._checkpoint)
            begun = time.perf_counter()
            if findings := list(verification.find()):
                raise SystemExit(f"the ledger is not as it was written: {findings[0]}")
            best = max(best, verification.summary.leaves / (time.perf_counter() - begun))
        return best

    def erase(self) -> float:
        """The best milliseconds for one person."""
        register = self._open()
        spent = []
        for each in range(ERASED):
            subject = register.find_subject(f"erased-{each}")
            begun = time.perf_counter()
            erased = erase_subject(self.url, subject, time.time(), whole=False, recipients=())
            spent.append((time.perf_counter() - begun) * 1000)
            if erased is None or erased.unlinked != 3:
                raise SystemExit("a person who was to be erased was not found")
        return min(spent)


def measure(engine: str, url: str, folder: Path, seconds: float) -> Iterator[Figure]:
    ledger = Ledger(url, folder)
    decisions, cpu = ledger.record_for(seconds)
    yield Figure(f"{engine}: decisions", decisions, "a second", LEAST_DECISIONS[engine])
    yield Figure(f"{engine}: CPU", cpu, "µs a decision")
    yield Figure(f"{engine}: verify", ledger.verify(), "leaves a second", LEAST_LEAVES)
    yield Figure(f"{engine}: erase", ledger.erase(), "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of recording, on each engine")
    parser.add_argument("--check", action="store_true", help="exit 1 if less is borne than there must be")
    said = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name, find_postgresql() as server:
        for engine in LEAST_DECISIONS:
            folder = Path(name, engine)
            folder.mkdir()
            with ExitStack() as stack:
                if engine == "SQLite":
                    url = f"sqlite:///{folder}/site.db"
                elif server:
                    url = stack.enter_context(create_database(server))
                else:
                    print("no PostgreSQL to measure on", file=sys.stderr)
                    continue
                figures += measure(engine, url, folder, said.seconds)
    print(f"{AT_ONCE} at a time, {said.seconds:.0f} s on each\n\n| | | | at least | |\n|---|---|---|---|---|")
    for each in figures:
        least = "" if each.least is None else f"{each.least:,.0f}"
        print(f"| {each.name} | {each.value:,.1f} | {each.unit} | {least} | {each.verdict} |")
    sys.exit(1 if said.check and any(each.verdict == "MISSED" for each in figures) else 0)


if __name__ == "__main__":
    main()

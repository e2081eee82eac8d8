"""Gateways that tell services of their visitors, and are killed while they do.

A nursery has everything imported and forks them, two at a time:
    python -m tests.forwarding.killing URL POLICY
forks two for every line that it reads; "drain" makes one that has no visitors and is left alone.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg  # noqa: F401  (each child would import these two anew)
import httpx  # noqa: F401

from cookiegate.consent import Consent
from cookiegate.forwarding import Forwarder, Place, sender
from cookiegate.policy import GOOGLE, MATOMO, load_policy
from cookiegate.register import Register, writer
from cookiegate.store import Row
from tests.forwarding.stubs import SECRET, TOKEN
from tests.register.conftest import make_record

ROOT = Path(__file__).resolve().parents[2]
GATEWAYS = 2  # at a time
TASKS = 4  # visitors at a time, in each
VIEWS = 4  # of each visitor
SILENCE = 60.0  # seconds after which something must be wrong
LETTERS = str.maketrans("0123456789", "abcdefghij")  # long numbers in paths are told to nobody


class Nursery:
    """The parent of the gateways, and what they said before they died."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._rest = b""
        self.accepted: dict[str, str] = {}  # event → visitor; durable when it was said
        self.withdrawing: set[str] = set()  # visitors who were about to
        self.withdrawn: dict[str, float] = {}  # visitor → when that was acknowledged, on the monotonic clock
        self.kills = 0

    def kill_round(self, chance: random.Random, longest: float) -> None:
        """Gateways from their start to their end: at a random instant at most `longest` seconds from when the first
        event was accepted, or in every third round from the start."""
        self._say(b"go\n")
        doomed: dict[str, float] = {}
        ended, begins = 0, "forked" if chance.random() < 1 / 3 else "began"
        deadline = time.monotonic() + SILENCE
        while ended < GATEWAYS:
            for word, number, *rest in self._read(0.005):
                if word == "ended":
                    assert rest[0] == str(signal.SIGKILL.value), f"a gateway ended by itself: {rest}"
                    ended += 1
                elif word == begins:
                    doomed[number] = time.monotonic() + chance.uniform(0, longest)
            for each, moment in list(doomed.items()):
                if time.monotonic() >= moment:
                    os.kill(int(each), signal.SIGKILL)
                    self.kills += 1
                    del doomed[each]
            assert time.monotonic() < deadline, "the gateways fell silent"

    @contextmanager
    def draining(self) -> Iterator[None]:
        """One more, that sends what is left."""
        self._say(b"drain\n")
        (number,) = [number for word, number, *_ in self._wait_for("forked") if word == "forked"]
        yield
        os.kill(int(number), signal.SIGKILL)
        self._wait_for("ended")

    def _say(self, line: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _wait_for(self, word: str) -> list[list[str]]:
        deadline = time.monotonic() + SILENCE
        while time.monotonic() < deadline:
            if found := [line for line in self._read(0.05) if line[0] == word]:
                return found
        raise AssertionError(f"nothing {word}")

    def _read(self, seconds: float) -> Iterator[list[str]]:
        """`forked PID`, `ended PID SIGNAL`; of the gateways `began PID`, `accepted EVENT VISITOR`,
        `withdrawing VISITOR` and `withdrawn VISITOR TIME`."""
        assert self._process.stdout
        file = self._process.stdout.fileno()
        if select.select([file], [], [], seconds)[0]:
            *lines, self._rest = (self._rest + os.read(file, 1 << 16)).split(b"\n")
            for line in lines:
                words = line.decode().split()
                if words[0] == "accepted":
                    self.accepted[words[1]] = words[2]
                elif words[0] == "withdrawing":
                    self.withdrawing.add(words[1])
                elif words[0] == "withdrawn":
                    self.withdrawn[words[1]] = float(words[2])
                yield words


@contextmanager
def open_nursery(url: str, policy: Path, folder: Path) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.forwarding.killing", url, str(policy)]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _tell(*words: object) -> None:
    os.write(1, " ".join(map(str, words)).encode() + b"\n")


def _tell_what_is_accepted() -> None:
    """Say each event's name once the transaction that holds it is through."""
    written: list[tuple[str, str]] = []
    begun: list[bool] = []
    make_changes, write_visits = writer.write_events, writer.Writer._write_visits

    def make(events: Any, index_key: bytes) -> Any:
        changes = make_changes(events, index_key)
        rows: list[Row] = list(changes[1].rows)
        written[:] = [(row[0].hex(), event.consent_id) for row, event in zip(rows, events, strict=True)]  # type: ignore[union-attr]
        return changes

    def write(self: Any, store: Any) -> bool:
        written.clear()
        more = write_visits(self, store)
        for id, visitor in written:
            _tell("accepted", id, visitor)
        if written and not begun:
            begun.append(True)
            _tell("began", os.getpid())
        return more

    writer.write_events = make
    writer.Writer._write_visits = write  # type: ignore[method-assign]


async def _live(url: str, policy_file: str, *, visitors: bool) -> None:
    sender._POLL, sender._LONGEST_PAUSE, sender._COUNT, writer._FLUSH_SECONDS = 0.01, 0.05, 60.0, 0.01
    _tell_what_is_accepted()
    policy = load_policy(policy_file)
    register = Register(url, policy)
    forwarder = Forwarder(policy, register, {GOOGLE: SECRET, MATOMO: TOKEN})
    names = (f"{os.getpid()}-{number}".translate(LETTERS) for number in itertools.count())

    async def visit(name: str, chance: random.Random) -> None:
        given = replace(make_record(name), services=("google-analytics", "matomo"))
        await register.record(given)
        consent = Consent(True, frozenset(given.services), id=name)
        for _ in range(VIEWS):
            place = Place("site.example", f"/{name}", "")
            occasion = forwarder.meet(consent, {}, place, secure=True, address="")
            assert occasion
            occasion.view()
            await asyncio.sleep(chance.uniform(0, 0.02))
        if chance.random() < 0.5:
            _tell("withdrawing", name)
            await register.withdraw(make_record(name, "withdrawn"))
            _tell("withdrawn", name, time.monotonic())

    async def work(number: int) -> None:
        chance = random.Random(os.getpid() + number)
        while True:
            await visit(next(names), chance)

    forwarder.health()  # begins to send
    if visitors:
        await asyncio.gather(*(work(number) for number in range(TASKS)))
    await asyncio.Event().wait()


def _fork(url: str, policy: str, *, visitors: bool) -> int:
    child = os.fork()
    if not child:
        try:
            asyncio.run(_live(url, policy, visitors=visitors))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    _tell("forked", child)
    return child


def nurse(url: str, policy: str) -> None:
    for line in sys.stdin:
        drains = line == "drain\n"
        for child in [_fork(url, policy, visitors=not drains) for _ in range(1 if drains else GATEWAYS)]:
            _, status = os.waitpid(child, 0)
            _tell("ended", child, -os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    nurse(*sys.argv[1:])

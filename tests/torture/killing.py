"""Processes that write one ledger as fast as they can, and are killed while they do.

A nursery has everything imported and forks them, two at a time: so a start costs moments, and 500 of them minutes.
    python -m tests.torture.killing URL
forks two for every line that it reads. The ledger's files lie beside the database, or else in the working folder.
"""

from __future__ import annotations

import asyncio
import itertools
import math
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
from hashlib import sha256
from pathlib import Path

from cookiegate.register import Register
from tests.register.conftest import make_policy, make_record

ROOT = Path(__file__).resolve().parents[2]
WRITERS = 2  # at a time
TASKS = 50  # that record at the same time, in each writer
BANNER = b"May we count you?"
SILENCE = 60.0  # seconds after which something must be wrong


class Nursery:
    """The parent of the writers, and what is known of them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._rest = b""
        self.acknowledged: list[str] = []

    def kill_round(self, chance: random.Random, longest: float = 0.3) -> None:
        """Two writers from their start to their end. Each is killed at a random instant, `longest` seconds at most from
        its first decision, or in every third round from its start, when it makes or opens the store."""
        assert self._process.stdin
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()
        early = chance.random() < 1 / 3
        doomed: dict[str, float] = {}  # process → when it is killed
        ended: dict[str, str] = {}
        deadline = time.monotonic() + SILENCE
        while len(ended) < WRITERS:
            for line in self._read(0.002):
                word, number, *rest = line.split("-")
                if word == "ended":
                    ended[number] = rest[0]
                elif word != "forked":
                    self.acknowledged.append(line)
                    deadline = time.monotonic() + SILENCE
                    doomed.setdefault(word, time.monotonic() + chance.uniform(0, longest))
                elif early:
                    doomed[number] = time.monotonic() + chance.uniform(0, longest)
            for each, moment in doomed.items():
                if time.monotonic() >= moment:
                    os.kill(int(each), signal.SIGKILL)
                    doomed[each] = math.inf
            assert time.monotonic() < deadline, "the writers fell silent"
        assert set(ended.values()) == {str(signal.SIGKILL.value)}, f"a writer ended by itself: {ended}"

    def _read(self, seconds: float) -> Iterator[str]:
        """Lines of the writers, `<process>-<number>`: acknowledged; of the nursery, `forked-<process>` and
        `ended-<process>-<signal>`, which comes after all that this process said."""
        assert self._process.stdout
        file = self._process.stdout.fileno()
        if select.select([file], [], [], seconds)[0]:
            *lines, self._rest = (self._rest + os.read(file, 1 << 16)).split(b"\n")
            yield from (line.decode() for line in lines)


@contextmanager
def open_nursery(url: str, folder: Path) -> Iterator[Nursery]:
    """A nursery in `folder` whose writers record into the store at `url`."""
    command = [sys.executable, "-m", "tests.torture.killing", url]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # with the writers that are left
        process.communicate()


async def _record_on(url: str) -> None:
    """Until it is killed: record, and say each name only after it was acknowledged."""
    register = Register(url, make_policy(), shown=lambda: {("banner", "fi"): BANNER})
    record = replace(make_record(), banner=sha256(BANNER).hexdigest())
    names = (f"{os.getpid()}-{number}" for number in itertools.count())

    async def work() -> None:
        while True:
            name = next(names)
            await register.record(replace(record, consent_id=name))
            os.write(1, f"{name}\n".encode())

    await asyncio.gather(*(work() for _ in range(TASKS)))


def _fork_writer(url: str) -> int:
    child = os.fork()
    if not child:
        try:
            asyncio.run(_record_on(url))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.write(1, f"forked-{child}\n".encode())
    return child


def nurse(url: str) -> None:
    for _ in sys.stdin:
        for child in [_fork_writer(url) for _ in range(WRITERS)]:
            _, status = os.waitpid(child, 0)
            os.write(1, f"ended-{child}-{-os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    nurse(sys.argv[1])

"""Gateways that die between two steps of writing: before a line of our code that the writing thread is about to run.

    python -m tests.register.dying URL
forks one for each line that it reads, `<scene> <name> <step>`: the scene that it plays, a name for its decisions, and
before which step it dies (0: before none). The ledger's files lie beside the database, or else in the working folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from cookiegate.errors import StoreError
from cookiegate.register import Register, writer
from cookiegate.store import Store, open_store
from tests.register.conftest import make_policy, make_record

ROOT = Path(__file__).resolve().parents[2]
STEPS = tuple(
    str(ROOT / "cookiegate" / name)
    for name in (
        "register/spool.py", "register/spoolfile.py", "register/queue.py", "register/ledger.py", "register/writer.py",
        "store/sqlite.py", "store/postgresql.py",
    )
)  # fmt: skip
DECISIONS = 3
ROUNDS = 3  # of a loop
PATIENCE = 60.0  # seconds


class Nursery:
    """Has everything imported, so that a gateway costs moments."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.kept: list[str] = []  # decisions that were on disk, or in the store

    def play(self, scene: str, name: str, step: int = 0) -> int:
        """A gateway from its start to its end; how many steps it took where it died of none, and else 0."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{scene} {name} {step}\n")
        self._process.stdin.flush()
        steps = 0
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "kept":
                self.kept.append(rest)
            elif word == "steps":
                steps = int(rest)
            else:
                assert (word, rest) == ("ended", "0" if steps else f"{-signal.SIGKILL}"), line
                return steps
        raise AssertionError("the nursery ended")


@contextmanager
def open_nursery(url: str, folder: Path) -> Iterator[Nursery]:
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.register.dying", url], cwd=folder, env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


class Fate:
    """Counts the steps of the writing thread, and ends the process before the last that it may take.

    A line counts three times: what happens between two steps of a loop happens in the first rounds, too.
    """

    def __init__(self, last: int) -> None:
        self._last = last
        self._visits: Counter[tuple[str, int]] = Counter()
        self.steps = 0

    def watch(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in STEPS or threading.current_thread().name != "cookiegate-register":
            return None
        place = frame.f_code.co_filename, frame.f_lineno
        self._visits[place] += 1
        if event == "line" and self._visits[place] <= ROUNDS:
            self.steps += 1
            if self.steps == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.watch


def _wait(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() >= until:
            raise AssertionError("it never came to be")
        time.sleep(0.002)


def _live(url: str, scene: str, name: str) -> None:
    """`outage`: decisions come while the store is down, then it is there again. `ruin`: the process dies before it is.
    `start`: one comes, and the store is up."""
    down = scene != "start"

    def open_now(url: str) -> Store:
        if down:
            raise StoreError("the store is down")
        return open_store(url)

    writer.open_store = open_now
    register = Register(url, make_policy())
    names = [f"{name}-{number}" for number in range(DECISIONS if down else 1)]
    for each in names:
        register.record_later(make_record(each, "withdrawn"))
    if down:
        _wait(lambda: register.health()["spooled_decisions"] == DECISIONS)
        for each in names:
            _say(f"kept {each}")
        if scene == "ruin":
            os.kill(os.getpid(), signal.SIGKILL)
        down = False
    _wait(lambda: register.health()["queued_decisions"] == register.health()["spooled_decisions"] == 0)
    for each in names:
        _say(f"kept {each}")
    register.close()


def _fork(url: str, scene: str, name: str, step: str) -> int:
    child = os.fork()
    if not child:
        try:
            fate = Fate(int(step))
            threading.settrace(fate.watch)
            _live(url, scene, name)
            _say(f"steps {fate.steps}")
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    return child


def nurse(url: str) -> None:
    for line in sys.stdin:
        _, status = os.waitpid(_fork(url, *line.split()), 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    nurse(sys.argv[1])

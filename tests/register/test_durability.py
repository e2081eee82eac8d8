"""No acknowledged decision is lost when processes that share one store are killed at any instant."""

from __future__ import annotations

import os
import random
import select as poll
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.databases.asking import ask
from tests.register.tree import check_tree, read_ids

ROUNDS = 5  # of two processes each

# Records as fast as it can from 50 tasks, saying each name only after its record was acknowledged.
WRITER = """
import asyncio, importlib.util, itertools, os, sys
spec = importlib.util.spec_from_file_location("shelf", sys.argv[1])
shelf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shelf)
register = shelf.Register(sys.argv[2], shelf.make_policy())
names = (f"{os.getpid()}-{number}" for number in itertools.count())

async def work():
    while True:
        name = next(names)
        await register.record(shelf.make_record(name))
        os.write(1, f"{name}\\n".encode())

async def main():
    await asyncio.gather(*(work() for _ in range(50)))

asyncio.run(main())
"""


def test_what_was_acknowledged_survives_sigkill_of_two_writers(url: str) -> None:
    conftest = str(Path(__file__).with_name("conftest.py"))
    chance = random.Random(20260301)
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, conftest, url], stdout=subprocess.PIPE) for _ in range(2)
        ]
        said = listen(writers, chance)
        for writer in writers:
            assert writer.wait() == -signal.SIGKILL
        acknowledged |= {line for text in said for line in text.decode().split("\n")[:-1]}
    if url.startswith("sqlite"):
        assert ask(url, "PRAGMA integrity_check") == [("ok",)]
    found = read_ids(url)
    assert len(acknowledged) > 1000
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
    assert len({name.partition("-")[0] for name in found}) == 2 * ROUNDS
    assert len(check_tree(url)) == len(found)


def listen(writers: list[subprocess.Popen[bytes]], chance: random.Random) -> list[bytes]:
    """What they say until they are killed: each at a random instant after both have begun."""
    files = {writer.stdout.fileno(): writer for writer in writers if writer.stdout}
    said = dict.fromkeys(files, b"")
    kills: list[tuple[float, subprocess.Popen[bytes]]] = []
    open_files = set(files)
    while open_files:
        for file in poll.select(list(open_files), [], [], 0.005)[0]:
            text = os.read(file, 65_536)
            said[file] += text
            if not text:
                open_files.remove(file)
        if not kills and all(said.values()):
            kills = [(time.monotonic() + chance.uniform(0, 0.3), writer) for writer in writers]
        for moment, writer in kills:
            if time.monotonic() >= moment:
                writer.kill()
    for writer in writers:
        if writer.stdout:
            writer.stdout.close()
    return list(said.values())

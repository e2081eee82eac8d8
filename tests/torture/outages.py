"""Stores that fail while a gateway uses them: a PostgreSQL that can be stopped and started, a disk that fills up."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases.postgresql import START_SECONDS, PostgreSQL, select

_NOBODY = 65_534  # as whom the server runs where the tests run as root
_MEGABYTE = 1 << 20


class Breakable:
    """A PostgreSQL of our own, out of which the power can be taken."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._data = Path(str(select(server.url("postgres"), "SHOW data_directory")[0][0]))
        # How it was started: the server itself keeps note of it.
        self._command = shlex.split((self._data / "postmaster.opts").read_text())
        self._again: subprocess.Popen[bytes] | None = None

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: it shuts down without waiting for clients. SIGQUIT: as in a crash, to be recovered from."""
        os.kill(self._find_process(), how)
        deadline = time.monotonic() + START_SECONDS
        while (self._data / "postmaster.pid").exists():
            assert time.monotonic() < deadline, "PostgreSQL did not stop"
            time.sleep(0.02)
        if self._again:
            self._again.wait(START_SECONDS)

    def start(self) -> None:
        identity = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        log = (self._data.parent / "log").open("ab")
        with log:
            self._again = subprocess.Popen(self._command, cwd=self._data, stdout=log, stderr=log, **identity)  # type: ignore[call-overload]
        deadline = time.monotonic() + START_SECONDS
        while not self._server.answers():
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """For the length of the block nothing of it moves: connections stay open, and nobody answers on them."""
        postmaster = self._find_process()
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        everyone = [postmaster, *map(int, children)]
        for each in everyone:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in everyone:
                os.kill(each, signal.SIGCONT)

    def close(self) -> None:
        if self._again:
            self._again.send_signal(signal.SIGINT)
            self._again.wait(START_SECONDS)

    def _find_process(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def mount_small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk in memory, mounted on this new folder; False where that may not be done (it takes root)."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(folder: Path) -> Path:
    """Take what is left of the disk; the file that holds it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (_MEGABYTE, 4096, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
    return filler

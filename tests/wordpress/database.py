"""A MariaDB for the WordPress bed: the one of this machine, or else one of our own while it is needed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STANDING_PORT = 3306
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class MariaDB:
    """A server on 127.0.0.1 that lets root in without a password; reached over TCP, so PHP needs no socket path."""

    port: int

    def run(self, sql: str) -> str:
        """Run one statement and return its rows, tab separated; raises `subprocess.CalledProcessError`."""
        command = ["mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.port}"]
        command += ["--user=root", "--skip-password", "--connect-timeout=2", "--batch", "--skip-column-names"]
        done = subprocess.run([*command, f"--execute={sql}"], capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    def answers(self) -> bool:
        try:
            return self.run("SELECT 1").strip() == "1"
        except (subprocess.CalledProcessError, OSError):
            return False


@contextmanager
def find_mariadb() -> Iterator[MariaDB]:
    """The server at 127.0.0.1:3306 where root may enter without a password; otherwise one started for this block."""
    standing = MariaDB(STANDING_PORT)
    if standing.answers():
        yield standing
    else:
        with start_mariadb() as own:
            yield own


@contextmanager
def start_mariadb() -> Iterator[MariaDB]:
    """A new server on a free port with its data in a temporary folder; both are gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
    # mariadbd refuses to run as root; Debian's package brings the user `mysql` along.
    identity = ["--user=mysql"] if os.geteuid() == 0 else []
    try:
        if identity:
            shutil.chown(folder, "mysql")
        place = ["--no-defaults", *identity, f"--datadir={folder / 'data'}"]
        subprocess.run(
            ["mariadb-install-db", *place, "--auth-root-authentication-method=normal", "--skip-test-db"],
            capture_output=True,
            check=True,
            timeout=START_SECONDS,
        )
        port = find_free_port()
        # Losing this data in a power cut is no loss, so nothing waits for the disk.
        loose = ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--innodb-buffer-pool-size=32M"]
        network = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'sock'}", "--skip-name-resolve"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [find_program("mariadbd") or "mariadbd", *place, *loose, *network, f"--pid-file={folder / 'pid'}"],
                stdout=log,
                stderr=log,
            )
        try:
            yield _wait_for(MariaDB(port), process, folder / "log")
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder)


@contextmanager
def create_database(server: MariaDB) -> Iterator[str]:
    """The name of a new, empty database; dropped when the block ends."""
    name = f"wordpress_{secrets.token_hex(8)}"
    server.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield name
    finally:
        server.run(f"DROP DATABASE {name}")


def find_program(name: str) -> str | None:
    """Its path, also from /usr/sbin, where mariadbd lies and where ordinary users' PATH does not lead."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: MariaDB, process: subprocess.Popen[bytes], log: Path) -> MariaDB:
    deadline = time.monotonic() + START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"mariadbd does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
    return server

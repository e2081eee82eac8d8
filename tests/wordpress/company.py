"""The company's website as visitors meet it: WordPress, the gateway in front of it, and the internet around both."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from .bed import WordPress
from .database import find_free_port
from .internet import Internet

POLICY = Path(__file__).with_name("cookiegate.toml")
START_SECONDS = 30.0
STOP_SECONDS = 15.0


@dataclass
class Company:
    """One website with its gateway running."""

    site: WordPress
    internet: Internet
    port: int
    log: Path

    @contextmanager
    def without_gate(self) -> Iterator[None]:
        """The website as it was before the company had a gate."""
        self.internet.behind = urlsplit(self.site.url).port or 0
        try:
            yield
        finally:
            self.internet.behind = self.port


@contextmanager
def open_company(site: WordPress, folder: Path) -> Iterator[Company]:
    """`python -m cookiegate serve` in front of the site; its log and its store are kept in the folder."""
    port, log = find_free_port(), folder / "gateway.log"
    environment = os.environ | {
        "COOKIEGATE_SECRET": secrets.token_urlsafe(32),
        "COOKIEGATE_STORE": f"sqlite:///{folder / 'cookiegate.db'}",
        "COOKIEGATE_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "cookiegate", "serve", "--upstream", site.url, "--policy", str(POLICY)]
    with log.open("wb") as output, Internet(site.host) as internet:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, cwd=folder, stdout=output, stderr=output
        )
        try:
            _wait(process, port, log)
            internet.behind = port
            yield Company(site, internet, port, log)
        finally:
            process.terminate()
            process.wait(timeout=STOP_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the gateway does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_cookiegate/health").status_code == 200
    except httpx.TransportError:
        return False

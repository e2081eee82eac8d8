"""Gateways as they are run, each a process of its own; the website behind them; and nginx in front."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from tests.ports import find_port
from tests.stories.site import PAGE, POLICY, SECRET

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a process to start or to end, on a busy machine

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream gateways {{ {servers} keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://gateways;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_next_upstream error timeout;
            add_header X-Gateway $upstream_addr always;
        }}
    }}
}}
"""


class Gateway:
    """A `cookiegate serve` and where it listens."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.place = f"127.0.0.1:{port}"
        self.url = f"http://{self.place}"
        self._process = process
        self._log = log

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def end(self) -> None:
        """As an operator ends it: what is queued is written."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(PATIENCE) == 0, self.read_log()

    def forbid_writing(self, forbidden: bool) -> None:
        """Let it write no byte to any file, as though the disk were full; or again as before."""
        _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (0 if forbidden else hard, hard))

    def read_log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/_cookiegate/health", timeout=PATIENCE):
                    return
            except urllib.error.HTTPError:
                return  # up, whatever it says of its store
            except OSError:
                assert self._process.poll() is None, self.read_log()
                assert time.monotonic() < deadline, "the gateway did not start"
                time.sleep(0.05)


@contextmanager
def run_gateway(folder: Path, upstream: str, store: str, ledger_key: Path | None = None) -> Iterator[Gateway]:
    """A gateway with its own folder to work in; killed when the block ends, unless it has ended before."""
    folder.mkdir()
    (folder / "cookiegate.toml").write_text(POLICY, "utf-8")
    port = find_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        "COOKIEGATE_SECRET": SECRET,
        "COOKIEGATE_STORE": store,
        "COOKIEGATE_LEDGER_KEY": str(ledger_key or ""),
        "COOKIEGATE_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "cookiegate", "serve", "--upstream", upstream, "--port", str(port)]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    gateway = Gateway(port, process, log)
    try:
        gateway.wait()
        yield gateway
    finally:
        gateway.kill()


@contextmanager
def run_nginx(folder: Path, program: str, gateways: Sequence[Gateway]) -> Iterator[str]:
    """nginx that spreads requests over the gateways; its URL. X-Gateway in a response says which of them answered."""
    folder.mkdir()
    port = find_port()
    servers = " ".join(f"server {each.place} max_fails=1 fail_timeout=1s;" for each in gateways)
    user = "user root;" if os.geteuid() == 0 else ""  # or its workers could not enter the folder
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user, servers=servers, port=port))
    log = folder / "error.log"
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(log)])
    nginx = Gateway(port, process, log)
    try:
        nginx.wait()
        yield nginx.url
    finally:
        process.terminate()
        process.wait(PATIENCE)


@asynccontextmanager
async def serve_website() -> AsyncIterator[str]:
    """The company's website: one page, with third parties in it."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(body=PAGE, content_type="text/html", charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", show)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

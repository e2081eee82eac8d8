"""A small company's website and its policy, the gate in front of it, and what a visitor does there."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from granian.server.embed import Server

from cookiegate import CookieGate
from cookiegate.gateway import Upstream
from cookiegate.settings import Settings
from tests.asgi import Recorded, call
from tests.ports import find_port, wait_for

SECRET = "only-for-tests-0123456789abcdefghijklmnop"
MODES = ("drop-in", "gateway")
POLICY = """
[site]
name = "Kivijoen Kello"
hosts = ["site.example", "www.site.example", "127.0.0.1"]
languages = ["fi", "sv", "en"]

[controller]
name = "Kivijoen Kello Oy"
email = "tietosuoja@site.example"

[[necessary]]
name = "sid"
reason = "Keeps the visit together while forms are filled in."
lifetime = "session"

[purposes.statistics]
services = ["google-analytics"]

[purposes.marketing]
services = ["filmi", "pikseli"]

[services.filmi]
name = "Filmi"
provider = "Filmi Oy"
country = "FI"
hosts = ["filmi.example"]

[services.pikseli]
name = "Pikseli"
provider = "Pikseli Oy"
country = "FI"
hosts = ["pikseli.example"]
paths = ["/px/"]
cookies = [{ name = "_px", lifetime = "1 year" }]

[visits.assessment]
interest = "Noticing attacks and faults."
necessity = "Nothing milder shows them."
balancing = "Nothing that names a person is kept."
reviewed_by = "Aino Esimerkki"
reviewed_on = 2026-03-01
"""
PAGE = b"""<!doctype html><html lang="fi"><head><meta charset="utf-8"><title>Kello</title>
<script src="https://pikseli.example/px.js"></script></head>
<body><h1>Kello</h1><iframe src="https://filmi.example/v/1"></iframe></body></html>"""


def make_gate(app: Any, folder: Path, *, policy: str = POLICY, store: str = "", **options: Any) -> CookieGate:
    """The gate before `app`, with its policy and its database in `folder`."""
    file = folder / "cookiegate.toml"
    file.write_text(policy, "utf-8")
    settings = Settings((SECRET,), store or f"sqlite:///{folder / 'site.db'}", options.pop("trusted_proxies", ()))
    return CookieGate(app, policy=file, settings=settings, **options)


@asynccontextmanager
async def stand_before(mode: str, app: Any, folder: Path, **options: Any) -> AsyncIterator[CookieGate]:
    """The gate in one of the two MODES: around the application, or before a real server that runs it."""
    if mode == "drop-in":
        gate = make_gate(app, folder, **options)
        yield gate
        gate.register.close()
        return
    port = find_port()
    server = Server(app, "127.0.0.1", port, interface="asginl", log_access=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    upstream = Upstream(f"http://127.0.0.1:{port}")
    try:
        await asyncio.to_thread(wait_for, port)
        gate = make_gate(upstream, folder, **options)
        yield gate
        gate.register.close()
    finally:
        await upstream.close()
        server.stop()
        await serving


async def website(scope: Any, receive: Any, send: Any) -> None:
    """A page like any other; it sets a cookie of its own and one for statistics."""
    await answer(send, PAGE, [(b"set-cookie", b"sid=1; Path=/"), (b"set-cookie", b"_ga=GA1.1.5; Path=/")])


async def answer(send: Any, body: bytes, headers: Any = (), status: int = 200, kind: bytes = b"text/html") -> None:
    start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def post(gate: Any, place: str = "choice", body: bytes | str = b"", headers: Any = (), **more: Any) -> Recorded:
    """A form of ours, posted by a browser from a page of the site."""
    sent = body.encode() if isinstance(body, str) else body
    usual = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"} | dict(headers)
    given = [(name, value) for name, value in usual.items() if value is not None]
    return await call(gate, "POST", f"/_cookiegate/{place}", given, sent, **more)


async def choose(
    gate: Any, decision: str = "accept", *, cookie: str = "", address: str = "203.0.113.9", **fields: Any
) -> Recorded:
    headers = {"cookie": cookie} if cookie else {}
    body = urlencode({"decision": decision, **fields}, doseq=True)
    return await post(gate, body=body, headers=headers, client=(address, 1234))


def keep(recorded: Recorded) -> str:
    """Our cookie as a browser sends it back, "" where none was set."""
    pairs = [value.partition(";")[0] for value in recorded.all("set-cookie")]
    return next((pair for pair in reversed(pairs) if pair.partition("=")[0].endswith("cookiegate")), "")


def read_ledger(gate: CookieGate, folder: Path) -> list[dict[str, Any]]:
    """Every consent record in the database, once all of them are written."""
    gate.register.close()
    if not (folder / "site.db").exists():
        return []
    database = sqlite3.connect(folder / "site.db")
    try:
        rows = database.execute(
            "SELECT payload, person FROM ledger_records WHERE event NOT IN ('policy', 'audit') ORDER BY seq"
        )
        return [json.loads(payload) | json.loads(person or "{}") for payload, person in rows]
    finally:
        database.close()

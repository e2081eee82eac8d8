"""The banner speaks the language of the page it stands in, and the record says which."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate
from cookiegate.policy import compile_policy
from cookiegate.reports import export
from cookiegate.settings import demo_settings
from tests.asgi import call

POLICY = {
    "site": {"name": "Lumikello", "hosts": ["www.lumikello.example"], "languages": ["fi", "sv", "en"]},
    "controller": {"name": "Lumikello Oy", "email": "tietosuoja@lumikello.example"},
    "purposes": {"marketing": {"services": ["youtube"]}},
}
HEADERS = [(b"host", b"www.lumikello.example"), (b"accept", b"text/html"), (b"accept-language", b"en-US,en;q=0.9")]


def site(page: bytes) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for at in range(0, len(page), 5):
            await send({"type": "http.response.body", "body": page[at : at + 5], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


@pytest.mark.parametrize(
    ("opening", "spoken"),
    [
        (b'<!doctype html><html lang="fi">', "fi"),
        (b"<html class=x lang=sv-FI>", "sv"),
        (b"<!doctype html><html>", "en"),
        (b'<html lang="de">', "en"),
        (b"<p lang=fi>", "en"),
        (b'<html data-lang="fi">', "en"),
    ],
)
def test_the_pages_language_decides_before_the_browsers(opening: bytes, spoken: str, tmp_path: Path) -> None:
    page = opening + b'<body><iframe src="https://www.youtube.com/embed/1"></iframe>'
    gate = CookieGate(site(page), policy=compile_policy(POLICY), settings=demo_settings(tmp_path))
    for _ in range(2):  # the second time the page is remembered
        got = asyncio.run(call(gate, "GET", "/", headers=HEADERS, host="www.lumikello.example"))
        assert f'<section id="cookiegate" role="region" aria-labelledby="cookiegate-title" lang="{spoken}"' in (
            got.body.decode()
        )
        assert f"html lang=&quot;{spoken}&quot;" in got.body.decode()
    gate.register.close()


def test_the_record_tells_the_language_in_which_the_question_was_asked(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    gate = CookieGate(site(b"<html lang=fi><body>"), policy=compile_policy(POLICY), settings=settings)
    form = [*HEADERS, (b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"same-origin")]

    async def story() -> None:
        body = b"decision=accept&language=fi"
        got = await call(gate, "POST", "/_cookiegate/choice", headers=form, body=body, host="www.lumikello.example")
        assert got.status == 303

    asyncio.run(story())
    gate.register.close()
    with (tmp_path / "ledger.jsonl").open("w+") as out:
        export(settings.store, "jsonl", out)
        out.seek(0)
        (row,) = (row for row in map(json.loads, out) if row["event"] == "given")
    assert '"fi"' in json.dumps(row)

"""What browsers fetch otherwise than by going there: ahead of need, by a script, as a worker, as a download."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import answer, make_gate

PAGE = b"<html><head></head><body><p>x</p><script src='https://pikseli.example/p.js'></script>"


def fetch(folder: Path, body: bytes, kind: bytes, *asked: tuple[str, str]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, body, [(b"cache-control", b"public, max-age=60")], kind=kind)

    gate = make_gate(app, folder)
    try:
        return asyncio.run(call(gate, headers=list(asked)))
    finally:
        gate.register.close()


def test_a_page_fetched_ahead_carries_its_guard(tmp_path: Path) -> None:
    got = fetch(tmp_path, PAGE, b"text/html", ("sec-fetch-dest", "empty"), ("sec-purpose", "prefetch"))
    assert b"data-names=" in got.body


def test_a_page_fetched_by_a_script_is_not_kept_for_a_navigation(tmp_path: Path) -> None:
    got = fetch(tmp_path, PAGE, b"text/html", ("sec-fetch-dest", "empty"))
    assert b"data-names=" not in got.body
    assert b"data-cookiegate-src='https://pikseli.example/p.js'" in got.body
    assert got.get("vary") == "Sec-Fetch-Dest, Cookie"


@pytest.mark.parametrize(
    "data", [b'{"html":"<img src=\'https://t.example/x\'>"}', b" \n[\"<iframe src='//t.example'>\"]"]
)
def test_data_that_calls_itself_a_page_keeps_its_bytes(data: bytes, tmp_path: Path) -> None:
    got = fetch(tmp_path, data, b"text/html", ("sec-fetch-dest", "empty"))
    assert got.body == data
    assert fetch(tmp_path, data, b"text/html", ("sec-fetch-dest", "document")).body != data


@pytest.mark.parametrize("kind", ["worker", "sharedworker", "serviceworker"])
def test_a_workers_script_is_one_visitors_own(kind: str, tmp_path: Path) -> None:
    more = [("service-worker", "script")] if kind == "serviceworker" else []
    got = fetch(tmp_path, b"1", b"text/javascript", ("sec-fetch-dest", kind), *more)
    assert got.get("cache-control") == "private, max-age=60"
    assert got.get("vary") == "Cookie"

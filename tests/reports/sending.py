"""Sends the requests of the golden days through a gate, with a clock that goes as they do."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cookiegate import CookieGate
from cookiegate.register import make_ledger_key
from cookiegate.store import companion, is_shared
from tests.asgi import call
from tests.reports.golden import BARE, FILE, SAME, SITE, STATUSES, Act
from tests.stories.site import answer, make_gate, post

DAY = 86_400


async def website(scope: Any, receive: Any, send: Any) -> None:
    path = scope["path"]
    if path == SAME:
        await answer(send, b"", status=304, kind=b"text/html")
    elif path == FILE:
        await answer(send, b"{}", kind=b"application/json")
    else:
        tag = b"" if path == BARE else b'<script src="https://www.googletagmanager.com/gtag/js?id=G-5"></script>'
        page = b"<!doctype html><title>Kello</title>%b<body><p>Kello" % tag
        await answer(send, page, status=STATUSES.get(path, 200))


class Sender:
    """Sends acts through a gate, at their times, with the cookies that their people have by then."""

    def __init__(self, folder: Path, url: str, policy: str) -> None:
        self.now = 0.0
        if is_shared(url):
            make_ledger_key(companion(url, ".ledgerkey"), "site.example")
        self.gate: CookieGate = make_gate(website, folder, policy=policy, store=url, clock=lambda: self.now)
        self._jars: defaultdict[int, dict[str, str]] = defaultdict(dict)

    async def send(self, acts: Iterable[Act]) -> None:
        for day, of_day in groupby(acts, lambda act: act.time // DAY):
            # What waits is written before the clock goes on: in a real day it does not wait for half an hour.
            self._wait_until_written()
            for act in of_day:
                assert act.time // DAY == day
                self.now = act.time + 0.5
                await self._send(act)
        self._wait_until_written()

    def _wait_until_written(self) -> None:
        for _ in range(6000):
            if not self.gate.register.health()["queued_visits"]:
                time.sleep(0.05)  # taken from the queue, and perhaps not committed yet
                return
            time.sleep(0.01)
        pytest.fail("visits are not written")

    async def _send(self, act: Act) -> None:
        person, jar = act.person, self._jars[act.person.number]
        headers = {"user-agent": person.browser.agent, "accept-language": person.accepts}
        if jar:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if person.signals:
            headers["sec-gpc"] = "1"
        client = (f"{person.network}.{person.number % 250 + 1}", 1234)
        if act.answer or act.objection:
            recorded = await self._post(act, headers, client)
        else:
            headers |= {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
            if act.referrer:
                headers["referer"] = act.referrer
            if act.ahead:
                headers["sec-purpose"] = "prefetch"
            recorded = await call(self.gate, act.method, quote(act.path) + act.query, headers.items(), client=client)
            assert recorded.status == act.status, act
        for line in recorded.all("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower() or not value:
                jar.pop(name, None)
            else:
                jar[name] = value

    async def _post(self, act: Act, headers: dict[str, str], client: tuple[str, int]) -> Any:
        if act.objection:
            return await post(self.gate, "objection", b"objects=yes", headers, client=client)
        chosen = act.answer in ("statistics", "marketing")
        body = f"decision=save&purpose={act.answer}" if chosen else f"decision={act.answer}"
        if act.person.scripted:
            headers |= {"accept": "*/*", "referer": SITE + quote(act.path)}
        else:
            body += f"&return_to={quote(act.path)}"
        recorded = await post(self.gate, "choice", body, headers, client=client)
        assert recorded.status in (200, 204, 303), (act, recorded.status)
        return recorded

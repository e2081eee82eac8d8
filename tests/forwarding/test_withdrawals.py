"""Who takes consent back is told of to nobody from then on: whatever waits, is on its way, or comes late."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate
from cookiegate.register import landing, list_waiting, outbox, writer
from cookiegate.store import open_store
from tests.asgi import Recorded
from tests.databases.asking import ask
from tests.forwarding.site import HTML, closing, look, make_gate, wait_until
from tests.forwarding.stubs import Internet
from tests.stories.site import answer, choose, keep, post

Select = Callable[[str], list[tuple[Any, ...]]]
BOTH = ("google-analytics", "matomo")


async def website(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, HTML)


async def withdraw(gate: CookieGate, cookie: str) -> Recorded:
    return await choose(gate, "withdraw", cookie=cookie)


async def keep_one(gate: CookieGate, cookie: str) -> Recorded:
    return await choose(gate, "save", cookie=cookie, service=["filmi"])


async def refuse(gate: CookieGate, cookie: str) -> Recorded:
    return await choose(gate, "refuse", cookie=cookie)


async def erase(gate: CookieGate, cookie: str) -> Recorded:
    return await post(gate, "receipt", "act=erase", {"cookie": cookie})


async def restrict(gate: CookieGate, cookie: str) -> Recorded:
    return await post(gate, "receipt", "act=restrict", {"cookie": cookie})


def count_rows(url: str, table: str = "outbox") -> int:
    return int(ask(url, f"SELECT count(*) FROM {table}")[0][0])


@pytest.mark.parametrize("act", [withdraw, keep_one, refuse, erase], ids=lambda act: act.__name__)
def test_what_waits_is_gone_before_the_answer_comes(tmp_path: Path, internet: Internet, url: str, act: Any) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            internet.answer = lambda *_: (503, {})
            other, mine = keep(await choose(gate)), keep(await choose(gate))
            await look(gate, "/other", other)
            await look(gate, "/mine", mine)
            await asyncio.to_thread(wait_until, lambda: count_rows(url) == 4)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
            await act(gate, mine)
            assert await asyncio.to_thread(count_rows, url) == 2, "nobody else's"
            assert await asyncio.to_thread(count_rows, url, "outbox_visitors") == 2
            internet.answer = lambda *_: (204, {})
            await asyncio.to_thread(wait_until, lambda: count_rows(url) == 0)
            assert set(internet.pages()) == {"https://site.example/other"}
            found = await asyncio.to_thread(list_waiting, url)
            counts = {each.service: (each.accepted, each.sent, each.withdrawn) for each in found}
            assert counts == dict.fromkeys(BOTH, (2, 1, 1))

    asyncio.run(story())


def test_who_restricts_their_records_is_told_of_to_nobody(tmp_path: Path, internet: Internet, url: str) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate))
            await look(gate, "/before", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
            await restrict(gate, cookie)
            assert await asyncio.to_thread(count_rows, url) == 0
            internet.answer = lambda *_: (204, {})
            await look(gate, "/restricted", cookie)
            await asyncio.to_thread(wait_until, lambda: sum(each.withdrawn for each in list_waiting(url)) == 4)
            assert internet.told == []

    asyncio.run(story())


def test_who_agrees_again_is_somebody_new(tmp_path: Path, internet: Internet) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            cookie = keep(await choose(gate))
            await look(gate, "/first", cookie)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)
            narrower = keep(await keep_one(gate, cookie))
            again = keep(await choose(gate, cookie=narrower))
            await look(gate, "/second", again)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 4)
            for service in BOTH:
                first, second = (each.client for each in internet.told if each.service == service)
                assert first != second, "the consent id is the same, and says nothing to the service"

    asyncio.run(story())


def test_an_event_that_comes_to_the_store_late_is_dropped(
    tmp_path: Path, internet: Internet, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another gateway it may wait in memory while its visitor withdraws here."""
    monkeypatch.setattr(writer, "_FLUSH_SECONDS", 1.0)

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            cookie = keep(await choose(gate))
            await asyncio.sleep(0.2)
            await look(gate, "/late", cookie)
            await withdraw(gate, cookie)
            await asyncio.to_thread(wait_until, lambda: sum(each.withdrawn for each in list_waiting(url)) == 2)
            assert internet.told == []
            assert await asyncio.to_thread(count_rows, url, "outbox_visitors") == 0

    asyncio.run(story())


def test_the_answer_waits_for_what_is_on_its_way(tmp_path: Path, internet: Internet, url: str) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            cookie = keep(await choose(gate, "save", service=["matomo"]))
            asked, goes_on = threading.Event(), threading.Event()

            def wait() -> None:
                asked.set()
                goes_on.wait(2.0)

            internet.before = wait
            await look(gate, "/", cookie)
            await asyncio.to_thread(asked.wait, 10)
            answered = asyncio.create_task(withdraw(gate, cookie))
            await asyncio.sleep(0.5)
            assert not answered.done(), "the request is on its way still"
            goes_on.set()
            assert (await answered).status == 303
            assert await asyncio.to_thread(count_rows, url) == 0

    asyncio.run(story())


async def leave_on_its_way(folder: Path, internet: Internet, url: str, page: str) -> str:
    """As a sender that was killed leaves it: what a visitor saw, for both services. The visitor's cookie."""
    with closing(make_gate(website, folder, internet, store=url)) as gate:
        internet.answer = lambda *_: (503, {})
        cookie = keep(await choose(gate))
        await look(gate, page, cookie)
        await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
        gate.register.close()
    await asyncio.to_thread(ask, url, "UPDATE outbox SET claim = id")
    return cookie


def test_what_a_dead_sender_had_on_its_way_holds_an_answer_up_for_a_moment_only(
    tmp_path: Path, internet: Internet, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LANDING", 0.5)
    monkeypatch.setattr(landing, "LANDING", 0.5)
    monkeypatch.setattr("cookiegate.register.register.LANDING", 1.0)

    async def story() -> None:
        cookie = await leave_on_its_way(tmp_path, internet, url, "/")
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            assert (await withdraw(gate, cookie)).status == 303
            internet.answer = lambda *_: (204, {})
            await asyncio.to_thread(gate._forwarder.health)  # type: ignore[union-attr]
            await asyncio.to_thread(wait_until, lambda: count_rows(url) == 0)
            assert internet.told == []

    asyncio.run(story())


@pytest.mark.parametrize("sees_more", [False, True])
def test_what_a_dead_sender_had_on_its_way_is_not_told_under_a_consent_that_is_given_later(
    tmp_path: Path, internet: Internet, url: str, monkeypatch: pytest.MonkeyPatch, sees_more: bool
) -> None:
    monkeypatch.setattr(outbox, "LANDING", 4.0)  # until another sends: all is said by then
    monkeypatch.setattr(landing, "LANDING", 0.2)
    monkeypatch.setattr("cookiegate.register.register.LANDING", 0.2)

    async def story() -> None:
        cookie = await leave_on_its_way(tmp_path, internet, url, "/before")
        internet.answer = lambda *_: (204, {})
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            narrower = keep(await keep_one(gate, cookie))
            await asyncio.sleep(1.0)  # what is on its way has landed, for all that is known
            again = keep(await choose(gate, cookie=narrower))
            if sees_more:
                await look(gate, "/after", again)
            await asyncio.to_thread(gate._forwarder.health)  # type: ignore[union-attr]
            await asyncio.to_thread(wait_until, lambda: sum(each.withdrawn for each in list_waiting(url)) == 2)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == (2 if sees_more else 0))
            await asyncio.to_thread(wait_until, lambda: count_rows(url) == 0)
        assert [each.page for each in internet.told if each.page.endswith("/before")] == []

    asyncio.run(story())


def test_a_withdrawal_that_cannot_be_stored_is_heeded_once_the_store_is_back(
    tmp_path: Path, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits in memory and on disk; what the ledger still says must not be believed. Another process does so too."""
    monkeypatch.setattr("cookiegate.register.register.LANDING", 0.3)
    monkeypatch.setattr("cookiegate.forwarding.sender._AFTER_FAILURE", 0.05)
    url, down = f"sqlite:///{tmp_path}/site.db", threading.Event()

    def open_writing(store_url: str) -> Any:
        if down.is_set():
            raise writer.StoreError("the store is down")
        return open_store(store_url)

    monkeypatch.setattr(writer, "open_store", open_writing)

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate))
            await look(gate, "/before", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
            down.set()  # for the one that records; whoever sends goes on
            gate.register._writer()._store = None
            begun = time.monotonic()
            assert (await withdraw(gate, cookie)).status == 303
            assert time.monotonic() - begun < 3
            await asyncio.to_thread(wait_until, lambda: gate.register.health()["spooled_decisions"] == 1)
            internet.answer = lambda *_: (204, {})
            with closing(make_gate(website, tmp_path, internet)) as second:  # on the same machine
                second._forwarder.health()  # type: ignore[union-attr]
                await asyncio.to_thread(wait_until, lambda: sum(each.withdrawn for each in list_waiting(url)) == 2)
            down.clear()
            await asyncio.to_thread(wait_until, lambda: gate.register.health()["spooled_decisions"] == 0)
            assert internet.told == []

    asyncio.run(story())


def test_of_who_was_erased_the_outbox_keeps_nothing(tmp_path: Path, internet: Internet) -> None:
    async def story() -> list[bytes]:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate))
            await look(gate, "/kohde", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
            database = sqlite3.connect(tmp_path / "site.db")
            rows = database.execute("SELECT id, subject FROM outbox UNION SELECT salt, subject FROM outbox_visitors")
            parts = [part for row in rows for part in row]
            database.close()
            assert len(parts) == 8
            assert (await erase(gate, cookie)).status == 200
            return parts

    parts = asyncio.run(story())
    for place in tmp_path.iterdir():
        content = place.read_bytes()
        assert not [part for part in (*parts, b"https://site.example/kohde") if part in content], place

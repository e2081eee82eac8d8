"""Services that do not answer, or will not have it; senders that take turns; and what is said of it all."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cookiegate.cli import main
from cookiegate.forwarding import sender
from cookiegate.register import list_waiting
from tests.asgi import call
from tests.databases.asking import ask
from tests.forwarding.site import HTML, closing, look, make_gate, wait_until
from tests.forwarding.stubs import SECRET, TOKEN, Internet
from tests.stories.site import answer, choose, keep


async def website(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, HTML)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses after failures of hundredths of seconds instead of seconds."""
    monkeypatch.setattr(sender, "_LONGEST_PAUSE", 0.03)


def count(url: str) -> dict[str, tuple[int, int, int]]:
    return {each.service: (each.waiting, each.sent, each.dropped) for each in list_waiting(url)}


def require_ids_used_once(internet: Internet) -> None:
    ids = [each.id for each in internet.attempts]
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("brisk")
@pytest.mark.parametrize("status", [500, 503, 429, 401, 403, 404, 301])
def test_what_is_not_taken_is_sent_again_under_another_id(tmp_path: Path, internet: Internet, status: int) -> None:
    url = f"sqlite:///{tmp_path}/site.db"

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            internet.answer = lambda *_: (status, {"location": internet.google} if status == 301 else {})
            cookie = keep(await choose(gate))
            for number in range(3):
                await look(gate, f"/{number}", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 6)
            said = json.loads((await call(gate, path="/_cookiegate/health")).body)["forwarding"]
            assert said["matomo"]["waiting"] == 3
            assert str(status) in said["matomo"]["error"]
            internet.answer = lambda *_: (204, {})
            await asyncio.to_thread(
                wait_until, lambda: count(url) == dict.fromkeys(("google-analytics", "matomo"), (0, 3, 0))
            )
            assert sorted(internet.pages("matomo")) == [f"https://site.example/{number}" for number in range(3)]
            require_ids_used_once(internet)

    asyncio.run(story())


@pytest.mark.usefixtures("brisk")
def test_an_event_that_a_service_will_not_have_is_dropped_alone(tmp_path: Path, internet: Internet) -> None:
    url = f"sqlite:///{tmp_path}/site.db"

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate, "save", service=["matomo"]))
            for path in ("/good", "/bad", "/fine"):
                await look(gate, path, cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 1)
            internet.answer = lambda _, told: (400 if any(each.page.endswith("/bad") for each in told) else 204, {})
            await asyncio.to_thread(wait_until, lambda: count(url) == {"matomo": (0, 2, 1)})
            assert sorted(page[-5:] for page in internet.pages()) == ["/fine", "/good"]
            assert [each.refused for each in list_waiting(url)] == [1]

    asyncio.run(story())


@pytest.mark.usefixtures("brisk")
def test_nobody_at_the_other_end_loses_nothing(tmp_path: Path, internet: Internet) -> None:
    url, port = f"sqlite:///{tmp_path}/site.db", internet.port

    async def story() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            internet.port = closed.getsockname()[1]
            with closing(make_gate(website, tmp_path, internet)) as gate:
                cookie = keep(await choose(gate))
                await look(gate, "/", cookie)
                await asyncio.to_thread(wait_until, lambda: "ConnectError" in str(gate._forwarder.health()))  # type: ignore[union-attr]
                assert sum(waiting for waiting, _, _ in count(url).values()) == 2
        internet.port = port
        with closing(make_gate(website, tmp_path, internet)) as gate:  # started again, with nobody on the site
            await call(gate, path="/_cookiegate/health")
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)

    asyncio.run(story())


def test_a_pause_grows_and_ends_with_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender.random, "uniform", lambda low, high: high)
    pause, lengths = sender.Pause(), []
    for _ in range(12):
        pause.fail("no")
        lengths.append(round(pause.until - time.monotonic()))
    assert lengths == [2, 4, 8, 16, 32, 64, 128, 256, *[300] * 4]
    pause.fail("no", 3000.0)
    assert pause.until - time.monotonic() > 2990
    pause.succeed()
    assert (pause.until, pause.error) == (0.0, "")


@pytest.mark.usefixtures("brisk")
def test_what_is_too_old_for_a_service_is_dropped(tmp_path: Path, internet: Internet) -> None:
    url = f"sqlite:///{tmp_path}/site.db"

    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, token="")) as gate:
            internet.answer = lambda *_: (503, {})
            cookie = keep(await choose(gate))
            await look(gate, "/", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 2)
        ask(url, f"UPDATE outbox SET time = time - {25 * 3_600_000}")
        internet.answer = lambda *_: (204, {})
        with closing(make_gate(website, tmp_path, internet, token="")) as gate:
            gate._forwarder.health()  # type: ignore[union-attr]
            await asyncio.to_thread(
                wait_until, lambda: count(url) == {"google-analytics": (0, 1, 0), "matomo": (0, 0, 1)}
            )
            assert internet.pages() == ["https://site.example/"], "Google takes three days, Matomo without a token one"

    asyncio.run(story())


def test_one_of_two_gateways_sends_and_the_other_takes_over(tmp_path: Path, internet: Internet, url: str) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as first:
            cookie = keep(await choose(first))
            await look(first, "/0", cookie)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)
            with closing(make_gate(website, tmp_path, internet, store=url)) as second:
                for number in range(1, 20):
                    await look(second if number % 2 else first, f"/{number}", cookie)
                await asyncio.to_thread(wait_until, lambda: len(internet.told) == 40)
                first.register.close()
                await look(second, "/20", cookie)
                await asyncio.to_thread(wait_until, lambda: len(internet.told) == 42)
                assert len(set(internet.pages())) == 21
                require_ids_used_once(internet)

    asyncio.run(story())


def test_a_process_that_is_forked_sends_by_itself_and_leaves_the_parents_sender_be(
    tmp_path: Path, internet: Internet, url: str
) -> None:
    with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
        cookie = keep(asyncio.run(choose(gate)))
        asyncio.run(look(gate, "/parent", cookie))
        wait_until(lambda: len(internet.told) == 2)
        child = os.fork()
        if not child:
            asyncio.run(look(gate, "/child", cookie))
            gate.register.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        asyncio.run(look(gate, "/after", cookie))
        wait_until(lambda: len(internet.told) == 6)
        assert {page.rpartition("/")[2] for page in internet.pages()} == {"parent", "child", "after"}
        require_ids_used_once(internet)


def test_neither_secret_stands_in_a_log_in_health_or_on_disk(
    tmp_path: Path, internet: Internet, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(sender, "_LONGEST_PAUSE", 0.03)

    async def story() -> bytes:
        with closing(make_gate(website, tmp_path, internet)) as gate:
            internet.answer = lambda *_: (503, {})
            await look(gate, "/", keep(await choose(gate)))
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 4)
            return (await call(gate, path="/_cookiegate/health")).body

    health = asyncio.run(story())
    files = [file.read_bytes() for file in tmp_path.iterdir() if file.is_file()]
    for secret in (SECRET, TOKEN):
        assert not [content for content in (caplog.text.encode(), health, *files) if secret.encode() in content]
        assert secret.encode() in b"".join(internet.raw), "it was used"


@pytest.mark.usefixtures("brisk")
def test_commands_show_and_drop_what_waits(tmp_path: Path, internet: Internet, url: str) -> None:
    async def story() -> None:
        with closing(make_gate(website, tmp_path, internet, store=url)) as gate:
            cookie = keep(await choose(gate))
            await look(gate, "/", cookie)
            await asyncio.to_thread(wait_until, lambda: len(internet.told) == 2)
            internet.answer = lambda *_: (503, {})
            await look(gate, "/", cookie)
            await asyncio.to_thread(wait_until, lambda: internet.requests >= 4)

    asyncio.run(story())
    shown = CliRunner().invoke(main, ["outbox", "status", "--store", url])
    assert shown.exit_code == 0, shown.output
    assert "matomo" in shown.output
    assert [line.split()[1:4] for line in shown.output.splitlines()[1:]] == [["1", "1", "0"]] * 2
    dropped = CliRunner().invoke(main, ["outbox", "purge", "matomo", "--store", url, "--by", "aino"])
    assert (dropped.exit_code, dropped.output) == (0, "1 events were dropped.\n"), dropped.output
    assert count(url) == {"google-analytics": (1, 1, 0), "matomo": (0, 1, 1)}

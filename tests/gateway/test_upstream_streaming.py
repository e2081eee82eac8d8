"""Bodies pass piece by piece in both directions, no faster than the slower side, no longer than both are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.asgi import call

PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it


def test_a_piece_of_the_response_arrives_before_the_website_makes_the_next(website: Any, reach: Any) -> None:
    async def story() -> None:
        arrived = asyncio.Event()

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await response.write(b"data: 1\n\n")
            await arrived.wait()
            await response.write(b"data: 2\n\n")
            return response

        async with website(handle) as url, reach(url) as app:
            recorded = await asyncio.wait_for(call(app, on_chunk=lambda _: arrived.set()), PATIENCE)
        assert recorded.chunks == [b"data: 1\n\n", b"data: 2\n\n"]
        assert recorded.complete

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["text/event-stream", "application/x-ndjson"])
def test_the_headers_arrive_before_the_first_piece_of_the_body(kind: str, website: Any, gateway: Any) -> None:
    async def story() -> None:
        opened = asyncio.Event()

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": kind})
            await response.prepare(request)
            await opened.wait()
            await response.write(b"data: 1\n\n")
            return response

        async with (
            asyncio.timeout(PATIENCE),
            website(handle) as url,
            gateway(url) as public,
            aiohttp.ClientSession() as browser,
            browser.get(public) as response,
        ):
            opened.set()
            assert await response.read() == b"data: 1\n\n"

    asyncio.run(story())


def test_a_piece_of_an_upload_arrives_before_the_visitor_sends_the_next(website: Any, gateway: Any) -> None:
    async def story() -> None:
        arrived = asyncio.Event()
        seen: list[str | None] = []

        async def handle(request: web.Request) -> web.Response:
            seen.append(request.headers.get("Content-Length"))
            first = await request.content.readany()
            arrived.set()
            return web.Response(body=first + await request.content.read())

        async def pieces() -> AsyncIterator[bytes]:
            yield b"one,"
            await arrived.wait()
            yield b"two"

        async with website(handle) as url, gateway(url) as public, aiohttp.ClientSession() as browser:
            for headers in ({"Content-Length": "7"}, {}):
                arrived.clear()
                async with asyncio.timeout(PATIENCE), browser.post(public, data=pieces(), headers=headers) as response:
                    assert await response.read() == b"one,two"
        assert seen == ["7", None]

    asyncio.run(story())


async def give_way() -> None:
    """Let everybody else in the event loop run many times."""
    for _ in range(50):
        await asyncio.sleep(0)


BUFFERED = 2**24  # bytes: more than sockets and we hold between two sides, much less than what is sent


def test_a_slow_visitor_slows_the_website_down(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        total, written, received, ahead = 2**26, 0, 0, 0

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal written
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
            while written < total:
                written += 2**16
                writer.write(bytes(2**16))
                await writer.drain()

        async def take(chunk: bytes) -> None:
            nonlocal received, ahead
            await give_way()
            received += len(chunk)
            ahead = max(ahead, written - received)

        async with raw_website(script) as url, reach(url) as app:
            assert (await call(app, on_chunk=take)).complete
        assert received == total
        assert ahead < BUFFERED

    asyncio.run(story())


def test_a_slow_website_slows_an_upload_down(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        total, taken, read, ahead = 2**26, 0, 0, 0

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal read, ahead
            await reader.readuntil(b"\r\n\r\n")
            while read < total:
                await give_way()
                read += len(await reader.read(2**18))
                ahead = max(ahead, taken - read)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        def pieces() -> Iterator[bytes]:
            nonlocal taken
            while taken < total:
                taken += 2**16
                yield bytes(2**16)

        async with raw_website(script) as url, reach(url) as app:
            recorded = await call(app, "POST", headers=[("content-length", str(total))], body=pieces())
            assert recorded.complete
        assert read == total
        assert ahead < BUFFERED

    asyncio.run(story())


def test_when_the_visitor_leaves_the_website_may_stop(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        leave, stopped = asyncio.Event(), asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst")
            assert await reader.read() == b""
            stopped.set()

        async with raw_website(script) as url, reach(url) as app:
            recorded = await asyncio.wait_for(call(app, leave=leave, on_chunk=lambda _: leave.set()), PATIENCE)
            await asyncio.wait_for(stopped.wait(), PATIENCE)
        assert (recorded.body, recorded.complete, recorded.error) == (b"first", False, None)

    asyncio.run(story())


def test_when_the_visitor_leaves_a_server_stops_the_website(raw_website: Any, gateway: Any) -> None:
    async def story() -> None:
        stopped = asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst")
            assert await reader.read() == b""
            stopped.set()

        async with raw_website(script) as url, gateway(url) as public:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(public.rpartition(":")[2]))
            writer.write(b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n")
            await asyncio.wait_for(reader.readuntil(b"first"), PATIENCE)
            writer.close()
            await asyncio.wait_for(stopped.wait(), PATIENCE)

    asyncio.run(story())


@pytest.mark.parametrize("headers", [[("content-length", "100")], [("transfer-encoding", "chunked")]])
def test_half_an_upload_never_looks_whole(headers: list[tuple[str, str]], raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        leave = asyncio.Event()
        ended: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            half = await reader.readuntil(b"half")
            leave.set()
            ended.set_result(half + await reader.read())

        async with raw_website(script) as url, reach(url) as app:
            sending = call(app, "POST", headers=headers, body=[b"half"], whole=False, leave=leave)
            recorded = await asyncio.wait_for(sending, PATIENCE)
            received = await asyncio.wait_for(ended, PATIENCE)
        assert received in (b"half", b"4\r\nhalf", b"4\r\nhalf\r\n")
        assert (recorded.status, recorded.error) == (None, None)

    asyncio.run(story())


def test_an_answer_before_the_end_of_an_upload_ends_the_exchange(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        lines: list[bytes] = []

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines.append(head.split(b"\r\n")[0])
                if head.startswith(b"POST"):
                    await reader.readuntil(b"half")
                writer.write(b"HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nbig")

        async with raw_website(script) as url, reach(url) as app:
            sending = call(app, "POST", body=[b"half"], whole=False)
            recorded = await asyncio.wait_for(sending, PATIENCE)
            assert (recorded.status, recorded.body, recorded.complete) == (413, b"big", True)
            await asyncio.wait_for(call(app, path="/next"), PATIENCE)
        assert lines == [b"POST / HTTP/1.1", b"GET /next HTTP/1.1"]

    asyncio.run(story())


@pytest.mark.parametrize(("kind", "complete"), [("text/html", False), ("text/event-stream; charset=utf-8", True)])
def test_only_an_event_stream_may_be_silent(kind: str, complete: bool, website: Any, reach: Any) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        for _ in range(2):
            await response.write(b"data: 1\n\n")
            await asyncio.sleep(0.4)
        return response

    async def story() -> None:
        async with website(handle) as url, reach(url, read_timeout=0.1) as app:
            recorded = await asyncio.wait_for(call(app), PATIENCE)
        assert (recorded.complete, recorded.error is None) == (complete, complete)

    asyncio.run(story())

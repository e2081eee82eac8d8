"""When a request is sent a second time, and when never."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.asgi import call

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Fickle:
    """A website that on each connection answers `answered` requests, reads one more and hangs up; if `forever`, then it
    answers none on later connections."""

    def __init__(self, answered: int = 1, forever: bool = False) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self._answered = answered
        self._forever = forever

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        answered = 0 if self._forever and self.connections > 1 else self._answered
        for _ in range(answered):
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(OK)
            await writer.drain()
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))

    def requests(self) -> list[bytes]:
        return [head.split(b" HTTP", 1)[0] for head in self.heads]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_a_request_lost_with_a_kept_connection_is_sent_once_more(method: str, raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        fickle = Fickle()
        async with raw_website(fickle) as url, reach(url) as app:
            assert (await call(app, path="/first")).status == 200
            assert (await call(app, method, "/second")).status == 200
        sent = method.encode() + b" /second"
        assert fickle.requests() == [b"GET /first", sent, sent]

    asyncio.run(story())


def test_a_request_is_not_sent_a_third_time(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        fickle = Fickle(forever=True)
        async with raw_website(fickle) as url, reach(url) as app:
            assert (await call(app, path="/first")).status == 200
            assert (await call(app, path="/second")).status == 502
        assert fickle.requests() == [b"GET /first", b"GET /second", b"GET /second"]

    asyncio.run(story())


@pytest.mark.parametrize(("method", "body"), [("POST", b""), ("POST", b"x"), ("PUT", b"x"), ("PUT", [b"x", b"y"])])
def test_what_could_happen_twice_is_sent_only_once(method: str, body: Any, raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        fickle = Fickle()
        async with raw_website(fickle) as url, reach(url) as app:
            assert (await call(app, path="/first")).status == 200
            assert (await call(app, method, "/second", body=body)).status == 502
        assert fickle.requests() == [b"GET /first", method.encode() + b" /second"]

    asyncio.run(story())


def test_a_request_lost_with_a_new_connection_is_not_repeated(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        fickle = Fickle(answered=0)
        async with raw_website(fickle) as url, reach(url) as app:
            assert (await call(app)).status == 502
        assert fickle.requests() == [b"GET /"]

    asyncio.run(story())


def test_a_website_that_went_away_and_came_back_is_reached_again(raw_website: Any, reach: Any, nobody: str) -> None:
    async def story() -> None:
        async with raw_website(Fickle(answered=5)) as url, reach(url) as app:
            assert (await call(app)).status == 200
            app.origin, back = nobody, app.origin
            assert (await call(app)).status == 502
            app.origin = back
            assert (await call(app)).status == 200

    asyncio.run(story())


def test_connections_are_kept_and_used_again(raw_website: Any, reach: Any) -> None:
    async def story() -> None:
        fickle = Fickle(answered=9)
        async with raw_website(fickle) as url, reach(url) as app:
            for _ in range(5):
                assert (await call(app)).status == 200
        assert fickle.connections == 1

    asyncio.run(story())

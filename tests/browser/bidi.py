"""WebDriver BiDi, the W3C's protocol for driving browsers: commands and events over one WebSocket.

Firefox speaks it itself. The socket lives on an event loop in a thread of its own, so that tests can just ask.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp

SECONDS = 60.0


class BidiError(Exception):
    """The browser's answer to a command that it could not carry out."""


class Bidi:
    """One session with the browser that listens at `port`. `heed` is told every event, in the thread of the socket."""

    def __init__(self, port: int, heed: Callable[[str, dict[str, Any]], None]) -> None:
        self._heed = heed
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._open(port))

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and return its result. Raises BidiError with the browser's own words."""
        answer = self._do(self._send(method, parameters))
        if answer["type"] == "error":
            raise BidiError(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        self._do(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _open(self, port: int) -> None:
        self._client = aiohttp.ClientSession()
        self._socket = await self._client.ws_connect(f"ws://127.0.0.1:{port}/session", max_msg_size=0)
        self._listening = asyncio.create_task(self._listen())

    async def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await answer

    async def _listen(self) -> None:
        async for message in self._socket:
            said = message.json()
            if said["type"] == "event":
                self._heed(said["method"], said["params"])
            else:
                self._waiting.pop(said["id"]).set_result(said)
        for answer in self._waiting.values():
            answer.set_exception(ConnectionError("the browser has hung up"))

    async def _hang_up(self) -> None:
        await self._client.close()
        await self._listening


def read_value(said: dict[str, Any]) -> Any:
    """What the value of a script is in Python."""
    match said["type"]:
        case "undefined" | "null":
            return None
        case "array":
            return [read_value(each) for each in said["value"]]
        case "object":
            return {name: read_value(value) for name, value in said["value"]}
    return said["value"]

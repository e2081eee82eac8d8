"""A line to a server that can be cut: at once, or just when a COMMIT was sent and before its answer comes back."""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit


class Line:
    """Forwards a port of its own to the server of a URL. Use as a context; `url` leads over it."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._clients: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()
        self._down = False
        self.commits_to_lose = 0
        self.url = ""

    def __enter__(self) -> Line:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        netloc = f"{self._parts.username}@127.0.0.1:{port}"
        self.url = self._parts._replace(netloc=netloc, query="sslmode=disable").geturl()
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Break what is connected, and let nobody connect until `mend`."""
        self._down = True
        self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        self._down = False

    def _call(self, work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _break(self) -> None:
        for client in list(self._clients):
            client.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        self._break()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self._down:
            client.transport.abort()
            return
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        self._clients.add(client)
        answers, server = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        try:
            # The server's side stays open after the client's is gone: it finishes what it was told.
            await asyncio.gather(self._send(reader, client, server), self._answer(answers, client))
        finally:
            for end in (client, server):
                end.transport.abort()
            self._clients.discard(client)
            self._talks.discard(task)

    async def _send(
        self, reader: asyncio.StreamReader, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(65_536):
                if lost := self.commits_to_lose > 0 and b"COMMIT" in data:
                    self.commits_to_lose -= 1
                    client.transport.abort()
                server.write(data)
                await server.drain()
                if lost:
                    return
        except OSError:
            pass
        if not self._down:
            server.write_eof()

    async def _answer(self, answers: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            while data := await answers.read(65_536):
                client.write(data)
        except OSError:
            pass
        client.transport.abort()

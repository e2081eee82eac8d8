"""The thread that sends what waits in the outbox, and waits longer each time a service does not take it.

Each transmission has an id that no other ever has: it is counted up in the store before the request is made. Nothing
of a visitor is written to a socket later than a few seconds after that, so that whoever takes consent back needs to
wait for no longer than that until all is silent.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import CookiegateError
from ..register import SECONDS, Outbox, Taken, Waiting
from .targets import Answer, Outgoing, Target

if TYPE_CHECKING:
    import httpx

NAME = "cookiegate-sender"
_POLL = 1.0  # seconds between two looks at the outbox
_COUNT = 5.0  # between two looks at how much waits
_AFTER_FAILURE = 6.0  # until an outage of the store is over: by then all that was taken back during it is stored
_LONGEST_PAUSE = 300.0
_LONGEST_ANSWER = 65_536  # bytes
# What a service says of this one request; of all else, the wrong token included, it is asked again.
_REFUSED = frozenset((400, 413, 414, 422))

_log = logging.getLogger("cookiegate.forwarding")


class _Quiet(logging.Filter):
    """httpx would write each URL to its log, and with it the secret that Google wants there."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.threadName != NAME


class Pause:
    """How long a service that fails is left alone."""

    def __init__(self) -> None:
        self._failures = 0
        self.until = 0.0  # on the monotonic clock
        self.error = ""

    def succeed(self) -> None:
        self._failures, self.until, self.error = 0, 0.0, ""

    def fail(self, error: str, at_least: float = 0.0) -> None:
        self._failures += 1
        longest = min(_LONGEST_PAUSE, 2.0 ** min(self._failures, 10))
        self.until = time.monotonic() + max(at_least, longest * random.uniform(0.5, 1.0))
        self.error = error


class Sender:
    """One process's. Of several processes one sends, and the others are ready to."""

    def __init__(self, outbox: Outbox, targets: dict[str, Target]) -> None:
        self._outbox = outbox
        self._targets = targets
        self._pauses = {service: Pause() for service in targets}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
        self._count_at = 0.0
        self._counts: dict[str, Waiting] = {}
        self._error = ""  # of the store

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop after the request that is on its way; a few seconds at most."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2 * SECONDS)

    def health(self) -> dict[str, dict[str, int | str]]:
        """By service, how much waits and what became of the rest in all processes; and why nothing is sent."""
        said: dict[str, dict[str, int | str]] = {}
        for service, pause in self._pauses.items():
            count = self._counts.get(service, Waiting(service))
            said[service] = {
                "waiting": count.waiting,
                "sent": count.sent,
                "dropped": count.dropped,
                "error": self._error or pause.error,
            }
        return said

    def _run(self) -> None:
        import httpx  # takes as long to import as all else

        log = logging.getLogger("httpx")
        log.addFilter(quiet := _Quiet())
        # a redirect would carry a secret elsewhere
        client = httpx.Client(follow_redirects=False, timeout=httpx.Timeout(SECONDS, connect=SECONDS / 2))
        try:
            while not self._stop.is_set():
                pause = _POLL
                try:
                    if self._send_some(client):
                        pause = 0.0
                    self._error = ""
                except Exception as error:  # whatever it is, later events must not wait for a restart
                    pause = self._fail(error)
                self._stop.wait(pause)
        finally:
            client.close()
            log.removeFilter(quiet)
            self._outbox.close()

    def _fail(self, error: Exception) -> float:
        if not self._error:
            mistake = None if isinstance(error, CookiegateError) else error
            _log.error("nothing is sent to services: %s", error, exc_info=mistake)
        self._error = str(error) or type(error).__name__
        self._outbox.close()
        return _AFTER_FAILURE

    def _send_some(self, client: httpx.Client) -> bool:
        """To each service one request; whether there is more to do at once."""
        if time.monotonic() >= self._count_at:
            self._counts = {each.service: each for each in self._outbox.count()}
            self._count_at = time.monotonic() + _COUNT
        if not self._outbox.lead():
            return False
        more = False
        for service, target in self._targets.items():
            if self._stop.is_set() or time.monotonic() < self._pauses[service].until:
                continue
            until = time.monotonic() + SECONDS
            since = int((time.time() - target.hours * 3600) * 1000)
            taken = self._outbox.take(service, target.most, since, mixed=target.mixed)
            if taken.events:
                self._count_at = min(self._count_at, time.monotonic() + _POLL)
                self._send(client, service, target, taken, until)
                more = True
        return more

    def _send(self, client: httpx.Client, service: str, target: Target, taken: Taken, until: float) -> None:
        answer = _post(client, target.write(taken.events), until)
        number, pause = len(taken.events), self._pauses[service]
        invalid = target.read_invalid(answer.body) if answer.status // 100 == 2 else None
        if invalid is not None:
            pause.succeed()
            self._note(lambda: self._outbox.settle(service, taken, sent=number - min(invalid, number), refused=invalid))
        elif answer.status in _REFUSED and number == 1:
            _log.warning("%s would not have an event (%d)", service, answer.status)
            pause.succeed()
            self._note(lambda: self._outbox.settle(service, taken, sent=0, refused=1))
        else:
            error = answer.error or f"{service} answered {answer.status}"
            if not pause.error:
                _log.warning("%s is told later: %s", service, error)
            if answer.status in _REFUSED:
                pause.error = error  # one of them is wrong: next they go one by one
            else:
                pause.fail(error, answer.retry_after)
            self._note(lambda: self._outbox.release(taken))

    def _note(self, write: Callable[[], None]) -> None:
        """Write down what became of it, when the store does so again too: only who does not know sends once more."""
        while True:
            try:
                write()
                return
            except CookiegateError as error:
                if self._stop.wait(min(self._fail(error), _POLL)):
                    return


def _post(client: httpx.Client, request: Outgoing, until: float) -> Answer:
    """What came of it; nothing is sent after `until`, on the monotonic clock."""
    import httpx

    def write() -> Iterator[bytes]:
        # asked for once there is a connection, which may have taken its time
        if time.monotonic() >= until:
            raise TimeoutError("it took too long to be reached")
        yield request.body

    headers = {"content-type": "application/json", "content-length": str(len(request.body))}
    try:
        with client.stream("POST", request.url, content=write(), headers=headers) as response:
            body = b""
            with suppress(httpx.HTTPError):  # it has answered; of what it says no more is needed
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _LONGEST_ANSWER or time.monotonic() >= until + SECONDS:
                        break
            return Answer(response.status_code, body, "", _read_seconds(response.headers.get("retry-after", "")))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer(0, b"", f"{type(error).__name__}: {error}".partition("?")[0])


def _read_seconds(text: str) -> float:
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() else 0.0

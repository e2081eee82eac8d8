"""How a failing store is asked again: with growing pauses, and with one word in the log when it begins and ends."""

from __future__ import annotations

import logging
import time

_FIRST, _LONGEST = 0.1, 5.0  # seconds

_log = logging.getLogger("cookiegate.register")


class Pace:
    def __init__(self) -> None:
        self._pause = 0.0
        self.retry_at = 0.0  # on the monotonic clock
        self.error = ""  # why the last attempt failed; "" when it did not

    def succeed(self) -> None:
        if self.error:
            _log.warning("the store works again")
        self._pause, self.retry_at, self.error = 0.0, 0.0, ""

    def fail(self, error: Exception) -> None:
        if not self.error:
            _log.error("the store failed; it is tried again: %s", error)
        self._pause = min(max(_FIRST, self._pause * 2), _LONGEST)
        self.retry_at = time.monotonic() + self._pause
        self.error = str(error) or type(error).__name__

"""Sends signed checkpoints to a witness: somebody elsewhere who keeps them, so that nobody can rewrite the ledger here.

A witness that cannot be reached is told the next time; nothing waits for it. What is sent holds no personal data: the
ledger's name, its size, its root and the signature.
"""

from __future__ import annotations

import logging
import threading
import time
import urllib.request

from cookiegate.errors import SettingsError

_EVERY = 3600.0  # seconds between two checkpoints
_AGAIN = 60.0  # seconds until a failure is tried again
_PATIENCE = 10.0  # seconds

_log = logging.getLogger("cookiegate.register")


class Herald:
    """Posts a checkpoint (text/plain) to a URL, at most once an hour. Raises SettingsError for no http(s) URL."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("https://", "http://")):
            raise SettingsError(
                f"COOKIEGATE_WITNESS is {url!r}: name a URL, such as https://witness.example/checkpoints"
            )
        self._url = url
        self._due_at = 0.0  # on the monotonic clock
        self._thread: threading.Thread | None = None
        self.error = ""  # why the last one was not taken; "" when it was

    def tell(self, note: bytes) -> None:
        """Send it, if it is time to, on a thread of its own."""
        if time.monotonic() < self._due_at or (self._thread and self._thread.is_alive()):
            return
        self._due_at = time.monotonic() + _EVERY
        self._thread = threading.Thread(target=self._send, args=(note,), name="cookiegate-herald", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for what is under way."""
        if self._thread:
            self._thread.join(_PATIENCE)

    def _send(self, note: bytes) -> None:
        request = urllib.request.Request(self._url, note, {"content-type": "text/plain; charset=utf-8"})
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE):
                self.error = ""
        except (OSError, ValueError) as error:
            if not self.error:
                _log.error("the witness did not take a checkpoint: %s", error)
            self.error = str(error) or type(error).__name__
            self._due_at = time.monotonic() + _AGAIN

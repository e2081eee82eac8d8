"""Connections for reading: of a server's store they are kept for the next page: a new one takes as long as a page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cookiegate.errors import StoreError
from cookiegate.store import Store, is_shared, open_store

_KEPT = 4


class Readers:
    """Used by the threads that make pages, each with a connection of its own for as long as it reads."""

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._idle: list[Store] = []
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Store]:
        """Raises StoreError."""
        store = self._take() or open_store(self._url, readonly=True)
        kept = False
        try:
            yield store
            kept = self._keep(store)  # not after an error: who knows in what state it is
        finally:
            if not kept:
                store.close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Store | None:
        """One that still answers: the server may have been started anew since it was used."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                store = self._idle.pop()
            with suppress(StoreError):
                store.query("ledger_size")
                return store
            store.close()

    def _keep(self, store: Store) -> bool:
        with self._lock:
            if not is_shared(self._url) or len(self._idle) >= _KEPT:  # a file opens at once, and may be put back
                return False
            self._idle.append(store)
            return True

"""What the writer does beside writing: it keeps what was shown, signs the ledger, and deletes what is old."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cookiegate.errors import LedgerError
from cookiegate.policy import Policy
from cookiegate.store import Store, companion, is_shared

from .daykey import DayKeys
from .declaration import Shown, declare
from .herald import Herald
from .ledgerkey import LedgerKey
from .retention import Retention
from .rollup import Rollup
from .signer import Signer
from .visits import day_of

_EVERY = 60.0  # seconds between two looks at the clock
_SIGNING = 1.0  # seconds from a decision to the checkpoint that covers it

_log = logging.getLogger("cookiegate.register")


class Upkeep:
    def __init__(
        self,
        store_url: str,
        policy: Policy,
        find_key: Callable[[], LedgerKey],
        checkpoint: Path,
        herald: Herald | None,
        shown: Callable[[], Shown],
        clock: Callable[[], float],
    ) -> None:
        self.day_keys = DayKeys(companion(store_url, ".daykey"))
        self._policy = policy
        self._find_key = find_key
        self._checkpoint = checkpoint
        self._herald = herald
        self._shown = shown
        self._retention = Retention(policy)
        self._rollup = Rollup(store_url, policy.visits.threshold)
        self._clock = clock
        self._declared: Store | None = None  # where what is shown was kept: an older copy may have been put back since
        self._purged_on = ""
        self._deleted = False  # something, since the files were scrubbed
        self._shared = is_shared(store_url)
        self._look_at = self._sign_at = 0.0  # on the monotonic clock
        self.error = ""  # why the ledger was not signed; "" when it was

    @property
    def due_at(self) -> float:
        """When there is something to do, on the monotonic clock."""
        ready = self._rollup.look_at
        return min(self._look_at, self._sign_at, self._look_at if ready is None else ready)

    def wait(self) -> None:
        """Until no other connection than the writer's is open."""
        self._rollup.wait()

    @property
    def index_key(self) -> bytes:
        """Under which subjects are found."""
        return self._find_key().index

    def prepare(self, store: Store) -> bytes:
        """Before a decision is stored: keep what it was asked with. The key under which its subject is found."""
        key = self._find_key()
        if store is not self._declared:
            declare(store, self._policy.version, self._shown(), self._clock())
            self._declared = store
        self._sign_at = min(self._sign_at, time.monotonic() + _SIGNING)
        return key.index

    def do(self, store: Store) -> bool:
        """Do a part of it, short enough to let a decision wait; whether there is more to do at once."""
        if time.monotonic() >= self._sign_at:
            self.sign(store)
        if self._rollup.look_at is not None and self._rollup.step(store, self._clock()):
            self._look_at, self._purged_on = 0.0, ""  # the next day; and what is counted now may be deleted
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + _EVERY
        now = self._clock()
        self.day_keys.expire(now)
        if self._rollup.look_at is None and self._rollup.step(store, now):
            self._look_at = 0.0
            return True
        if not self._shared:
            store.scrub()  # what a reader kept from being overwritten goes a minute later
        if self._purged_on == day_of(now) or self._rollup.look_at is not None:  # visits go once their day is counted
            return False
        if not self._retention.believes_clock(store, now):
            self._purged_on = day_of(now)
            _log.info("nothing old is deleted today: a gateway has to be at work on three days first")
            return False
        if self._retention.purge(store, now):
            self._deleted = True
            self._look_at = 0.0
            return True
        if not self._deleted or store.scrub():  # else a reader is in the way: again in a minute
            self._deleted, self._purged_on = False, day_of(now)
        return False

    def sign(self, store: Store) -> None:
        """A checkpoint of the ledger as it is. Where it cannot be signed the site goes on, and says so aloud."""
        self._sign_at = time.monotonic() + _EVERY
        try:
            Signer(self._find_key(), self._checkpoint).sign(store, self._clock())
            self.error = ""
            if self._herald:
                with suppress(OSError):  # gone between two steps: the next one is told
                    self._herald.tell(self._checkpoint.read_bytes())
        except LedgerError as error:
            if str(error) != self.error:
                _log.error("the consent ledger was not signed: %s", error)
            self.error = str(error)

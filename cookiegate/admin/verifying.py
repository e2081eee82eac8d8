"""The whole check of the ledger, which takes minutes where it is long: on a thread of its own, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cookiegate.errors import CookiegateError
from cookiegate.reports import Verification

_MOST = 200  # findings that are kept; more say nothing more


@dataclass
class Check:
    """One check: under way until `ended`."""

    by: str
    begun: float  # seconds since 1970-01-01 UTC, as the next
    ended: float = 0.0
    done: int = 0  # leaves
    of: int = 0
    findings: tuple[str, ...] = ()
    count: int = 0  # of the findings, those left out too
    leaves: int = 0
    absent: int = 0  # records that are gone, as the ledger says
    unsigned: int = 0  # leaves since the last checkpoint
    failure: str = ""  # why it could not be ended


class Make(Protocol):
    """Gives the verification, told where to say how far it is."""

    def __call__(self, *, progress: Callable[[int, int], object]) -> Verification: ...


class Verifying:
    def __init__(self) -> None:
        self.last: Check | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, by: str, clock: Callable[[], float], make: Make) -> bool:
        """Begin one; False where one is under way."""
        with self._lock:
            if self.last and not self.last.ended:
                return False
            check = self.last = Check(by, clock())
        self._thread = threading.Thread(target=_run, args=(check, clock, make), name="cookiegate-verify", daemon=True)
        self._thread.start()
        return True

    def wait(self) -> None:
        """Until the one that is under way has ended."""
        if self._thread:
            self._thread.join()


def _run(check: Check, clock: Callable[[], float], make: Make) -> None:
    def note(done: int, of: int) -> None:
        check.done, check.of = done, of

    try:
        verification = make(progress=note)
        check.findings = tuple(_keep(check, verification.find()))
        summary = verification.summary
        check.leaves, check.absent, check.unsigned = summary.leaves, summary.absent, summary.unsigned
    except CookiegateError as error:
        check.failure = str(error)
    except Exception as error:  # the page must not say for ever that it is under way
        check.failure = type(error).__name__
        raise
    finally:
        check.ended = clock()


def _keep(check: Check, findings: Iterator[str]) -> Iterator[str]:
    for finding in findings:
        check.count += 1
        if check.count <= _MOST:
            yield finding

"""What all pages of the dashboard share, and what is known of one request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.responses import RedirectResponse, Response

from cookiegate.consent import VerifierKey
from cookiegate.errors import CookiegateError
from cookiegate.policy import Policy
from cookiegate.register import Account, Session, acting, load_ledger_key, note_act
from cookiegate.store import Store
from cookiegate.visitor import TrustedProxies

from .cases import Desk, Desks
from .delays import Delays, Failures
from .readers import Readers
from .tables import Page
from .texts import Words
from .verifying import Verifying

log = logging.getLogger("cookiegate.admin")
Answer = Response | Page | Session  # a session: one that begins, so the browser gets its number


class Refused(CookiegateError):
    """What is not done, in the words of the page's language, with the status that says so, and the seconds to wait
    before it is asked for again."""

    def __init__(self, text: str, status: int = 400, wait: int = 0) -> None:
        self.status = status
        self.wait = wait
        super().__init__(text)


@dataclass(frozen=True)
class Office:
    """One dashboard: where the register is, who may reach it, and what it has in mind while it runs."""

    store_url: str
    policy: Policy
    key_file: Path
    checkpoint: Path
    public: str = ""  # the origin that browsers see, https://…; "": http on this machine alone
    need_codes: bool = False  # of officers and admins
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    version: str = ""
    clock: Callable[[], float] = time.time
    delays: Delays = field(default_factory=Delays)
    failures: Failures = field(default_factory=Failures)
    desks: Desks = field(default_factory=Desks)
    verifying: Verifying = field(default_factory=Verifying)

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self.store_url)

    def reading(self) -> AbstractContextManager[Store]:
        return self._readers.lend()

    def close(self) -> None:
        self._readers.close()

    def find_keys(self) -> tuple[bytes, tuple[VerifierKey, ...]]:
        """The key under which people are found, and those that verify the ledger. LedgerError where there is none."""
        key = load_ledger_key(self.key_file)
        return key.index, tuple(key.verifiers)

    def needs_codes(self, account: Account) -> bool:
        """Whether this person has to set up one-time codes before anything else."""
        return self.need_codes and account.role in ("officer", "admin") and not account.secret


@dataclass
class Ask:
    """One request, by the time somebody answers it."""

    office: Office
    way: str  # "GET /requests/{id}", as in the table of rights
    words: Words
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    network: str = ""
    session: Session | None = None
    error: str = ""  # what was wrong with a form, for the page that shows it again
    is_english: bool = False  # the error is, whatever the page's language: it comes from the register

    @property
    def now(self) -> float:
        return self.office.clock()

    @property
    def account(self) -> Account:
        assert self.session is not None
        return self.session.account

    @property
    def desk(self) -> Desk:
        assert self.session is not None
        return self.office.desks.find(self.session.token, self.now)

    @contextmanager
    def acting(self, why: str = "") -> Iterator[None]:
        """What is done in the block stands on the ledger under this person's name."""
        with acting(self.account.name, why):
            yield

    def note(self, act: str, why: str = "", **said: str | int) -> None:
        """Put on the ledger that this person did it."""
        with self.acting(why):
            note_act(self.office.store_url, act, self.now, **said)

    def render(self, template: str, title: str, **more: Any) -> Page:
        return Page(template, title, (), more)


def go(place: str) -> Response:
    """On to another page, which is asked for with GET."""
    return RedirectResponse(place, 303)

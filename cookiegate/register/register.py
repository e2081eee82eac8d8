"""The register's front: what the request path calls. None of it waits for the store, except where it must."""

from __future__ import annotations

import asyncio
import atexit
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from cookiegate.consent import ConsentRecord
from cookiegate.errors import CookiegateError, LedgerError, StoreError
from cookiegate.policy import Policy
from cookiegate.store import Batch, check_store, companion, has_ledger, is_shared, open_store

from .acts import acting
from .deadlines import Deadlines
from .declaration import Shown
from .events import Event
from .growth import find_subject
from .herald import Herald
from .landing import LANDING, NOTHING, stop_forwarding, wait_for_landing
from .ledger import Ticket
from .ledgerkey import LedgerKey, load_ledger_key, make_ledger_key
from .outbox import Outbox, Unstored
from .spool import forget_spooled, list_spooled
from .subjects import Recipient, erase_subject, restrict_subject
from .upkeep import Upkeep
from .visits import Visit
from .writer import Writer

_PERSON = "data subject"  # who erases or restricts their own records, as the ledger names them


class Register:
    """Records decisions, visits and observations of one site. Opens nothing before the first of them."""

    def __init__(
        self,
        store_url: str,
        policy: Policy,
        *,
        ledger_key: str = "",
        checkpoint: str = "",
        witness: str = "",
        shown: Callable[[], Shown] = dict,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`ledger_key` and `checkpoint` name files; otherwise they lie beside a SQLite database. `witness` is the URL
        that checkpoints are sent to. `shown` gives what visitors are shown, to be kept beside the first decision;
        `clock` seconds since 1970-01-01 UTC.

        Raises StoreError for a URL that names no store we know, SchemaError for a store of another version, LedgerError
        for a key that others may read, or none where the store is shared. A store that cannot be reached is no reason
        not to start.
        """
        check_store(store_url)
        self.store_url = store_url
        self._policy = policy
        self._shown = shown
        self._clock = clock
        self._key_file = Path(ledger_key) if ledger_key else companion(store_url, ".ledgerkey")
        self._checkpoint = Path(checkpoint) if checkpoint else companion(store_url, ".checkpoint")
        self._herald = Herald(witness) if witness else None
        self._key = load_ledger_key(self._key_file) if self._key_file.exists() else None
        if self._key is None and (ledger_key or is_shared(store_url)):
            raise LedgerError(
                f"there is no ledger key at {self._key_file}: make one with `cookiegate keys new`, give the same file "
                "to every gateway, and say where it is in COOKIEGATE_LEDGER_KEY"
            )
        # By process: after a fork the parent's writer stays where it is, untouched, since its thread and its
        # connection are the parent's; the child makes its own.
        self._writers: dict[int, Writer] = {}
        self._closed_first: list[Callable[[], None]] = []
        self._deadlines: WeakKeyDictionary[asyncio.AbstractEventLoop, Deadlines] = WeakKeyDictionary()

    async def record(self, record: ConsentRecord, *, known: bool = False) -> None:
        """Returns once the decision is durable (GDPR art. 7(1): a grant counts only when it can be demonstrated).
        `known`: its id has given something before, which this may take back.

        Raises StoreError when the store fails or does not get to it within 5 seconds; the decision is then not
        stored, also not later, unless the connection broke just when COMMIT was sent: then nobody can tell, and
        nothing may be given. Only when COMMIT itself hangs does it take longer: its outcome is waited for.
        """
        writer, loop = self._writer(), asyncio.get_running_loop()
        ticket = Ticket(record.seal(os.urandom(64)), record.consent_id, loop, narrows=known)
        assert ticket.outcome is not None
        if not writer.submit(ticket):
            raise StoreError("the decision could not be recorded: the register is closed, or too many are waiting")
        self._find_deadlines(loop, writer).watch(ticket, loop)
        try:
            failure = await ticket.outcome
        except asyncio.CancelledError:
            writer.abandon(ticket)  # nobody will be told that it was saved
            raise
        if failure:
            raise StoreError(f"the decision could not be recorded: {failure}") from failure
        if known:
            await self._wait_for_landing(record)

    def record_later(self, record: ConsentRecord) -> None:
        """Record a refusal or a withdrawal, which holds whether or not it is recorded: queued until it is."""
        self._writer().submit(Ticket(record.seal(os.urandom(64)), record.consent_id))

    async def withdraw(self, record: ConsentRecord) -> None:
        """As `record_later`, and returns once nobody is told any more of what this person did.

        That takes as long as what is on its way, a few seconds at most; also where the store does not answer, since
        nothing can be sent then.
        """
        ticket = Ticket(record.seal(os.urandom(64)), record.consent_id, listener=asyncio.get_running_loop())
        self._writer().submit(ticket)
        assert ticket.outcome is not None
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(LANDING):
                if await ticket.outcome is None:
                    await self._wait_for_landing(record)

    def forward(self, event: Event) -> bool:
        """Have a service told of it. False where it had to be dropped, and was counted."""
        return self._writer().forward(event)

    def open_outbox(self) -> Outbox:
        """What there is to be sent, for the one thread that sends it."""
        return Outbox(self.store_url, lambda: self._find_key().index, self._list_unstored)

    def also_close(self, close: Callable[[], None]) -> None:
        """To be called when the register is closed, before anything else."""
        self._closed_first.append(close)

    async def _wait_for_landing(self, record: ConsentRecord) -> None:
        if self._policy.forwarded:
            services = "".join(f" {each} " for each in record.services) or NOTHING
            # where the store fails now, nobody sends
            with suppress(CookiegateError):
                await asyncio.to_thread(self._await_landing, self.find_subject(record.consent_id), services)

    def _await_landing(self, subject: bytes, services: str) -> None:
        with closing(open_store(self.store_url, readonly=True)) as store:
            left = wait_for_landing(store, subject, services)
        if left:
            with closing(open_store(self.store_url)) as store:
                store.write(Batch(changes=stop_forwarding([(subject, services)])))  # what did not arrive

    def _list_unstored(self) -> Iterator[Unstored]:
        for ticket in (*self._writer().list_waiting(), *list_spooled(self.store_url)):
            if ticket.narrows:
                yield Unstored(ticket.consent_id, ticket.services)

    async def erase(self, consent_id: str, recipients: Sequence[Recipient]) -> None:
        """Make the records of this id nobody's, and have `recipients` told (GDPR art. 17, 19). Raises StoreError."""
        with acting(_PERSON):
            await asyncio.to_thread(self._erase, consent_id, recipients)

    async def restrict(self, consent_id: str, *, restricted: bool) -> None:
        """Keep the records of this id and use them for nothing else, or again as before (GDPR art. 18)."""
        ask = partial(restrict_subject, restricted=restricted)
        with acting(_PERSON):
            await asyncio.to_thread(ask, self.store_url, self.find_subject(consent_id), self._clock())

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC, by the clock that the register goes by."""
        return self._clock()

    def find_subject(self, consent_id: str) -> bytes:
        """The keyed hash under which the records of this id are found."""
        return find_subject(self._find_key().index, consent_id)

    def visit(self, visit: Visit) -> None:
        """Keep a visit, if the policy holds the balancing test on which visits may be kept (GDPR art. 6(1)(f))."""
        if self._policy.visits.assessment:
            self._writer().visit(visit)

    def observe(self, kind: str, name: str, path: str) -> None:
        """Count a "host", "cookie" or "storage" key that the policy does not name, on the page where it was seen."""
        self._writer().observe(kind, name, path)

    def answer(self, path: str, language: str, agent: str, banner: str, answer: str) -> None:
        """Count an answer to the banner on the page at `path`: "given", "partly", "refused" or "withdrawn".

        `language` is the one in which it was asked, `banner` the mark of the policy that was shown."""
        self._writer().answer(path, language, agent, banner, answer)

    def close(self) -> None:
        """Write what is queued and stop; at most 10 seconds. What comes afterwards is refused or counted as dropped."""
        for close in self._closed_first:
            close()
        self._writer().close()
        atexit.unregister(self.close)

    def health(self) -> dict[str, bool | int | str]:
        """Whether the store works ("store", "error"), and how much is queued and was dropped in this process."""
        return self._writer().health()

    def _erase(self, consent_id: str, recipients: Sequence[Recipient]) -> None:
        subject, now = self.find_subject(consent_id), self._clock()
        erase = partial(erase_subject, self.store_url, subject, now, whole=False, recipients=recipients)
        erase()
        # What still waits goes only now: had the store failed, it would be lost for nothing.
        self._writer().forget(consent_id)
        forget_spooled(self.store_url, consent_id)
        erase()  # what was on its way between the two

    def _find_deadlines(self, loop: asyncio.AbstractEventLoop, writer: Writer) -> Deadlines:
        deadlines = self._deadlines.get(loop)
        if deadlines is None:
            deadlines = self._deadlines[loop] = Deadlines(writer.abandon)
        return deadlines

    def _find_key(self) -> LedgerKey:
        """Made when it is first needed, of a store that is this machine's own."""
        if self._key is None:
            known = self._key_file.exists() or has_ledger(self.store_url)
            if self._key_file.exists():  # looked for again: another gateway may just have made both
                self._key = load_ledger_key(self._key_file)
            elif known:
                raise LedgerError(
                    f"the ledger's key {self._key_file} is gone: put it back from its copy. With another key nobody's "
                    "records are found and no ban on marketing holds; `cookiegate keys new` makes one all the same"
                )
            else:
                self._key = make_ledger_key(self._key_file, self._policy.site.hosts[0])
        return self._key

    def _writer(self) -> Writer:
        process = os.getpid()
        writer = self._writers.get(process)
        if writer is None:
            upkeep = Upkeep(
                self.store_url, self._policy, self._find_key, self._checkpoint, self._herald, self._shown, self._clock
            )
            writer = Writer(self.store_url, self._policy, upkeep, self._clock)
            writer = self._writers.setdefault(process, writer)
            atexit.register(self.close)
        return writer

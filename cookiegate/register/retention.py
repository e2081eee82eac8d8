"""How long each table keeps what it keeps, and why (GDPR art. 5(1)(e), 13(2)(a), 30); and the deleting.

A table without a rule here fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass

from cookiegate.policy import Policy
from cookiegate.store import Batch, Change, Store

from .acts import opened, scrub_files
from .growth import Removed, grow_by
from .rollup import roll_up
from .sessions import LONGEST_SECONDS
from .visits import day_of

_DAY = 86_400
_HOUR = 3600
_CLOCK_DAYS = 30
_PROVEN_DAYS = 3  # on which a gateway was at work lately, before the clock is believed
OBSERVATION_DAYS = 90  # unless the policy says otherwise
ANSWER_DAYS = 3 * 365 + 1  # likewise: this year beside the two before it
FIGURE_DAYS = 761  # likewise: 25 months, so that a month stands beside the same one of two years before
_UNCOUNTED_DAYS = 7  # that visits whose time is over wait for their day to be counted; then their time is what counts
CONSENT_DAYS = 3 * 365 + 183  # likewise: as long as a consent lasts, and claims about it after that
REQUEST_DAYS = 3 * 365 + 1  # after it was closed: as long as a claim about it may be expected
STAFF_DAYS = 365  # after an account was disabled: until nobody asks any more whose name it was
PERMIT_DAYS = 2 * 365 + 1  # two years by the calendar; each permit says when they end
OUTBOX_DAYS = 3  # as far back as Google Analytics takes events
_MOST = 5000  # statements named in one leaf


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a table is kept, on what ground, and for how many days (None: it holds nothing about a person, or has to
    be kept as long as the register is)."""

    table: str
    purpose: str
    basis: str
    days: int | None = None


def list_rules(policy: Policy) -> tuple[Rule, ...]:
    """The rule of every table, under this policy."""
    never = "no personal data"
    return (
        Rule("visits", "statistics and security of the site", "GDPR art. 6(1)(f)", policy.visits.retention_days),
        Rule("observations", "to complete the policy", never, policy.retention.get("observations", OBSERVATION_DAYS)),
        Rule("figures", "statistics of the site", "no personal data, or GDPR art. 6(1)(f) where few come",
             policy.retention.get("figures", FIGURE_DAYS)),
        Rule("page_figures", "the same", "the same", policy.retention.get("figures", FIGURE_DAYS)),
        Rule("figured_days", "to tell which figures are whole", never, policy.retention.get("figures", FIGURE_DAYS)),
        Rule("figured_months", "the same", never, policy.retention.get("figures", FIGURE_DAYS)),
        Rule("names", "to bound how many names a day's visits bring", never, policy.visits.retention_days),
        Rule("answers", "to see how the banner does", never, policy.retention.get("answers", ANSWER_DAYS)),
        Rule("ledger_records", "to demonstrate consent", "GDPR art. 6(1)(c), 7(1)",
             policy.retention.get("consents", CONSENT_DAYS)),
        Rule("days", "to tell whether the clock can be believed", never, _CLOCK_DAYS),
        Rule("ledger_leaves", "to show that no consent was altered", never),
        Rule("ledger_tiles", "the same", never),
        Rule("ledger_head", "the same", never),
        Rule("checkpoints", "the same", never),
        Rule("shown", "to show what visitors were asked", never),
        Rule("requests", "to show that requests were answered", "GDPR art. 5(2), 12", REQUEST_DAYS),
        Rule("request_tasks", "to show that recipients were told", "GDPR art. 5(2), 19", REQUEST_DAYS),
        Rule("permits", "direct marketing that was agreed to", "Act 917/2014 ch. 24, GDPR art. 6(1)(a)", PERMIT_DAYS),
        Rule("outbox", "to tell the services that were agreed to", "GDPR art. 6(1)(a)", OUTBOX_DAYS),
        Rule("outbox_visitors", "to know a visitor to such a service again", "GDPR art. 6(1)(a)",
             policy.consent.validity_days),
        Rule("outbox_counts", "to show how much was sent and dropped", never),
        # a keyed hash: were it deleted, the next list of addresses would undo what the person wanted for good
        Rule("bans", "never to send marketing there again", "GDPR art. 17(3)(b), 21(3)"),
        Rule("staff", "to let only those in who may see the data", "GDPR art. 6(1)(f), 32", STAFF_DAYS),
        Rule("staff_sessions", "the same", "GDPR art. 6(1)(f), 32", 1),
    )  # fmt: skip


class Retention:
    """Deletes what is too old under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._threshold = policy.visits.threshold
        self._days = {rule.table: rule.days for rule in list_rules(policy) if rule.days is not None}
        self._said = -1, -1  # what the ledger was told to be past its time: up to which record, before which hour
        self._told: Store | None = (
            None  # through which it was told: another may be of an older copy, put back meanwhile
        )

    def believes_clock(self, store: Store, now: float) -> bool:
        """Whether so much time may have passed as the clock says, in seconds since 1970 UTC; keeps today in mind.

        One that has jumped years ahead would have all evidence deleted at once. It is believed where a gateway was at
        work on three other days of the last thirty; until then nothing old goes by itself.
        """
        store.write(Batch(changes=[Change("add_day", [(day_of(now),)])]))
        first, last = day_of(now - _CLOCK_DAYS * _DAY), day_of(now)
        ((days,),) = store.query("days_between", first=first, last=last)
        assert isinstance(days, int)
        return days >= _PROVEN_DAYS

    def purge(self, store: Store, now: float, *, at_once: bool = False) -> bool:
        """Delete a part, short enough to let a decision wait; whether there is more. `now`: seconds since 1970 UTC.

        `at_once`: also visits that were imported lately.
        """
        self._finish_days(store, now, at_once=at_once)
        deleted = store.purge("visits", day_of(now - self._days["visits"] * _DAY))
        deleted += store.purge("observations", day_of(now - self._days["observations"] * _DAY))
        deleted += store.purge("names", day_of(now - self._days["names"] * _DAY))
        deleted += store.purge("answers", day_of(now - self._days["answers"] * _DAY))
        closed_before = day_of(now - self._days["requests"] * _DAY)
        deleted += store.purge("request_tasks", closed_before)  # first: its request tells how old a task is
        deleted += store.purge("requests", closed_before)
        deleted += store.purge("permits", int(now))
        deleted += store.purge("outbox", int(now - self._days["outbox"] * _DAY) * 1000)
        deleted += store.purge("outbox_visitors", int(now - self._days["outbox_visitors"] * _DAY))
        month = day_of(now - self._days["figures"] * _DAY)[:7]  # whole months: what is summed goes with its days
        for table in ("figures", "page_figures", "figured_days", "figured_months"):
            deleted += store.purge(table, month)
        deleted += store.purge("staff", int(now - self._days["staff"] * _DAY))
        deleted += store.purge("staff_sessions", int(now) - LONGEST_SECONDS)
        deleted += store.purge("days", day_of(now - self._days["days"] * _DAY))
        before = int(now - self._days["ledger_records"] * _DAY) // _HOUR
        deleted += _erase_statements(store, before, int(now) // _HOUR)
        return bool(self._purge_records(store, before, int(now) // _HOUR) + deleted)

    def _finish_days(self, store: Store, now: float, *, at_once: bool) -> None:
        """Say of which days the visits may go: their time is over, and they were counted, or a week has passed since.

        Not on the day of an import, nor the day after: the next lines of the log may be about the same day.
        """
        today, yesterday, week_ago = (day_of(now - days * _DAY) for days in (0, 1, _UNCOUNTED_DAYS))
        limit, latest = (day_of(now - (self._days["visits"] + more) * _DAY) for more in (0, _UNCOUNTED_DAYS))
        for day, counted, imported in store.query("unfinished_days", before=limit, threshold=self._threshold):
            came = str(imported or "")
            if came > today:  # under a clock that was ahead
                came = ""
            if counted and (came < yesterday or at_once):
                store.write(Batch(changes=[Change("finish_day", [(day, self._threshold)])]))
            elif not counted and str(day) < latest and came < week_ago:
                store.write(Batch(changes=[Change("give_up_day", [(day,)])]))

    def _purge_records(self, store: Store, before: int, hour: int) -> int:
        """The ledger says up to which number records may be gone; those go whose time is over. Hours since 1970 UTC.

        Not all up to that number: a clock that once went wrong must not take the evidence before it along.
        """
        ((upto,),) = store.query("last_before", hour=before)
        if upto is None:
            return 0
        assert isinstance(upto, int)
        if store is not self._told or upto > self._said[0] or before > self._said[1]:
            # said first, so that a record which is gone is always one that the ledger says is gone
            store.write(Batch(grow_by([Removed("decisions", hour, upto=upto, before=before)])))
            self._said, self._told = (upto, before), store
        return store.purge("ledger_records", before)


def _erase_statements(store: Store, before: int, hour: int) -> int:
    """What people wrote to put a record right, and who of the staff did what, goes when a record of that age would.
    Hours since 1970 UTC."""
    old = [seq for (seq,) in store.query("old_statements", hour=before, most=_MOST) if isinstance(seq, int)]
    if old:
        gone = Change("erase_record", [(seq,) for seq in old])
        store.write(Batch(grow_by([Removed("erase", hour, of=old)]), [gone]))
    return len(old)


def run_out(store_url: str, policy: Policy, now: float) -> bool:
    """Delete all that is past its time, and make it be gone from the files. `now`: seconds since 1970 UTC.

    False where readers were in the way for so long that the files may still hold it. Raises StoreError where the store
    cannot be opened or written; also, once the rest is deleted, where a day could not be counted.
    """
    rules = Retention(policy)
    with opened(store_url, existing=True) as store:
        failed = roll_up(store, policy.visits.threshold, now)
        while rules.purge(store, now, at_once=True):
            pass
        gone = scrub_files(store)
    if failed:
        raise failed
    return gone

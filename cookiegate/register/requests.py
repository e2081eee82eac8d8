"""What people ask of the controller, and by when it has to be answered (GDPR art. 12(3), 15 to 22).

One month by the calendar: what came on 31 January is due on 28 or 29 February. Where the last day is no working day
the law gives until the next one (Regulation 1182/71 art. 3(4)); the day kept here is the earlier one, in time in any
case. Once, within that month, and told to the person with the reason, it can be made one or two months longer.

The register of requests names nobody: it says what was asked and done, not by whom.
"""

from __future__ import annotations

import secrets
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from cookiegate.errors import CookiegateError
from cookiegate.store import Change, Store

from .acts import carry_out, opened, require_impersonal

KINDS = ("access", "portability", "erasure", "restriction", "objection", "rectification")
OUTCOMES = ("fulfilled", "partly", "refused", "not-identified", "withdrawn")
MOST_EXTRA_MONTHS = 2
SOON = timedelta(days=7)
_FIRST_IN_EU = 4 * 3600  # seconds that the clocks of Réunion are ahead of UTC
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


class Request(NamedTuple):
    id: str
    kind: str  # one of KINDS
    received: str  # a day, as due and closed: 2026-11-22
    channel: str
    identity: str  # how it was shown who asks
    due: str
    extended: str  # why it takes longer, or ""
    notes: str
    outcome: str  # one of OUTCOMES, or ""
    reason: str
    closed: str  # "" while open

    def state(self, today: date) -> str:
        """ "closed", "overdue", "due soon" (in seven days or fewer) or "open"."""
        if self.closed:
            return "closed"
        left = date.fromisoformat(self.due) - today
        return "overdue" if left < timedelta(0) else "due soon" if left <= SOON else "open"


class Task(NamedTuple):
    number: int
    what: str
    done: str  # a day, or ""
    note: str


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: 31 January and one month is 28 or 29 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in(now: float) -> date:
    """The UTC day of a time in seconds since 1970-01-01."""
    return datetime.fromtimestamp(now, UTC).date()


def list_days_received(now: float) -> tuple[date, date]:
    """The first and the last day on which a request that is entered now may have been received: an earlier one is a
    slip of the pen. It is today where it has been today for longest in the EU. `now`: seconds since 1970 UTC."""
    today = day_in(now + _FIRST_IN_EU)
    return add_months(today, -12), today


def open_request(
    kind: str, now: float, *, received: date | None = None, channel: str, identity: str, notes: str = ""
) -> tuple[str, Change]:  # fmt: skip
    """A new request's id, and the change that puts it into the register.

    Raises CookiegateError for a day to come or more than a year ago, for texts that seem to name a person, and without
    channel or identity.
    """
    first, today = list_days_received(now)
    received = received or day_in(now)
    if not first <= received <= today:
        raise CookiegateError(
            f"a request cannot be entered as received on {received}: from {first}, a year ago, to {today}, today"
        )
    texts = [require_impersonal(text, f"the {what}")
             for text, what in ((channel, "channel"), (identity, "identity check"), (notes, "note"))]  # fmt: skip
    if not all(texts[:2]):
        raise CookiegateError("say how the request came (the channel) and how it was shown who asks (the identity)")
    id = f"{received}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"
    row = (id, kind, str(received), *texts[:2], str(add_months(received, 1)), texts[2])
    return id, Change("add_request", [row])


def add_request(
    store_url: str, kind: str, now: float, *, received: date | None = None, channel: str, identity: str, notes: str = ""
) -> Request:
    """Put a request into the register. Raises as `open_request`, and StoreError."""
    id, change = open_request(kind, now, received=received, channel=channel, identity=identity, notes=notes)
    with opened(store_url) as store:
        carry_out(store, "requests add", now, [change], request=id, kind=kind)
        return find_request(store, id)


def list_requests(store: Store) -> list[Request]:
    """All of them, those due first on top."""
    return [Request._make(map(str, row)) for row in store.query("requests")]


def find_request(store: Store, id: str) -> Request:
    """Raises CookiegateError where there is none of this id."""
    for row in store.query("request", id=id):
        return Request._make(map(str, row))
    raise CookiegateError(f"there is no request {id}; `cookiegate requests list --all` shows them")


def list_tasks(store: Store, id: str) -> list[Task]:
    """Whom to tell about what was done for a request (GDPR art. 19)."""
    return [Task(int(str(number)), str(what), str(done), str(note))
            for number, what, done, note in store.query("request_tasks", id=id)]  # fmt: skip


def add_tasks(store: Store, id: str, whats: Sequence[str]) -> Change:
    """The change that puts these behind the tasks that the request has."""
    first = len(list_tasks(store, id)) + 1
    return Change("add_request_task", [(id, number, what) for number, what in enumerate(whats, first)])


def extend_request(store_url: str, id: str, months: int, reason: str, now: float) -> Request:
    """Make it due one or two months later (GDPR art. 12(3)); tell the person, with the reason, on the same day.

    Raises CookiegateError without a reason, for more months, a second time, after the first month, when closed.
    """
    reason = require_impersonal(reason, "the reason")
    if not reason:
        raise CookiegateError("say why it takes longer: GDPR art. 12(3) wants the reason to be told to the person")
    if not 1 <= months <= MOST_EXTRA_MONTHS:
        raise CookiegateError(f"a request can be extended by 1 or {MOST_EXTRA_MONTHS} months, not by {months}")
    with opened(store_url, existing=True) as store:
        found = _find_open(store, id)
        if found.extended:
            raise CookiegateError(f"request {id} was extended before, to {found.due}: only once")
        if str(day_in(now)) > found.due:
            raise CookiegateError(
                f"request {id} was due on {found.due}: it can be extended only within the first month. Answer it now"
            )
        due = add_months(date.fromisoformat(found.received), 1 + months)
        carry_out(store, "requests extend", now, [Change("extend_request", [(str(due), reason, id)])], request=id)
        return find_request(store, id)


def close_request(store_url: str, id: str, outcome: str, reason: str, now: float) -> Request:
    """Say how it ended. Raises CookiegateError while somebody has still to be told, and for a refusal that gives no
    reason (GDPR art. 12(4))."""
    reason = require_impersonal(reason, "the reason")
    if outcome in ("refused", "partly") and not reason:
        raise CookiegateError("say why not all was done: GDPR art. 12(4) wants the reason to be told to the person")
    with opened(store_url, existing=True) as store:
        _find_open(store, id)
        if left := [task for task in list_tasks(store, id) if not task.done]:
            numbers = ", ".join(str(task.number) for task in left)
            raise CookiegateError(
                f"request {id} cannot be closed yet, there is somebody to be told (task {numbers}): "
                f"see `cookiegate requests tasks {id}`"
            )
        change = Change("close_request", [(outcome, reason, str(day_in(now)), id)])
        carry_out(store, "requests close", now, [change], request=id, outcome=outcome)
        return find_request(store, id)


def finish_task(store_url: str, id: str, number: int, note: str, now: float) -> list[Task]:
    """Say that a recipient was told, or in the note why they cannot be (GDPR art. 19); all tasks of the request."""
    note = require_impersonal(note, "the note")
    with opened(store_url, existing=True) as store:
        found = {task.number: task for task in list_tasks(store, find_request(store, id).id)}
        if number not in found:
            raise CookiegateError(f"request {id} has no task {number}")
        if found[number].done:
            raise CookiegateError(f"task {number} of request {id} was done on {found[number].done}")
        change = Change("finish_request_task", [(str(day_in(now)), note, id, number)])
        carry_out(store, "requests task", now, [change], request=id, task=number)
        return list_tasks(store, id)


def _find_open(store: Store, id: str) -> Request:
    found = find_request(store, id)
    if found.closed:
        raise CookiegateError(f"request {id} was closed on {found.closed}")
    return found

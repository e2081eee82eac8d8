"""The register of requests: what people asked for, and by when it is due (GDPR art. 12). It names nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cookiegate.register import (
    KINDS,
    OUTCOMES,
    add_request,
    close_request,
    extend_request,
    find_request,
    finish_task,
    list_days_received,
    list_requests,
    list_tasks,
)

from .office import Answer, Ask, Refused, go
from .tables import Column, Page, Table

_OPEN = (
    Column("request", "request"),
    Column("kind", "word:kind"),
    Column("due", "day"),
    Column("state", "word:state"),
    Column("received", "day"),
    Column("channel"),
    Column("notes"),
)
_CLOSED = (
    Column("request", "request"),
    Column("kind", "word:kind"),
    Column("received", "day"),
    Column("closed", "day"),
    Column("outcome", "word:outcome"),
    Column("reason"),
)
_TASKS = (Column("number", "number"), Column("task"), Column("done", "day"), Column("note"))


def find_today(ask: Ask) -> date:
    return datetime.fromtimestamp(ask.now, UTC).date()


def show_requests(ask: Ask) -> Answer:
    today = find_today(ask)
    with ask.office.reading() as store:
        found = list_requests(store)
    open_ones = [each for each in found if not each.closed]
    closed = sorted((each for each in found if each.closed), key=lambda each: each.closed, reverse=True)
    due = [
        (each.id, each.kind, each.due, each.state(today), each.received, each.channel, each.notes) for each in open_ones
    ]
    done = [(each.id, each.kind, each.received, each.closed, each.outcome, each.reason) for each in closed]
    tables = Table("open_requests", _OPEN, due), Table("closed_requests", _CLOSED, done)
    return Page("requests.html", "requests.title", tables, {"kinds": KINDS, "today": today})


def show_request(ask: Ask) -> Answer:
    with ask.office.reading() as store:
        found = find_request(store, ask.path["id"])
        tasks = list_tasks(store, found.id)
    table = Table("tasks", _TASKS, [(each.number, each.what, each.done, each.note) for each in tasks])
    more = {"request": found, "state": found.state(find_today(ask)), "outcomes": OUTCOMES,
            "undone": [each for each in tasks if not each.done]}  # fmt: skip
    return Page("request.html", "request.title", (table,), more)


def add(ask: Ask) -> Answer:
    kind = ask.form.get("kind", "")
    if kind not in KINDS:
        raise Refused(ask.words("requests.no_kind"))
    channel, identity = (require(ask, name) for name in ("channel", "identity"))
    received, (first, last) = read_day(ask, ask.form.get("received", "")), list_days_received(ask.now)
    if received and not first <= received <= last:
        raise Refused(ask.words("requests.not_then", first=first, last=last))
    with ask.acting():
        made = add_request(
            ask.office.store_url, kind, ask.now, received=received, channel=channel, identity=identity,
            notes=ask.form.get("notes", ""),
        )  # fmt: skip
    return go(f"/requests/{made.id}")


def extend(ask: Ask) -> Answer:
    months = 2 if ask.form.get("months") == "2" else 1
    with ask.acting():
        made = extend_request(ask.office.store_url, ask.path["id"], months, ask.form.get("reason", ""), ask.now)
    return go(f"/requests/{made.id}")


def close(ask: Ask) -> Answer:
    outcome = ask.form.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Refused(ask.words("requests.no_outcome"))
    with ask.acting():
        made = close_request(ask.office.store_url, ask.path["id"], outcome, ask.form.get("reason", ""), ask.now)
    return go(f"/requests/{made.id}")


def finish(ask: Ask) -> Answer:
    number = read_number(ask, "number")
    with ask.acting():
        finish_task(ask.office.store_url, ask.path["id"], number, ask.form.get("note", ""), ask.now)
    return go(f"/requests/{ask.path['id']}")


def require(ask: Ask, name: str) -> str:
    """A field that must not be empty."""
    if text := ask.form.get(name, "").strip():
        return text
    raise Refused(ask.words("fill_in", field=ask.words(f"field.{name}")))


def read_number(ask: Ask, name: str) -> int:
    text = ask.form.get(name, "").strip()
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    raise Refused(ask.words("fill_in", field=ask.words(f"field.{name}")))


def read_day(ask: Ask, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(ask.words("no_day", text=text[:20])) from None

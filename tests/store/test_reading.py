"""Every query gives the same rows on both engines, in the same order, whatever the data."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cookiegate.figures import ANSWERS, DayFigures, count_day
from cookiegate.register.growth import Removed, grow_by
from cookiegate.register.rollup import keep_day, sum_month
from cookiegate.store import AnswerRow, Batch, Change, Observation, Store, Value, VisitRow, open_store
from cookiegate.store.statements import number_parameters, reading

Make = Callable[..., Any]

SEED = 20260301
MIDNIGHT = 1_772_323_200  # 2026-03-01 00:00 UTC
DAYS = tuple(f"2026-03-{day:02}" for day in range(1, 8))
# Their order differs between bytes and any language.
NAMES = ("/", "/a", "/B", "/b", "/ä", "/Ä", "/z", "/_", "/-", "/a b", "/ab", "/a-b", "/\U0001f600", "/10", "/9", "/é")
SUBJECT = b"s" * 16
EVENTS = ("given", "partly-given", "refused", "withdrawn", "policy", "audit", "rectified")
# Which rows there are to compare, with these, is said below: a query that needs another name fails until it has one.
PARAMETERS: dict[str, tuple[Value, ...]] = {
    "after": (-1, 0, 17, 400),
    "most": (1, 50, 1000),
    "seq": (0, 3, 9999),
    "subject": (SUBJECT, b"nobody"),
    "start": (0, 256),
    "stop": (0, 256, 300),
    "level": (1, 2),
    "place": (0,),
    "hour": (0, 105, 1_000_000),
    "until": (106, 2_000_000),
    "hash": ("00" * 32, "ab" * 32),
    "day": (DAYS[0], DAYS[-1], "2030-01-01"),
    "first": (DAYS[0], DAYS[2], "2030-01-01"),
    "last": (DAYS[-1], DAYS[2], DAYS[0]),
    "top": (1, 3, 1000),
    "beginning": (b'{"k"', b'{"c"'),
    "id": ("r3", "nobody"),
    "request": ("r3", "nobody"),
    "hashed": (b"h1", b"b", b"nobody"),
    "now": (0, 5, 100),
    "looked": (0, 3, 100),
    "service": ("matomo", "google-analytics", "nothing"),
    "services": (" ", " matomo "),
    "claim": (b"c", b"nobody"),
    "over": (DAYS[-1], "2030-01-01"),
    "month": ("2026-03-01", "2026-04-01"),
    "before": (DAYS[0], DAYS[2], "2030-01-01"),
    "threshold": (1, 5),
    "first_month": ("2026-02", "2026-03"),
    "last_month": ("2026-02", "2026-03"),
    "small": (0, 100_000),
    **{answer: (f"total.{answer}", f"device.{answer}") for answer in ANSWERS},
    "who": ("aino", "nobody"),
    "token": (b"t1", b"nobody"),
}
# Made first, in the snapshot in which the others read it.
TABLES = {
    "place_views": ("count_pages", "count_shown"),
    "choose_spans": ("figures_of_names", "figures_of_funnel", "figures_of_pages"),
}
ON_TABLES = {*TABLES, "forget_views", "weigh_spans", *(name for names in TABLES.values() for name in names)}


def draw_visits(chance: random.Random) -> list[VisitRow]:
    """A week of few visitors on few pages, so that there are visits, ties and rows of every kind."""
    rows = []
    for _ in range(1500):
        day = chance.randrange(len(DAYS))
        time = MIDNIGHT + day * 86_400 + chance.randrange(0, 86_400, chance.choice((1, 600)))
        agent = chance.choice(("Firefox 131", "firefox", "Édge", "")), chance.choice(("Linux", "linux", "Windows"))
        device = chance.choice(("desktop", "mobile"))
        visitor = chance.choice((None, *(b"visitor%d" % number for number in range(4))))
        referrer = chance.choice(("", "https://a.example", "https://B.example", "https://ä.example"))
        status = chance.choice((200, 200, 200, 204, 299, 300, 304, 399, 400, 404, 500))
        bot, own = chance.random() < 0.1, chance.random() < 0.5
        said = chance.choice(("fi", "sv", "")), chance.choice(("", "Mail / b / c", "mail / b / c"))
        decision, *ran = chance.choice(
            (("", 0, 0), ("given", 1, 1), ("partly", 1, 0), ("refused", 0, 0), ("none", 0, 0))
        )
        group, banner = chance.choice(("", "/a", "/Ä")), chance.choice(("mark1", "mark2")) if not decision else ""
        rows.append(
            VisitRow(time, DAYS[day], "", chance.choice(NAMES), referrer, own, *agent, device, status, bot, visitor,
                     *said, decision, *ran, group, banner)
        )  # fmt: skip
    return rows


def add_rights(store: Store, chance: random.Random) -> None:
    """Requests with tasks, permits and a ban."""
    requests = [(f"r{at}", "erasure", DAYS[at], "post", "known", chance.choice(DAYS), "") for at in range(6)]
    tasks = [(f"r{at % 3 + 1}", at, f"tell {at}") for at in range(9)]
    permits = [
        (b"h%d" % (at // 2), ("sms", "email")[at % 2], NAMES[at // 2], "shop", "words", at, at + 5, b"h%d" % at)
        for at in range(10)
    ]
    rows = {"add_request": requests, "add_request_task": tasks, "add_permit": permits, "add_ban": [(b"b", 1, "post")]}
    store.write(Batch(changes=[Change(name, each) for name, each in rows.items()]))


def add_outbox(store: Store, chance: random.Random) -> None:
    """Events of two people for two services, some of them on their way."""
    services = ("matomo", "google-analytics")
    people = [(SUBJECT, service, b"salt", 5, 6) for service in services]
    events = []
    for at in range(40):
        service, subject = chance.choice(services), chance.choice((SUBJECT, b"t" * 16))
        events.append((b"%d" % at, service, subject, chance.randrange(20), "{}", SUBJECT, service))
    claims = [(b"c", b"%d" % at) for at in range(0, 40, 3)]
    changes = [
        Change("meet_outbox_visitor", people),
        Change("add_outbox_event", events),
        Change("claim_outbox_event", claims),
        Change("release_outbox_claim", [(b"none",)]),
        Change("count_outbox", [("matomo", "sent", 2), ("matomo", "sent", 3), ("google-analytics", "accepted", 1)]),
    ]
    store.write(Batch(changes=changes))


def add_people(store: Store) -> None:
    """Accounts of the staff, one of them signed in."""
    accounts = [(name, "officer", "scrypt$", 5) for name in ("otso", "aino", "a-b", "ab", "a_b")]
    session = Change("add_staff_session", [(b"t1", 7, 7, "aino", 1)])
    store.write(Batch(changes=[Change("add_staff", accounts), session]))


def fill(store: Store, entries: Make) -> None:
    chance = random.Random(SEED)
    seen = [
        Observation(chance.choice(DAYS), kind, chance.choice(NAMES), chance.choice(NAMES), chance.randrange(1, 9))
        for kind in ("host", "cookie", "storage")
        for _ in range(200)
    ]
    answers = [
        AnswerRow(day, *rest, 2)
        for day in DAYS
        for rest in product(("", "/Ä"), ("fi",), ("desktop", "mobile"), ("mark1",), ("given", "refused", "withdrawn"))
    ]
    written = ("add_visit", draw_visits(chance)), ("add_observation", seen), ("add_answer", answers)
    store.write(Batch(changes=[Change(name, rows) for name, rows in written]))
    for day in DAYS[:3]:
        with store.snapshot():
            figures = count_day(store, day)
        store.write(keep_day(figures, 1, "closed"))
    store.write(Batch(changes=[Change("note_day", [("2026-01-31", 0)])]))
    store.write(keep_day(DayFigures("2026-01-31"), 1, "closed"))
    store.write(sum_month("2026-03"))
    imported = Change("note_import", [(DAYS[1], "2026-03-20")])
    store.write(Batch(changes=[imported, Change("finish_day", [(day, 1) for day in DAYS[:3]])]))
    store.write(keep_day(figures, 5, "closed"))
    store.write(Batch(changes=[Change("add_month", [("2026-02",)])]))
    names = [(day, kind, name) for day in DAYS for kind in ("path", "missing") for name in (*NAMES, NAMES[0])]
    store.write(Batch(changes=[Change("add_name", names)]))
    for part in range(0, 300, 60):
        store.write(Batch(grow_by(entries[part : part + 60])))
    store.write(Batch(grow_by([Removed("erase", 110, of=[3, 4])]), [Change("erase_record", [(3,), (4,)])]))
    shown = [
        (f"{number:x}{number % 7:x}" * 32, kind, number, b"<p>%d" % number)
        for kind, number in (("banner", 0), ("policy", 10), ("banner", 3), ("policy", 11))
    ]
    notes = [(size, size, b"note %d" % size) for size in (3, 60, 300)]
    add_rights(store, chance)
    add_outbox(store, chance)
    add_people(store)
    restricted = [Change("unlink_record", [(7,)]), Change("restrict_record", [(1, 9)])]
    store.write(Batch(changes=[Change("add_shown", shown), Change("add_checkpoint", notes), *restricted]))


@pytest.fixture
def both(tmp_path: Path, postgresql: str, entries: Make) -> Iterator[tuple[Store, Store]]:
    """A store of each engine with the same data."""
    chance = random.Random(SEED)
    same = [
        each._replace(
            sealed=each.sealed._replace(
                hour=100 + at // 30, event=chance.choice(EVENTS), person=chance.choice((b"{}", None))
            ),
            subject=chance.choice((SUBJECT, b"t" * 16, None)),
        )
        for at, each in enumerate(entries(*range(300)))
    ]
    stores = open_store(f"sqlite:///{tmp_path}/site.db"), open_store(postgresql)
    try:
        for store in stores:
            fill(store, same)
        yield stores
    finally:
        for store in stores:
            store.close()


def combine(names: tuple[str, ...], chance: random.Random) -> Iterator[dict[str, Value]]:
    """Up to 30 choices of values for these parameters."""
    for _ in range(30 if names else 1):
        yield {name: chance.choice(PARAMETERS[name]) for name in names}


def compare(stores: tuple[Store, Store], name: str, chance: random.Random) -> int:
    """How many rows it has, with values of all sorts, on either engine."""
    rows = 0
    for given in combine(number_parameters(reading()[name])[1], chance):
        ours, theirs = (store.query(name, **given) for store in stores)
        assert ours == theirs, (name, given)
        rows += len(ours)
    return rows


def test_every_query_gives_the_same_rows_on_both_engines(both: tuple[Store, Store]) -> None:
    chance = random.Random(SEED)
    found = {name: compare(both, name, chance) for name in reading() if name not in ON_TABLES}
    for table, names in TABLES.items():
        found |= dict.fromkeys(names, 0)
        for given in combine(number_parameters(reading()[table])[1], chance):
            with both[0].snapshot(), both[1].snapshot():
                for store in both:
                    store.query(table, **given)
                for name in names:
                    found[name] += compare(both, name, chance)
    assert [name for name, rows in found.items() if not rows] == []


def test_texts_come_in_the_order_of_their_bytes(both: tuple[Store, Store]) -> None:
    for store in both:
        rows = store.query("observations", first=DAYS[0], last=DAYS[-1], top=1000)
        times = [(-int(str(row[3])), str(row[0]).encode(), str(row[1]).encode(), str(row[2]).encode()) for row in rows]
        assert len({count for count, *_ in times}) < len(times)  # there are ties to be put in order
        assert times == sorted(times)
        for day in DAYS[:3]:
            with store.snapshot():
                store.query("place_views", day=day)
                pages = [str(path).encode() for path, *_ in store.query("count_pages")]
                origins = [
                    (status, *(str(name).encode() for name in names))
                    for status, *names, _ in store.query("count_origins", day=day)
                ]
                for keys in (pages, origins):
                    assert len(keys) > 3
                    assert keys == sorted(keys)

"""What every engine promises: whole batches, one ledger, deletion in pieces, readers that see one moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.errors import StoreError
from cookiegate.register.growth import Removed, grow_by
from cookiegate.store import Batch, Change, Growth, Head, Store, open_store
from tests.register.tree import check_tree, read_records

Make = Callable[..., Any]
Select = Callable[[str], list[tuple[Any, ...]]]
Count = Callable[[], int]


def test_the_ledger_continues_where_it_ended(store: Store, url: str, growth: Make) -> None:
    assert store.write(Batch(growth("a", "b")))
    store.close()
    again = open_store(url)
    assert again.write(Batch(growth("c")))
    again.close()
    assert len(check_tree(url)) == 3
    assert [found.said["said"] for found in read_records(url)] == ["a", "b", "c"]


def test_a_batch_is_stored_whole_or_not_at_all(
    store: Store, growth: Make, visit: Make, visits: Make, count: Count, url: str
) -> None:
    unfit = visit("2026-03-01")._replace(path=None)
    changes = visits([visit("2026-03-01"), unfit]).changes
    with pytest.raises(StoreError, match=r"(?i)not.null"):
        store.write(Batch(growth("a"), changes))
    assert count() == 0
    assert check_tree(url) == []
    assert store.write(Batch(growth("b")))  # and the connection is fit for the next
    assert [found.said["said"] for found in read_records(url)] == ["b"]


@pytest.mark.parametrize("unfit", ["\ud800", 1 << 64])
def test_what_no_engine_can_hold_is_a_store_error(
    store: Store, visit: Make, visits: Make, count: Count, unfit: object
) -> None:
    column = "path" if isinstance(unfit, str) else "time"
    for copies in (1, 50):
        with pytest.raises(StoreError):
            store.write(visits([visit("2026-03-01")._replace(**{column: unfit})] * copies))
    assert count() == 0


def test_the_head_is_given_inside_the_transaction_that_changes_it(store: Store, growth: Make, url: str) -> None:
    heads: list[Head] = []

    def grow(head: Head) -> Growth:
        heads.append(head)
        return growth("x")(head)

    for _ in range(3):
        store.write(Batch(grow))
    assert [head.size for head in heads] == [0, 1, 2]
    assert heads[0].frontier == b""

    def fail(head: Head) -> Growth:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(Batch(fail))
    assert store.write(Batch(growth("y")))
    assert len(check_tree(url)) == 4


def test_nothing_is_stored_when_the_last_question_is_answered_no(
    store: Store, growth: Make, visit: Make, visits: Make, count: Count, url: str
) -> None:
    assert not store.write(Batch(growth("a"), visits([visit("2026-03-01")]).changes), lambda: False)
    assert check_tree(url) == []
    assert count() == 0
    with pytest.raises(KeyError):
        store.write(Batch(growth("a")), lambda: {}["who"])
    assert store.write(Batch(growth("b")))
    assert len(check_tree(url)) == 1


# Makes the ledger grow by batches of one to seven entries.
WRITER = """
import sys
from cookiegate.register.growth import grow_by, keep_statement
from cookiegate.store import Batch, open_store
store = open_store(sys.argv[1])
for batch in range(300):
    store.write(Batch(grow_by([keep_statement("audit", "audit", {"batch": batch}, 1) for _ in range(batch % 7 + 1)])))
store.close()
"""


def test_two_processes_grow_one_tree_without_gaps(url: str) -> None:
    open_store(url).close()
    writers = [subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, url]) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    entries = 2 * sum(batch % 7 + 1 for batch in range(300))
    assert len(check_tree(url)) == entries
    assert [found.seq for found in read_records(url)] == list(range(entries))


def test_a_second_store_waits_for_the_first_and_continues_it(url: str, growth: Make) -> None:
    first, second = open_store(url), open_store(url)
    for number in range(20):
        (first, second)[number % 2].write(Batch(growth(number)))
    first.close()
    second.close()
    assert [found.said["said"] for found in read_records(url)] == list(range(20))
    assert len(check_tree(url)) == 20


def test_observations_of_a_day_add_up(store: Store, visits: Make, seen: Make) -> None:
    for _ in range(3):
        store.write(visits(seen=[seen("2026-03-01", times=2)]))
    store.write(visits(seen=[seen("2026-03-02", times=1)] * 9))  # many at once, and the same one
    expected = [("host", "cdn.tracker.example", "/", 15, "2026-03-01", "2026-03-02")]
    assert store.query("observations", first="0000", last="9999", top=10) == expected


def test_purging_visits_deletes_what_is_older_and_nothing_else(
    store: Store, visit: Make, visits: Make, finish: Make, select: Select
) -> None:
    store.write(visits([visit(f"2026-03-{day:02}") for day in range(1, 31) for _ in range(10)]))
    assert not store.purge("visits", "2026-03-11")
    assert select("SELECT count(*) FROM visits") == [(300,)]  # their days are not counted yet
    finish()
    while store.purge("visits", "2026-03-11", most=70):
        pass
    assert select("SELECT min(day), max(day), count(*) FROM visits") == [("2026-03-11", "2026-03-30", 200)]
    store.write(visits([visit("2026-03-05")]))  # one that came late
    assert select("SELECT min(day), count(*) FROM visits") == [("2026-03-05", 201)]


def test_purging_other_tables_goes_in_pieces(store: Store, visits: Make, seen: Make, growth: Make, url: str) -> None:
    rows = [seen(f"2026-03-{number // 10 + 1:02}", f"/{number}") for number in range(300)]
    store.write(visits(seen=rows))
    pieces: list[int] = []
    while not pieces or pieces[-1]:
        pieces.append(store.purge("observations", "2026-03-21", most=70))
    assert pieces == [70, 70, 60, 0]
    assert len(store.query("observations", first="0000", last="9999", top=1000)) == 100


def test_purging_records_takes_decisions_and_leaves_the_rest(
    store: Store, entries: Make, growth: Make, url: str
) -> None:
    events = ("given", "partly-given", "refused", "withdrawn", "policy", "audit") * 5
    plain = zip(entries(*events), events, strict=True)
    kept = [
        entry._replace(sealed=entry.sealed._replace(event=event, hour=number))
        for number, (entry, event) in enumerate(plain)
    ]
    store.write(Batch(grow_by(kept)))
    store.write(Batch(grow_by([Removed("decisions", 1, upto=11)])))
    assert [store.purge("ledger_records", 12, most=5) for _ in range(3)] == [5, 3, 0]
    left = [found.seq for found in read_records(url)]
    assert left == [4, 5, 10, 11, *range(12, 30)]
    assert len(check_tree(url)) == 31


def test_records_are_erased_unlinked_and_restricted(store: Store, entries: Make, url: str) -> None:
    personal = {"person_salt": b"s" * 32, "person": b"{}"}
    kept = [each._replace(sealed=each.sealed._replace(**personal), subject=b"who") for each in entries(*range(3))]
    store.write(Batch(grow_by(kept)))
    assert [row[0] for row in store.query("records_of", subject=b"who")] == [0, 1, 2]
    changes = [
        Change("erase_record", [(0,)]),
        Change("unlink_record", [(1,)]),
        Change("restrict_record", [(1, 2)]),
    ]
    store.write(Batch(changes=changes))
    assert store.query("record", seq=0) == []
    assert store.query("record", seq=1)[0][5:] == (None, None, 0)
    assert [(row[0], row[7]) for row in store.query("records_of", subject=b"who")] == [(2, 1)]


def test_a_long_ledger_is_streamed_whole_and_from_any_leaf(store: Store, growth: Make) -> None:
    store.write(Batch(growth(*range(2500))))
    assert [seq for seq, _ in store.stream("leaves")] == list(range(2500))
    assert [seq for seq, _ in store.stream("leaves", after=2399)] == list(range(2400, 2500))
    assert [row[0] for row in store.stream("records", after=999)] == list(range(1000, 2500))
    assert list(store.stream("checkpoints")) == []


def test_what_is_shown_and_signed_is_kept_once(store: Store) -> None:
    for time in (1, 2):
        rows = [("ab" * 32, "banner", time, b"<p>")]
        store.write(Batch(changes=[Change("add_shown", rows), Change("add_checkpoint", [(7, time, b"note")])]))
    assert store.query("shown", hash="ab" * 32) == [("banner", 1, b"<p>")]
    assert store.query("last_checkpoint") == [(7, b"note")]


def test_a_snapshot_sees_one_moment(store: Store, reader: Store, growth: Make, visit: Make, visits: Make) -> None:
    store.write(Batch(growth("a")))
    with reader.snapshot():
        assert reader.query("ledger_size") == [(1,)]
        store.write(Batch(growth("b"), visits([visit("2026-03-01")]).changes))
        assert reader.query("ledger_size") == [(1,)]
        assert [seq for seq, _ in reader.stream("leaves")] == [0]
        assert reader.query("figured_day", day="2026-03-01") == []
    assert reader.query("ledger_size") == [(2,)]
    with pytest.raises(ZeroDivisionError), reader.snapshot():
        raise ZeroDivisionError
    with reader.snapshot():  # and ends, whatever happens in it
        assert reader.query("ledger_size") == [(2,)]


def test_writers_do_not_wait_for_a_reader_and_scrubbing_says_that_there_is_one(
    store: Store, reader: Store, visit: Make, visits: Make, finish: Make, count: Count
) -> None:
    store.write(visits([visit("2026-03-01")]))
    finish()
    with reader.snapshot():
        assert [row[:2] for row in reader.query("count_kinds", day="2026-03-01")] == [(0, 200)]
        store.write(visits([visit("2026-03-02")]))  # a new day
        store.purge("visits", "2026-03-02")
        assert not store.scrub()
        assert [row[:2] for row in reader.query("count_kinds", day="2026-03-01")] == [(0, 200)]
    assert store.scrub()
    assert count() == 1


def test_a_reader_cannot_write(
    store: Store, reader: Store, url: str, growth: Make, visit: Make, visits: Make, finish: Make
) -> None:
    store.write(visits([visit("2026-03-01")]))
    finish()
    for write in (
        lambda: reader.write(Batch(growth("a"))),
        lambda: reader.write(visits([visit("2026-03-02")])),
        lambda: reader.purge("visits", "2026-03-02"),
        lambda: reader.purge("observations", "2026-03-02"),
    ):
        with pytest.raises(StoreError, match=r"read.?only"):
            write()
    assert check_tree(url) == []


def test_closing_twice_is_closing(store: Store, reader: Store) -> None:
    for each in (store, store, reader, reader):
        each.close()


def test_a_killed_writer_leaves_what_it_had_written(url: str) -> None:
    script = (
        "import os, signal, sys\n"
        "from cookiegate.register.growth import grow_by, keep_statement\n"
        "from cookiegate.store import Batch, open_store\n"
        "store = open_store(sys.argv[1])\n"
        "store.write(Batch(grow_by([keep_statement('audit', 'audit', {'said': 1}, 1)])))\n"
        "store.write(Batch(grow_by([keep_statement('audit', 'audit', {'said': 2}, 1)])),"
        " lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    assert subprocess.run([sys.executable, "-c", script, url], check=False).returncode == -9
    assert [found.said["said"] for found in read_records(url)] == [1]
    assert len(check_tree(url)) == 1

"""What people asked for: when it is due, when it may take longer, and how it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register import (
    Request,
    Retention,
    add_request,
    close_request,
    extend_request,
    find_request,
    finish_task,
    list_requests,
    list_tasks,
)
from cookiegate.register.acts import carry_out
from cookiegate.register.requests import add_months, add_tasks
from cookiegate.store import open_store
from tests.databases.asking import ask
from tests.register.conftest import make_policy
from tests.register.rights import DAY, Site, make_site
from tests.register.tree import check_tree


def at(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    url = f"sqlite:///{tmp_path}/site.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    return make_site(url, tmp_path)


def ask_for(site: Site, day: str = "2026-03-02", kind: str = "access", **more: str) -> Request:
    return add_request(site.url, kind, at(day), **{"channel": "e-mail", "identity": "receipt"} | more)


def read(site: Site, id: str) -> Request:
    store = open_store(site.url, readonly=True)
    try:
        return find_request(store, id)
    finally:
        store.close()


def put_tasks(site: Site, id: str, *whats: str) -> None:
    store = open_store(site.url)
    carry_out(store, "test", at("2026-03-02"), [add_tasks(store, id, whats)])
    store.close()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-03-02", 1, "2026-04-02"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2028-02-29", 24, "2030-02-28"),
    ],
)
def test_months_are_those_of_the_calendar(day: str, months: int, later: str) -> None:
    assert str(add_months(date.fromisoformat(day), months)) == later


def test_a_request_is_due_one_month_after_it_was_received(site: Site) -> None:
    assert ask_for(site, "2026-01-31").due == "2026-02-28"
    late = add_request(
        site.url, "erasure", at("2026-03-10"), received=date(2026, 2, 20), channel="letter", identity="receipt"
    )
    assert (late.received, late.due) == ("2026-02-20", "2026-03-20")


def test_a_due_day_on_a_weekend_stays_where_it_is(site: Site) -> None:
    made = ask_for(site, "2026-04-02")
    assert made.due == "2026-05-02"
    assert date.fromisoformat(made.due).isoweekday() == 6


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-03-25", "open"),
        ("2026-03-26", "due soon"),
        ("2026-04-02", "due soon"),
        ("2026-04-03", "overdue"),
    ],
)
def test_it_is_said_seven_days_before_and_once_it_is_too_late(tmp_path: Path, today: str, state: str) -> None:
    made = ask_for(make_site(f"sqlite:///{tmp_path}/site.db", tmp_path))
    assert made.due == "2026-04-02"
    assert made.state(date.fromisoformat(today)) == state


@pytest.mark.parametrize(("months", "due"), [(1, "2026-03-31"), (2, "2026-04-30")])
def test_it_can_be_made_longer_by_one_or_two_months_counted_from_receipt(site: Site, months: int, due: str) -> None:
    made = ask_for(site, "2026-01-31")
    assert extend_request(site.url, made.id, months, "three registers", at("2026-02-28")).due == due
    assert read(site, made.id).extended == "three registers"


@pytest.mark.parametrize(
    ("months", "reason", "day", "says"),
    [
        (1, "  ", "2026-03-10", "say why it takes longer"),
        (3, "many", "2026-03-10", "not by 3"),
        (0, "many", "2026-03-10", "not by 0"),
        (1, "many", "2026-04-03", "only within the first month"),
        (1, "aino@example.test is slow", "2026-03-10", "without naming"),
    ],
)
def test_it_is_not_made_longer_otherwise(site: Site, months: int, reason: str, day: str, says: str) -> None:
    made = ask_for(site)
    with pytest.raises(CookiegateError, match=says):
        extend_request(site.url, made.id, months, reason, at(day))
    assert read(site, made.id) == made


def test_it_is_made_longer_once_and_never_when_it_is_closed(site: Site) -> None:
    twice, closed = ask_for(site), ask_for(site)
    extend_request(site.url, twice.id, 1, "many", at("2026-03-10"))
    with pytest.raises(CookiegateError, match="only once"):
        extend_request(site.url, twice.id, 1, "many", at("2026-03-11"))
    close_request(site.url, closed.id, "fulfilled", "", at("2026-03-10"))
    with pytest.raises(CookiegateError, match="was closed on 2026-03-10"):
        extend_request(site.url, closed.id, 1, "many", at("2026-03-11"))


@pytest.mark.parametrize("received", [date(1, 1, 1), date(2025, 3, 1), date(2026, 3, 3), date(9999, 12, 31)])
def test_a_request_was_received_within_a_year(site: Site, received: date) -> None:
    open_store(site.url).close()
    with pytest.raises(CookiegateError, match="from 2025-03-02, a year ago, to 2026-03-02, today"):
        add_request(site.url, "access", at("2026-03-02"), received=received, channel="letter", identity="receipt")
    assert ask(site.url, "SELECT count(*) FROM ledger_leaves") == [(0,)]


def test_it_can_be_entered_on_the_day_it_came_where_the_staff_is(site: Site) -> None:
    open_store(site.url).close()
    now = at("2026-03-02") + 10.5 * 3600  # 22:30 UTC: half past midnight in Helsinki
    made = add_request(site.url, "access", now, received=date(2026, 3, 3), channel="letter", identity="receipt")
    assert made.received == "2026-03-03"


@pytest.mark.parametrize("received", [date(2025, 3, 2), date(2026, 3, 2)])
def test_the_first_and_the_last_day_of_that_year_are_in_it(site: Site, received: date) -> None:
    open_store(site.url).close()
    made = add_request(site.url, "access", at("2026-03-02"), received=received, channel="letter", identity="receipt")
    assert made.received == str(received)


def test_a_request_does_not_name_anybody(site: Site) -> None:
    open_store(site.url).close()
    for field in ("channel", "identity", "notes"):
        with pytest.raises(CookiegateError, match="without naming"):
            ask_for(site, **{field: "aino@example.test"})
    assert ask(site.url, "SELECT count(*) FROM ledger_leaves") == [(0,)]


@pytest.mark.parametrize("field", ["channel", "identity"])
def test_how_it_came_and_how_it_was_shown_who_asks_cannot_be_blank(site: Site, field: str) -> None:
    with pytest.raises(CookiegateError, match="say how the request came"):
        ask_for(site, **{field: " "})


def test_a_refusal_needs_a_reason(site: Site) -> None:
    made = ask_for(site)
    for outcome in ("refused", "partly"):
        with pytest.raises(CookiegateError, match=r"art\. 12"):
            close_request(site.url, made.id, outcome, " ", at("2026-03-10"))
    assert close_request(site.url, made.id, "refused", "manifestly excessive", at("2026-03-10")).outcome == "refused"
    with pytest.raises(CookiegateError, match="was closed"):
        close_request(site.url, made.id, "fulfilled", "", at("2026-03-11"))


def test_a_request_stays_open_until_everybody_was_told(site: Site) -> None:
    made = ask_for(site, kind="erasure")
    put_tasks(site, made.id, "tell A", "tell B")
    finish_task(site.url, made.id, 1, "", at("2026-03-05"))
    with pytest.raises(CookiegateError, match=r"task 2\)"):
        close_request(site.url, made.id, "fulfilled", "", at("2026-03-06"))
    finish_task(site.url, made.id, 2, "the company was wound up", at("2026-03-06"))
    assert close_request(site.url, made.id, "fulfilled", "", at("2026-03-06")).closed == "2026-03-06"


def test_tasks_are_numbered_on_and_done_once(site: Site) -> None:
    made = ask_for(site)
    put_tasks(site, made.id, "tell A")
    put_tasks(site, made.id, "tell B", "tell C")
    tasks = finish_task(site.url, made.id, 2, "by letter", at("2026-03-05"))
    assert [tuple(task) for task in tasks] == [
        (1, "tell A", "", ""),
        (2, "tell B", "2026-03-05", "by letter"),
        (3, "tell C", "", ""),
    ]
    for number, says in ((2, "was done on 2026-03-05"), (4, "no task 4")):
        with pytest.raises(CookiegateError, match=says):
            finish_task(site.url, made.id, number, "", at("2026-03-05"))


def test_those_due_first_come_first(site: Site) -> None:
    days = ("2026-03-05", "2026-03-02", "2026-03-04")
    for day in days:
        ask_for(site, day)
    store = open_store(site.url, readonly=True)
    assert [each.received for each in list_requests(store)] == sorted(days)
    store.close()


def test_every_change_of_the_register_stands_on_the_ledger(site: Site) -> None:
    made = ask_for(site, notes="by post")
    put_tasks(site, made.id, "tell A")
    extend_request(site.url, made.id, 1, "many", at("2026-03-02"))
    finish_task(site.url, made.id, 1, "", at("2026-03-02"))
    close_request(site.url, made.id, "fulfilled", "", at("2026-03-02"))
    said = [(each["act"], each.get("request")) for each in site.acts() if each["act"] != "test"]
    assert said == [(f"requests {act}", made.id) for act in ("add", "extend", "task", "close")]
    assert {each["time"] for each in site.acts()} == {int(at("2026-03-02"))}
    check_tree(site.url)


def test_requests_and_their_tasks_go_three_years_after_they_were_closed(site: Site) -> None:
    old, young, unanswered = ask_for(site), ask_for(site), ask_for(site)
    for each in (old, young, unanswered):
        put_tasks(site, each.id, "tell A")
    for each, day in ((old, "2026-03-10"), (young, "2026-03-12")):
        finish_task(site.url, each.id, 1, "", at(day))
        close_request(site.url, each.id, "fulfilled", "", at(day))
    store, rules = open_store(site.url), Retention(make_policy())
    for day, left in (("2029-03-10", {old, young, unanswered}), ("2029-03-12", {young, unanswered})):
        while rules.purge(store, at(day)):
            pass
        assert {each.id for each in list_requests(store)} == {each.id for each in left}
        assert {each for each in left if list_tasks(store, each.id)} == left
    assert list_tasks(store, old.id) == []
    store.close()


def test_a_purge_that_is_cut_short_never_parts_a_task_from_its_request(site: Site) -> None:
    made = ask_for(site)
    put_tasks(site, made.id, *(f"tell {number}" for number in range(5)))
    for number in range(1, 6):
        finish_task(site.url, made.id, number, "", at("2026-03-10"))
    close_request(site.url, made.id, "fulfilled", "", at("2026-03-10"))
    store = open_store(site.url)
    assert store.purge("request_tasks", "2030-01-01", 3) == 3
    assert store.purge("requests", "2030-01-01", 3) == 0
    assert store.purge("request_tasks", "2030-01-01", 3) == 2
    assert store.purge("requests", "2030-01-01", 3) == 1
    store.close()


def test_days_are_those_of_utc(site: Site) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    before = add_request(site.url, "access", midnight - 1, channel="e-mail", identity="receipt")
    after = add_request(site.url, "access", midnight, channel="e-mail", identity="receipt")
    assert (before.received, after.received) == ("2026-03-01", "2026-03-02")
    assert at("2026-03-02") - midnight == DAY / 2

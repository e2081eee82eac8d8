"""Answers to the banner: counted until they are written, and kept as long as the policy says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from cookiegate.policy import Policy
from cookiegate.register import Register, Retention
from cookiegate.register.answers import Answer, Answers
from cookiegate.store import AnswerRow, Batch, Change, open_store
from tests.register.spooled import Outage

MIDNIGHT = 1_772_409_600  # 2026-03-02 00:00 UTC
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip
Select = Callable[[str], list[tuple[Any, ...]]]


def test_equal_answers_are_one_row_whatever_the_browser_says_of_itself(
    url: str, policy: Policy, select: Select
) -> None:
    for number in range(3):  # a gateway each
        register = Register(url, policy, clock=lambda: MIDNIGHT + 5)
        for build in range(10):
            agent = f"{IPHONE} Kivi/{number}.{build}"
            register.answer(f"/blogi/aino@posti.example/{build}?x=1", "fi", agent, "8d969eef", "given")
        register.answer("/", "sv", "", "8d969eef", "refused")
        register.close()
    assert sorted(select("SELECT day, grp, language, device, banner, answer, count FROM answers")) == [
        ("2026-03-02", "/", "sv", "bot", "8d969eef", "refused", 3),
        ("2026-03-02", "/blogi", "fi", "mobile", "8d969eef", "given", 30),
    ]


def test_answers_wait_for_a_store_that_is_down(
    url: str, policy: Policy, select: Select, outage: Outage, waiting: Callable[[Callable[[], bool]], None]
) -> None:
    register = Register(url, policy, clock=lambda: MIDNIGHT + 5)
    register.answer("/", "fi", IPHONE, "8d969eef", "given")
    waiting(lambda: not register.health()["store"])
    register.answer("/", "fi", IPHONE, "8d969eef", "given")
    outage.down = False
    register.close()
    assert select("SELECT count FROM answers") == [(2,)]
    assert register.health()["dropped_answers"] == 0


def test_what_anybody_can_invent_is_bounded_and_what_was_dropped_is_counted() -> None:
    answers = Answers()
    for number in range(1500):
        answers.add(Answer("2026-03-02", "/", "fi", f"agent {number}", "", "given"))
    answers.add(Answer("2026-03-02", "/", "fi", "agent 1", "", "given"))
    assert (len(answers), answers.dropped) == (1000, 500)
    taken = answers.take()
    assert (len(answers), taken.total()) == (0, 1001)
    answers.put_back(taken)
    assert answers.take() == taken


def test_answers_and_names_go_when_their_time_is_over(url: str, policy: Policy, select: Select) -> None:
    days = ("2025-11-01", "2026-02-01", "2026-03-01")
    rows = [AnswerRow(day, "/", "fi", "mobile", "", "given", 1) for day in days]
    names = [(day, "path", "/") for day in days]
    shorter = dataclasses.replace(policy, retention={"answers": 20})
    store = open_store(url)
    store.write(Batch(changes=[Change("add_answer", rows), Change("add_name", names)]))
    Retention(shorter).purge(store, MIDNIGHT)
    store.close()
    assert select("SELECT day FROM answers") == [("2026-03-01",)]
    assert sorted(select("SELECT day FROM names")) == [("2026-02-01",), ("2026-03-01",)]

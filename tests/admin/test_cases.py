"""What a session has open: found by its handle, in that session alone, and gone with it."""

from __future__ import annotations

from cookiegate.admin.cases import Case, Desk, Desks
from cookiegate.register import IDLE_SECONDS

AINO = Case("Ai" * 11, "answer to a request", "")
NOW = 1000.0


def test_a_case_has_a_handle_that_says_nothing_of_it() -> None:
    desk = Desk()
    first, second = desk.open(AINO), desk.open(AINO)
    assert first != second
    assert desk.find(first) == desk.find(second) == AINO
    assert desk.find("nothing") is None
    assert AINO.consent_id not in first + repr(AINO)


def test_the_case_that_was_looked_at_longest_ago_goes() -> None:
    desk = Desk()
    first, second = desk.open(AINO), desk.open(AINO)
    for _ in range(48):
        desk.open(AINO)
    desk.find(first)
    desk.open(AINO)
    assert desk.find(first)
    assert desk.find(second) is None


def test_each_session_has_its_own_desk_until_it_ends() -> None:
    desks = Desks()
    handle = desks.find("a", NOW).open(AINO)
    assert desks.find("a", NOW).find(handle)
    assert desks.find("b", NOW).find(handle) is None
    desks.clear("a")
    assert desks.find("a", NOW).find(handle) is None


def test_what_an_idle_session_had_open_is_forgotten() -> None:
    desks = Desks()
    handle = desks.find("a", NOW).open(AINO)
    assert desks.find("a", NOW + IDLE_SECONDS).find(handle)
    desks.find("b", NOW + 3 * IDLE_SECONDS)
    assert "a" not in desks._desks


def test_memory_is_kept_for_so_many_sessions_only() -> None:
    desks = Desks()
    for number in range(300):
        desks.find(str(number), NOW)
    assert len(desks._desks) == 200

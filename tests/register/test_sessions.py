"""Sessions of the staff: begun with what they know and have, ended by time, by signing out, by a change."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pytest

from cookiegate.errors import StoreError
from cookiegate.register import (
    Session,
    add_staff,
    begin_session,
    change_password,
    disable_staff,
    end_session,
    find_session,
    find_staff,
    set_secret,
    sign_in,
    touch_session,
)
from cookiegate.register import sessions as module
from cookiegate.register.onetime import STEP_SECONDS, code_at
from cookiegate.register.passwords import Cost, hash_password, is_outdated
from cookiegate.register.sessions import IDLE_SECONDS, LONGEST_SECONDS
from cookiegate.register.staff import TEMPORARY_SECONDS, Account
from cookiegate.store import Batch, Change, open_store
from tests.databases.asking import ask

from .rights import NOON, Site, make_site

PASSWORD = "viisi hevosta ladossa"
CHEAP = Cost(2, 8, 1)
SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture
def site(url: str, tmp_path: Path) -> Site:
    """Where Aino has an account, with a password of her own."""
    made = make_site(url, tmp_path)
    store = open_store(url)
    store.write(Batch(changes=[Change("add_staff", [("aino", "officer", hash_password(PASSWORD, CHEAP), 0)])]))
    store.close()
    return made


def find(site: Site, name: str = "aino") -> Account:
    store = open_store(site.url, readonly=True)
    try:
        return find_staff(store, name)
    finally:
        store.close()


def look(site: Site, token: str, now: float) -> tuple[Session, bool] | None:
    store = open_store(site.url, readonly=True)
    try:
        return find_session(store, token, now)
    finally:
        store.close()


def make_code(now: float) -> str:
    return code_at(base64.b32decode(SECRET), int(now) // STEP_SECONDS)


def test_who_knows_the_password_is_let_in_and_the_ledger_says_so(site: Site) -> None:
    session = sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert session
    assert len(session.token) == 43  # 256 bits
    found = look(site, session.token, NOON)
    assert found
    assert (found[0].account.name, found[0].begun) == ("aino", NOON)
    assert site.acts() == [{"act": "staff login", "by": "aino", "time": NOON}]


def test_the_store_holds_the_hash_of_the_token_alone(site: Site, url: str) -> None:
    session = sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert session
    ((token, name, *_),) = ask(url, "SELECT token, name, begun, seen FROM staff_sessions")
    assert (len(token), name) == (32, "aino")
    assert session.token.encode() not in bytes(token)
    assert bytes(token) not in base64.urlsafe_b64decode(session.token + "=")


def test_who_does_not_is_not(site: Site) -> None:
    for name, password in (
        ("aino", ""), ("aino", PASSWORD + "x"), ("aino", "\0"), ("aino", "\ud800"), ("otso", PASSWORD),
        ("aino\0", PASSWORD), ("\ud800", PASSWORD), ("aino' --", PASSWORD),
    ):  # fmt: skip
        assert sign_in(site.url, name, password, "", NOON) is None
    assert site.acts() == []


def test_an_unknown_name_is_hashed_as_a_known_one_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the work that is done, since time cannot be measured here."""
    checked: list[str] = []
    check = module.check_password
    monkeypatch.setattr(module, "check_password", lambda typed, kept: bool(checked.append(kept)) or check(typed, kept))
    change_password(site.url, find(site), "kuusi hevosta ladossa", NOON)
    disable_staff(site.url, "aino", NOON)
    sign_in(site.url, "nobody", "x", "", NOON)
    sign_in(site.url, "aino", "x", "", NOON)
    costs = [kept.split("$")[:4] for kept in checked]
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_a_password_that_was_handed_out_runs_out(site: Site) -> None:
    password = add_staff(site.url, "otso", "admin", NOON)
    assert sign_in(site.url, "otso", password, "", NOON + TEMPORARY_SECONDS)
    assert sign_in(site.url, "otso", password, "", NOON + TEMPORARY_SECONDS + 1) is None


def test_a_session_ends_after_a_while_without_a_page_and_after_ten_hours(site: Site) -> None:
    session = sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert session
    assert look(site, session.token, NOON + IDLE_SECONDS)
    assert look(site, session.token, NOON + IDLE_SECONDS + 1) is None
    now = float(NOON)
    while now < NOON + LONGEST_SECONDS:
        found = look(site, session.token, now)
        assert found
        if found[1]:
            touch_session(site.url, session.token, now)
        now += IDLE_SECONDS - 1
    assert look(site, session.token, now) is None


def test_the_clock_is_written_once_a_minute(site: Site) -> None:
    session = sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert session
    stale = [found[1] for wait in (0, 60, 61) if (found := look(site, session.token, NOON + wait))]
    assert stale == [False, False, True]


def test_old_sessions_are_deleted_when_somebody_signs_in(site: Site) -> None:
    for hours in (0, 1, 11):
        assert sign_in(site.url, "aino", PASSWORD, "", NOON + hours * 3600)
    assert len(ask(site.url, "SELECT token FROM staff_sessions")) == 2


def test_signing_out_ends_it_on_the_server(site: Site) -> None:
    session = sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert session
    end_session(site.url, session.token)
    assert look(site, session.token, NOON) is None


def test_no_token_is_made_up(site: Site) -> None:
    sign_in(site.url, "aino", PASSWORD, "", NOON)
    for token in ("", "x", "\ud800", "ä" * 43):
        assert look(site, token, NOON) is None


def test_with_codes_the_password_alone_is_not_enough_and_a_code_is_good_once(site: Site) -> None:
    set_secret(site.url, find(site), SECRET, 1, NOON)
    assert sign_in(site.url, "aino", PASSWORD, "", NOON) is None
    assert sign_in(site.url, "aino", PASSWORD, "000000", NOON) is None
    assert sign_in(site.url, "aino", PASSWORD, make_code(NOON), NOON)
    assert sign_in(site.url, "aino", PASSWORD, make_code(NOON), NOON) is None
    later = NOON + STEP_SECONDS
    assert sign_in(site.url, "aino", PASSWORD, make_code(later), later)


def test_of_two_who_come_with_one_code_at_once_one_is_let_in(site: Site) -> None:
    set_secret(site.url, find(site), SECRET, 1, NOON)
    account, step = find(site), NOON // STEP_SECONDS
    let_in: list[Session | None] = []
    together = threading.Barrier(4)

    def come() -> None:
        together.wait()
        let_in.append(begin_session(site.url, account, NOON, step))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 4
    assert sum(each is not None for each in let_in) == 1


def test_nobody_is_in_of_whom_the_ledger_does_not_know(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(module, "note_act", fail)
    with pytest.raises(StoreError):
        sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert ask(site.url, "SELECT token FROM staff_sessions") == []


def test_an_old_hash_is_renewed_as_somebody_signs_in(site: Site) -> None:
    assert is_outdated(find(site).password)
    assert sign_in(site.url, "aino", PASSWORD, "", NOON)
    assert not is_outdated(find(site).password)
    assert sign_in(site.url, "aino", PASSWORD, "", NOON)

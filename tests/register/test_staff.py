"""Accounts of the staff: made one by one, each change on the ledger, and none of their secrets anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register import (
    ROLES,
    add_staff,
    begin_session,
    change_password,
    disable_staff,
    find_session,
    find_staff,
    list_staff,
    reset_staff,
    run_out,
    set_language,
    set_role,
    set_secret,
    sign_in,
)
from cookiegate.register.retention import STAFF_DAYS
from cookiegate.register.staff import TEMPORARY_SECONDS, Account
from cookiegate.store import open_store

from .conftest import make_policy
from .rights import DAY, NOON, Site, make_site


@pytest.fixture
def site(url: str, tmp_path: Path) -> Site:
    made = make_site(url, tmp_path)
    open_store(url).close()
    return made


def find(site: Site, name: str) -> Account:
    store = open_store(site.url, readonly=True)
    try:
        return find_staff(store, name)
    finally:
        store.close()


def is_in(site: Site, token: str, now: float = NOON) -> bool:
    store = open_store(site.url, readonly=True)
    try:
        return find_session(store, token, now) is not None
    finally:
        store.close()


def test_there_is_no_account_until_one_is_made(site: Site) -> None:
    assert site.query("staff") == []


def test_an_account_begins_with_a_password_that_is_kept_as_a_hash_alone(site: Site) -> None:
    password = add_staff(site.url, "aino.esimerkki", "officer", NOON)
    made = find(site, "aino.esimerkki")
    assert (made.role, made.temporary, made.secret, made.disabled) == ("officer", NOON + TEMPORARY_SECONDS, "", 0)
    assert made.password.startswith("scrypt$")
    assert password not in str(site.query("staff")) + str(site.acts())
    assert made.password not in repr(made)
    assert site.acts() == [{"act": "staff add", "role": "officer", "staff": "aino.esimerkki", "time": NOON}]


@pytest.mark.parametrize("name", ["", "Aino", "aino esimerkki", "-aino", "aino@posti.example", "ä", "a" * 33, "a\n"])
def test_a_name_that_is_none_is_refused(site: Site, name: str) -> None:
    with pytest.raises(CookiegateError, match="small letters"):
        add_staff(site.url, name, "officer", NOON)
    assert site.acts() == []


def test_a_name_is_given_once_and_a_role_is_one_that_there_is(site: Site) -> None:
    add_staff(site.url, "aino", "officer", NOON)
    with pytest.raises(CookiegateError, match="already"):
        add_staff(site.url, "aino", "admin", NOON)
    for change in (lambda: add_staff(site.url, "otso", "root", NOON), lambda: set_role(site.url, "aino", "", NOON)):
        with pytest.raises(CookiegateError, match=ROLES[0]):
            change()
    assert [each.name for each in list_accounts(site)] == ["aino"]


def list_accounts(site: Site) -> list[Account]:
    store = open_store(site.url, readonly=True)
    try:
        return list_staff(store)
    finally:
        store.close()


def test_who_is_not_there_cannot_be_changed(site: Site) -> None:
    for change in (disable_staff, reset_staff):
        with pytest.raises(CookiegateError, match="no account otso"):
            change(site.url, "otso", NOON)


def test_every_change_of_an_account_ends_its_sessions_and_nobody_elses(site: Site) -> None:
    for name in ("aino", "otso"):
        add_staff(site.url, name, "officer", NOON)
    other = begin_session(site.url, find(site, "otso"), NOON)
    assert other
    changes = (
        lambda: change_password(site.url, find(site, "aino"), "viisi hevosta ladossa", NOON),
        lambda: set_secret(site.url, find(site, "aino"), "GEZDGNBV", 7, NOON),
        lambda: set_role(site.url, "aino", "auditor", NOON),
        lambda: reset_staff(site.url, "aino", NOON),
        lambda: disable_staff(site.url, "aino", NOON),
    )
    for change in changes:
        session = begin_session(site.url, find(site, "aino"), NOON)
        assert session
        assert is_in(site, session.token)
        change()
        assert not is_in(site, session.token)
    assert is_in(site, other.token)
    assert begin_session(site.url, find(site, "aino"), NOON) is None
    acts = [each["act"] for each in site.acts()][2:]
    assert acts == ["staff password", "staff codes", "staff role", "staff reset", "staff disable"]
    assert "hevosta" not in str(site.acts())
    assert "GEZDGNBV" not in str(site.acts())


def test_a_reset_takes_codes_away_and_opens_an_account_again(site: Site) -> None:
    add_staff(site.url, "aino", "officer", NOON)
    set_secret(site.url, find(site, "aino"), "GEZDGNBV", 7, NOON)
    disable_staff(site.url, "aino", NOON)
    password = reset_staff(site.url, "aino", NOON)
    assert (find(site, "aino").secret, find(site, "aino").disabled) == ("", 0)
    assert sign_in(site.url, "aino", password, "", NOON)


def test_the_password_that_one_has_is_not_taken_again(site: Site) -> None:
    password = add_staff(site.url, "aino", "officer", NOON)
    with pytest.raises(CookiegateError, match="another"):
        change_password(site.url, find(site, "aino"), password, NOON)


def test_a_language_is_one_of_the_dashboards(site: Site) -> None:
    add_staff(site.url, "aino", "officer", NOON)
    set_language(site.url, find(site, "aino"), "sv", NOON)
    assert find(site, "aino").language == "sv"
    with pytest.raises(CookiegateError):
        set_language(site.url, find(site, "aino"), "de", NOON)


def test_a_disabled_account_goes_a_year_later_and_the_others_stay(site: Site) -> None:
    for name in ("aino", "otso"):
        add_staff(site.url, name, "officer", NOON)
    disable_staff(site.url, "aino", NOON)
    policy = make_policy()
    run_out(site.url, policy, NOON + STAFF_DAYS * DAY)
    assert [each.name for each in list_accounts(site)] == ["aino", "otso"]
    run_out(site.url, policy, NOON + STAFF_DAYS * DAY + 1)
    assert [each.name for each in list_accounts(site)] == ["otso"]

"""Permits for direct marketing, and the bans that nothing overrides: on both engines."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.register import (
    Offer,
    Retention,
    add_permits,
    ban,
    find_subject,
    judge_offer,
    list_due,
    list_permits,
    may_send,
    note_review,
    rotate_ledger_key,
    unban,
    withdraw,
)
from cookiegate.register.addresses import hash_address
from cookiegate.register.permits import expiry
from cookiegate.store import Batch, Change, open_store
from tests.databases.asking import ask
from tests.register.conftest import make_policy
from tests.register.rights import AINO, DAY, NOON, Site, make_decision, make_site
from tests.register.tree import check_tree

MAIL, PHONE = "aino@example.test", "+358401234567"
YEAR = 365 * DAY


@dataclass(frozen=True)
class Permits(Site):
    def add(self, address: str = MAIL, channel: str = "email", given: int = NOON, now: float = NOON) -> list[int]:
        return add_permits(self.url, self.index, [offer(address, channel, given)], now)

    def refusal(self, address: str = MAIL, channel: str | None = None, now: float = NOON) -> str:
        store = open_store(self.url, readonly=True)
        try:
            return may_send(store, self.index, address, channel, now)
        finally:
            store.close()


def offer(address: str = MAIL, channel: str = "email", given: int = NOON, **more: str) -> Offer:
    said = {"source": "order form", "words": "Send me offers."} | more
    return Offer(address, channel, said["source"], said["words"], given)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Permits:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/site.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    made = make_site(url, tmp_path)
    open_store(url).close()
    return Permits(made.url, made.key_file, made.index)


def test_a_permit_lets_send_on_its_channel_until_two_years_are_over(site: Permits) -> None:
    assert site.refusal() == "there is no permit"
    site.add()
    end = int(datetime(2028, 3, 1, 12, tzinfo=UTC).timestamp())
    assert expiry(NOON) == end
    assert site.refusal("AINO@example.test ", "email", end - 1) == ""
    assert site.refusal(now=end) == "its permit has expired"
    assert site.refusal(channel="sms") == "there is no permit"


def test_two_years_from_a_leap_day_end_on_the_28th() -> None:
    given = int(datetime(2028, 2, 29, 8, 30, tzinfo=UTC).timestamp())
    assert datetime.fromtimestamp(expiry(given), UTC).isoformat() == "2030-02-28T08:30:00+00:00"


def test_a_permit_says_where_when_and_by_which_words(site: Permits) -> None:
    site.add(f" {PHONE[:4]} 40 1234567", "sms", NOON - DAY)
    store = open_store(site.url, readonly=True)
    (permit,) = list_permits(store)
    assert (permit.address, permit.channel, permit.source) == (f"{PHONE[:4]} 40 1234567", "sms", "order form")
    assert (permit.given, permit.expires, permit.reviewed) == (NOON - DAY, expiry(NOON - DAY), 0)
    ((kind, _, body),) = store.query("shown", hash=permit.words)
    assert (kind, body) == ("permit", b"Send me offers.")
    store.close()


def test_a_newer_permit_takes_the_place_of_an_older_and_never_the_other_way(site: Permits) -> None:
    for given in (NOON - 9 * DAY, NOON - DAY, NOON - 5 * DAY):
        site.add(given=given)
    assert ask(site.url, "SELECT given FROM permits") == [(NOON - DAY,)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (offer("aino"), "no address"),
        (offer(PHONE), "goes with an e-mail address"),
        (offer(MAIL, "sms"), "goes with an e-mail address"),
        (offer(source=" "), "say where"),
        (offer(words=" "), "say where"),
        (offer(source="otso@example.test"), "without naming"),
        (offer(words="Dear Aino (040 123 4567), may we write?"), "the wording seems to hold"),
        (offer(given=NOON + 1), "in the future"),
        (offer(given=NOON - 2 * YEAR - DAY), "has expired"),
        (offer(given=-62_135_647_200), "has expired"),  # in the year 0
    ],
)
def test_one_that_is_not_right_keeps_all_out(tmp_path: Path, wrong: Offer, says: str) -> None:
    made = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    assert says in judge_offer(wrong, NOON)
    open_store(made.url).close()
    with pytest.raises(CookiegateError, match=says):
        add_permits(made.url, made.index, [offer(), wrong], NOON)
    assert ask(made.url, "SELECT count(*) FROM permits") == [(0,)]


def test_a_ban_outweighs_and_removes_every_permit(site: Permits) -> None:
    site.add()
    site.add(PHONE, "sms")
    assert ban(site.url, site.index, "Aino@Example.test", "on the phone", NOON)
    assert site.refusal() == "it is banned"
    assert site.refusal(PHONE) == ""
    assert ask(site.url, "SELECT address FROM permits") == [(PHONE,)]
    assert not ban(site.url, site.index, MAIL, "", NOON)


def test_nothing_that_adds_permits_gets_past_a_ban(site: Permits) -> None:
    ban(site.url, site.index, MAIL, "", NOON)
    assert site.add() == [0]
    several = [offer(PHONE, "sms"), offer("AINO@EXAMPLE.TEST"), offer("otso@example.test")]
    assert add_permits(site.url, site.index, several, NOON) == [1]
    assert site.refusal() == "it is banned"
    assert sorted(ask(site.url, "SELECT address FROM permits")) == [(PHONE,), ("otso@example.test",)]


@pytest.mark.parametrize(
    ("banned", "tried", "channel"),
    [
        ("äiti@mökki.example", "äiti@xn--mkki-5qa.example", "email"),
        ("äiti@XN--mkki-5qa.example", "äiti@MÖKKI.example", "email"),
        ("+358 040 1234567", PHONE, "sms"),
        (PHONE, "00358 (0)40 1234567", "call"),
    ],
)
def test_a_ban_is_not_got_round_by_another_spelling(site: Permits, banned: str, tried: str, channel: str) -> None:
    ban(site.url, site.index, banned, "", NOON)
    assert site.add(tried, channel) == [0]
    assert site.refusal(tried) == "it is banned"


def test_not_even_a_statement_run_after_the_look_for_bans_does(site: Permits) -> None:
    site.add()
    ((hash,),) = ask(site.url, "SELECT hash FROM permits")
    ban(site.url, site.index, MAIL, "", NOON)
    store = open_store(site.url)
    row = (bytes(hash), "email", MAIL, "form", "00" * 32, NOON, NOON + DAY, bytes(hash))
    store.write(Batch(changes=[Change("add_permit", [row])]))
    store.close()
    assert ask(site.url, "SELECT count(*) FROM permits") == [(0,)]


def test_a_ban_and_permits_at_the_same_time_end_in_a_ban(site: Permits) -> None:
    for _ in range(5):
        threads = [threading.Thread(target=site.add) for _ in range(2)]
        threads.append(threading.Thread(target=ban, args=(site.url, site.index, MAIL, "", NOON)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert site.refusal() == "it is banned"
        assert ask(site.url, "SELECT count(*) FROM permits") == [(0,)]
        unban(site.url, site.index, MAIL, "for the test", NOON)
    check_tree(site.url)


def test_only_a_reason_lifts_a_ban_and_no_permit_comes_back(site: Permits) -> None:
    site.add()
    ban(site.url, site.index, MAIL, "", NOON)
    with pytest.raises(CookiegateError, match="say why"):
        unban(site.url, site.index, MAIL, " ", NOON)
    assert site.refusal() == "it is banned"
    assert unban(site.url, site.index, MAIL, "asked for it in writing", NOON)
    assert not unban(site.url, site.index, MAIL, "asked for it in writing", NOON)
    assert site.refusal() == "there is no permit"
    assert site.acts()[-1] == {"act": "permits unban", "reason": "asked for it in writing", "time": NOON}


def test_of_a_banned_address_nothing_can_be_read(tmp_path: Path) -> None:
    made = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    gateway = open_store(made.url)  # the last connection to close would overwrite the log by itself
    add_permits(made.url, made.index, [offer()], NOON)
    assert b"aino@example" in read_files(tmp_path)
    ban(made.url, made.index, MAIL, "on the phone", NOON)
    assert b"aino" not in read_files(tmp_path)
    gateway.close()


def test_a_withdrawn_permit_takes_its_address_along(tmp_path: Path) -> None:
    made = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    gateway = open_store(made.url)
    add_permits(made.url, made.index, [offer(), offer(PHONE, "sms"), offer(PHONE, "call")], NOON)
    assert withdraw(made.url, made.index, MAIL, None, NOON) == ["email"]
    assert b"aino" not in read_files(tmp_path)
    assert withdraw(made.url, made.index, MAIL, None, NOON) == []
    assert withdraw(made.url, made.index, PHONE, "sms", NOON) == ["sms"]
    assert withdraw(made.url, made.index, PHONE, None, NOON) == ["call"]
    gateway.close()


def read_files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("site.db*")))


def test_a_ban_outlives_a_new_signing_key(site: Permits) -> None:
    ban(site.url, site.index, MAIL, "", NOON)
    rotated = rotate_ledger_key(site.key_file)
    store = open_store(site.url, readonly=True)
    assert may_send(store, rotated.index, MAIL, None, NOON) == "it is banned"
    store.close()


def test_without_the_key_an_address_cannot_be_tried_against_the_bans(site: Permits) -> None:
    ban(site.url, site.index, MAIL, "", NOON)
    store = open_store(site.url, readonly=True)
    assert may_send(store, bytes(32), MAIL, None, NOON) == "there is no permit"
    store.close()


def test_what_stands_for_an_address_never_stands_for_a_consent_id() -> None:
    assert not hash_address(bytes(32), MAIL).startswith(find_subject(bytes(32), MAIL))


def test_a_choice_in_the_banner_never_makes_a_permit(site: Permits) -> None:
    site.record(make_decision(AINO, 0, "matomo", "pikseli"), make_decision("", 1, event="refused"))
    assert ask(site.url, "SELECT count(*) FROM permits") == [(0,)]
    assert "words" not in str(site.rows(AINO))


def test_a_permit_is_looked_at_after_a_year_and_again_a_year_later(site: Permits) -> None:
    site.add()
    site.add(PHONE, "sms", NOON - DAY)

    def due(now: float) -> list[str]:
        store = open_store(site.url, readonly=True)
        try:
            return [each.address for each in list_due(store, now)]
        finally:
            store.close()

    assert due(NOON + YEAR - DAY - 1) == []
    assert due(NOON + YEAR - DAY) == [PHONE]
    assert due(NOON + YEAR) == [PHONE, MAIL]
    store = open_store(site.url, readonly=True)
    found = list_due(store, NOON + YEAR)
    store.close()
    note_review(site.url, found, NOON + YEAR)
    assert due(NOON + YEAR) == []
    assert due(expiry(NOON)) == [PHONE, MAIL]


def test_what_has_expired_is_deleted_and_a_ban_is_not(site: Permits) -> None:
    site.add()
    site.add(PHONE, "sms", NOON - DAY)
    ban(site.url, site.index, "otso@example.test", "", NOON)
    store, rules = open_store(site.url), Retention(make_policy())
    for now, left in ((expiry(NOON) - 1, [(MAIL,)]), (expiry(NOON), []), (expiry(NOON) + 50 * YEAR, [])):
        while rules.purge(store, now):
            pass
        assert ask(site.url, "SELECT address FROM permits") == left
    store.close()
    assert ask(site.url, "SELECT count(*) FROM bans") == [(1,)]


def test_every_act_stands_on_the_ledger_without_an_address(site: Permits) -> None:
    site.add()
    withdraw(site.url, site.index, MAIL, None, NOON)
    ban(site.url, site.index, MAIL, "on the phone", NOON)
    assert [each["act"] for each in site.acts()] == ["permits add", "permits withdraw", "permits ban"]
    assert "aino" not in str(site.acts())
    check_tree(site.url)

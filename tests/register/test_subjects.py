"""What a person can have done with their records: on both engines, and down to the bytes on the disk."""

from __future__ import annotations

import dataclasses
import json
import os
import random
from pathlib import Path

import pytest

from cookiegate.errors import CookiegateError, StoreError
from cookiegate.register import (
    Recipient,
    Retention,
    add_request,
    ban,
    close_request,
    erase_subject,
    find_request,
    list_tasks,
    note_act,
    rectify_record,
    restrict_subject,
)
from cookiegate.store import open_store
from tests.databases.asking import ask
from tests.register.conftest import make_policy
from tests.register.rights import AINO, DAY, NOON, OTSO, RECIPIENTS, Site, make_decision, make_site
from tests.register.tree import check_tree, read_ids


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/site.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    made = make_site(url, tmp_path)
    made.record(
        make_decision(AINO, 0),
        make_decision(OTSO, 1),
        make_decision(AINO, 2, "pikseli"),
        make_decision("", 3, event="refused"),
        make_decision(AINO, 4, event="withdrawn"),
    )
    return made


def erase(site: Site, consent_id: str = AINO, *, whole: bool = False, request: str = "", now: float = NOON):  # type: ignore[no-untyped-def]
    return erase_subject(site.url, site.subject(consent_id), now, whole=whole, recipients=RECIPIENTS, request=request)


def test_erasing_makes_the_decisions_nobodys_and_keeps_them_as_evidence(site: Site) -> None:
    before = [(row[0], row[3], row[4]) for row in site.rows(AINO)]
    done = erase(site)
    assert (done.unlinked, done.erased, done.scrubbed) == (3, 0, True)
    assert site.rows(AINO) == []
    kept = {row[0]: row for row in site.query("records", after=-1, most=100)}
    assert [(seq, kept[seq][3], kept[seq][4]) for seq, *_ in before] == before
    assert all(kept[seq][5:7] == (None, None) for seq, *_ in before)
    leaves = check_tree(site.url)
    assert [leaf.erased for leaf in leaves if leaf.kind == "unlink"] == [tuple(seq for seq, *_ in before)]
    assert [leaf for leaf in leaves if leaf.kind == "erase"] == []


def test_erasing_all_takes_the_records_as_well(site: Site) -> None:
    numbers = tuple(row[0] for row in site.rows(AINO))
    done = erase(site, whole=True)
    assert (done.unlinked, done.erased) == (0, 3)
    left = {row[0] for row in site.query("records", after=-1, most=100)}
    assert not left & set(numbers)
    assert [leaf.erased for leaf in check_tree(site.url) if leaf.kind == "erase"] == [numbers]


@pytest.mark.parametrize("whole", [False, True])
def test_nobody_else_is_touched(site: Site, whole: bool) -> None:
    others = site.rows(OTSO)
    erase(site, whole=whole)
    assert site.rows(OTSO) == others
    assert [each for each in read_ids(site.url) if each] == [OTSO]


@pytest.mark.parametrize("whole", [False, True])
def test_the_consent_id_is_gone_from_the_files(tmp_path: Path, whole: bool) -> None:
    site = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    site.record(make_decision(AINO), make_decision(OTSO, 1))
    secrets = [AINO.encode(), site.subject(AINO), *(row[5] for row in site.rows(AINO))]
    assert all(secret in read_files(tmp_path) for secret in secrets)
    gateway = open_store(site.url)  # the last connection to close would overwrite the log by itself
    assert erase(site, whole=whole).scrubbed
    assert not [secret for secret in secrets if secret in read_files(tmp_path)]
    assert OTSO.encode() in read_files(tmp_path)
    gateway.close()


def read_files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("site.db*")))


def test_a_second_time_there_is_nobody_to_erase(site: Site) -> None:
    erase(site)
    leaves = check_tree(site.url)
    assert erase(site) is None
    assert check_tree(site.url) == leaves


def test_a_reader_in_the_way_is_said(tmp_path: Path) -> None:
    site = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    site.record(make_decision(AINO))
    reader = open_store(site.url, readonly=True)
    with reader.snapshot():
        reader.query("ledger_size")
        assert not erase(site).scrubbed
    reader.close()


@pytest.mark.parametrize(
    ("names", "urls", "told"),
    [
        (("Mittari", "Filmi"), ("https://a.example",) * 2, "tell Iso Oy (Mittari, Filmi): https://a.example"),
        (("Mittari", "Filmi"), ("/a", "/b"), "tell Iso Oy (Mittari, Filmi): /a, /b"),
        (("Mittari", "Filmi"), ("", "/b"), "tell Iso Oy (Mittari, Filmi): /b"),
        (("Iso Oy",), ("",), "tell Iso Oy: look up how to reach them"),
    ],
)
def test_who_has_several_services_is_told_once_and_of_which(
    site: Site, names: tuple[str, ...], urls: tuple[str, ...], told: str
) -> None:
    ids = "matomo", "pikseli"
    recipients = [Recipient(*each, "Iso Oy", url) for *each, url in zip(ids, names, urls, strict=False)]
    done = erase_subject(site.url, site.subject(AINO), NOON, whole=False, recipients=recipients)
    assert done is not None
    assert done.told == (told,)


def test_every_service_ever_given_is_to_be_told_once(site: Site) -> None:
    done = erase(site)
    expected = (
        "tell Matomo Oy (Matomo): https://matomo.example/privacy",
        "tell Pikseli Oy (Pikseli): look up how to reach them",
    )
    assert done.told == expected
    store = open_store(site.url, readonly=True)
    assert tuple(task.what for task in list_tasks(store, done.request)) == expected
    assert find_request(store, done.request).kind == "erasure"
    store.close()


def test_an_erasure_answers_the_request_it_is_told(site: Site) -> None:
    request = add_request(site.url, "erasure", NOON, channel="e-mail", identity="receipt")
    assert erase(site, request=request.id).request == request.id
    assert len(site.query("requests")) == 1
    assert len(site.query("request_tasks", id=request.id)) == 2


def test_an_erasure_that_answers_no_open_request_for_one_does_nothing(site: Site) -> None:
    other = add_request(site.url, "access", NOON, channel="e-mail", identity="receipt").id
    closed = add_request(site.url, "erasure", NOON, channel="e-mail", identity="receipt").id
    close_request(site.url, closed, "withdrawn", "", NOON)
    before = site.rows(AINO)
    for request in (other, closed, "2026-03-01-none"):
        with pytest.raises(CookiegateError, match=request):
            erase(site, request=request)
    assert site.rows(AINO) == before


def test_what_breaks_off_leaves_records_and_ledger_as_they_were(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before, leaves = site.rows(AINO), check_tree(site.url)
    table = "request_tasks"
    ask(site.url, f"ALTER TABLE {table} RENAME TO elsewhere")
    with pytest.raises(StoreError):
        erase(site)
    ask(site.url, f"ALTER TABLE elsewhere RENAME TO {table}")
    assert site.rows(AINO) == before
    assert check_tree(site.url) == leaves


def test_restricting_marks_all_of_a_persons_records_and_nobody_elses(site: Site) -> None:
    assert restrict_subject(site.url, site.subject(AINO), NOON, restricted=True) == 3
    assert [row[7] for row in site.rows(AINO)] == [1, 1, 1]
    assert [row[7] for row in site.rows(OTSO)] == [0]
    check_tree(site.url)
    assert restrict_subject(site.url, site.subject(AINO), NOON, restricted=False) == 3
    assert [row[7] for row in site.rows(AINO)] == [0, 0, 0]


def test_what_was_restricted_is_nobodys_once_it_is_anonymous(site: Site) -> None:
    restrict_subject(site.url, site.subject(AINO), NOON, restricted=True)
    erase(site)
    assert ask(site.url, "SELECT count(*) FROM ledger_records WHERE restricted = 1") == [(0,)]


def test_a_correction_stands_beside_the_record_which_stays_as_it_was(site: Site) -> None:
    first = site.rows(AINO)[0]
    assert rectify_record(site.url, site.subject(AINO), first[0], "I was asked in Swedish.", NOON)
    *before, last = site.rows(AINO)
    assert before[0] == first
    assert last[2] == "rectified"
    assert json.loads(last[4]) == {"of": first[0], "said": "I was asked in Swedish.", "time": NOON}
    assert check_tree(site.url)[last[0]].kind == "audit"


def test_a_correction_of_a_restricted_record_is_restricted_too(site: Site) -> None:
    restrict_subject(site.url, site.subject(AINO), NOON, restricted=True)
    rectify_record(site.url, site.subject(AINO), site.rows(AINO)[0][0], "wrong language", NOON)
    assert [row[7] for row in site.rows(AINO)] == [1, 1, 1, 1]


def test_a_restricted_correction_is_kept_until_it_is_released(site: Site) -> None:
    restrict_subject(site.url, site.subject(AINO), NOON, restricted=True)
    rectify_record(site.url, site.subject(AINO), site.rows(AINO)[0][0], "wrong language", NOON)
    policy = dataclasses.replace(make_policy(), retention={"consents": 30})
    for left in (4, 0):
        store, rules = open_store(site.url), Retention(policy)
        while rules.purge(store, NOON + 40 * DAY):
            pass
        store.close()
        assert len(site.rows(AINO)) == left
        restrict_subject(site.url, site.subject(AINO), NOON + 40 * DAY, restricted=False)


def test_only_ones_own_decisions_can_be_put_right(site: Site) -> None:
    own, other = site.rows(AINO)[0][0], site.rows(OTSO)[0][0]
    rectify_record(site.url, site.subject(AINO), own, "wrong language", NOON)
    correction = site.rows(AINO)[-1][0]
    for number in (other, correction, 10_000):
        assert not rectify_record(site.url, site.subject(AINO), number, "mine", NOON)
    with pytest.raises(CookiegateError, match="say what is wrong"):
        rectify_record(site.url, site.subject(AINO), own, "  ", NOON)


def test_what_a_person_wrote_goes_even_where_their_decisions_stay(site: Site) -> None:
    rectify_record(site.url, site.subject(AINO), site.rows(AINO)[0][0], "My name is Aino.", NOON)
    correction = site.rows(AINO)[-1][0]
    done = erase(site)
    assert (done.unlinked, done.erased) == (3, 1)
    assert [leaf.erased for leaf in check_tree(site.url) if leaf.kind == "erase"] == [(correction,)]
    if site.url.startswith("sqlite"):
        assert b"My name is Aino" not in read_files(site.key_file.parent)


def test_a_correction_goes_when_a_record_of_its_age_would(site: Site) -> None:
    rectify_record(site.url, site.subject(AINO), site.rows(AINO)[0][0], "wrong language", NOON)
    policy = dataclasses.replace(make_policy(), retention={"consents": 30})
    for day, left in ((29, 4), (32, 0)):
        store, rules = open_store(site.url), Retention(policy)
        while rules.purge(store, NOON + day * DAY):
            pass
        store.close()
        assert len(site.rows(AINO)) == left
        check_tree(site.url)


def test_each_act_stands_on_the_ledger_and_says_nothing_of_the_person(site: Site) -> None:
    subject = site.subject(AINO)
    note_act(site.url, "subject show", NOON, records=3)
    restrict_subject(site.url, subject, NOON, restricted=True)
    restrict_subject(site.url, subject, NOON, restricted=False)
    rectify_record(site.url, subject, site.rows(AINO)[0][0], "wrong language", NOON)
    request = erase(site).request
    assert site.acts() == [
        {"act": "subject show", "records": 3, "time": NOON},
        {"act": "subject restrict", "records": 3, "time": NOON},
        {"act": "subject release", "records": 3, "time": NOON},
        {"act": "subject rectify", "time": NOON},
        {"act": "subject erase", "erased": 1, "request": request, "time": NOON, "unlinked": 3},
    ]
    rows = site.query("records", after=-1, most=100)
    said = b"".join(row[4] for row in rows if row[2] == "audit")
    assert AINO.encode() not in said
    assert subject.hex().encode() not in said


def test_a_ban_survives_the_erasure_of_everything_else(site: Site) -> None:
    ban(site.url, site.index, "aino@example.test", "", NOON)
    erase(site, whole=True)
    assert ask(site.url, "SELECT count(*) FROM bans") == [(1,)]


def test_any_order_of_acts_leaves_a_ledger_that_agrees_with_its_records(tmp_path: Path) -> None:
    chance = random.Random(917)
    site = make_site(f"sqlite:///{tmp_path}/site.db", tmp_path)
    people = [f"{number:022d}" for number in range(6)]
    for turn in range(25):
        who = chance.choice(people)
        act = chance.choice(["decide", "decide", "unlink", "erase", "restrict", "rectify"])
        if act == "decide":
            site.record(make_decision(who, turn))
        elif act in ("unlink", "erase"):
            erase(site, who, whole=act == "erase")
        elif os.path.exists(tmp_path / "site.db"):
            rows = site.rows(who)
            if act == "restrict":
                assert restrict_subject(site.url, site.subject(who), NOON, restricted=True) == len(rows)
            elif rows:
                rectify_record(site.url, site.subject(who), rows[0][0], "wrong", NOON)
    removed = {seq for leaf in check_tree(site.url) if leaf.kind == "erase" for seq in leaf.erased}
    assert not removed & {row[0] for row in site.query("records", after=-1, most=1000)}

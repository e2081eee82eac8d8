"""`cookiegate subject` as somebody types it: what is handed over, that it is nobody else's, and what is erased."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from contextlib import closing
from pathlib import Path

import pytest

from cookiegate.consent import canonical, commit
from cookiegate.register import rectify_record
from cookiegate.store import Batch, Change, open_store
from tests.cli.commands import run
from tests.cli.folder import prepare, write_receipt
from tests.databases.asking import ask
from tests.register.rights import AINO, NOON, OTSO, Site, make_decision
from tests.register.tree import check_tree


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)


def test_the_record_is_shown_in_words(site: Site) -> None:
    shown = run("subject", "show", "--consent-id", AINO)
    assert shown.exit_code == 0
    first, *_, last = shown.output.splitlines()[2:]
    assert re.match(
        r"0 +2026-02-28 12:00 +given +statistics: given +matomo +banner:accept +fi +8d969eef6ecad3c2", first
    )
    assert "withdrawn" in last
    assert len(shown.output.splitlines()) == 5


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_export_holds_every_table_that_is_kept_by_person(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/site.db" if engine == "sqlite" else request.getfixturevalue("postgresql")
    prepare(url, tmp_path, monkeypatch)
    if engine == "sqlite":
        tables = [
            table
            for (table,) in ask(url, "SELECT name FROM sqlite_schema WHERE type = 'table'")
            if ("subject",) in ask(url, f"SELECT name FROM pragma_table_info('{table}')")
        ]
    else:
        rows = ask(url, "SELECT table_name FROM information_schema.columns WHERE column_name = 'subject' "
                        "AND table_schema = 'public'")  # fmt: skip
        tables = [table for (table,) in rows]
    assert tables
    exported = json.loads(run("subject", "export", "--consent-id", AINO).output)
    assert set(exported["tables"]) == set(tables)


@pytest.mark.parametrize("form", ["json", "csv", "html", ""])
def test_every_form_holds_what_services_are_told(site: Site, form: str) -> None:
    subject, event = site.subject(AINO), json.dumps({"page": "https://www.koivurannansaha.example/saunat"})
    with closing(open_store(site.url)) as store:
        met = Change("meet_outbox_visitor", [(subject, "matomo", b"salt", NOON, NOON)])
        told = Change("add_outbox_event", [(b"one", "matomo", subject, NOON * 1000, event, subject, "matomo")])
        store.write(Batch(changes=[met, told]))
    words = ("export", "--format", form) if form else ("show",)
    said = run("subject", words[0], "--consent-id", AINO, *words[1:]).output
    assert "https://www.koivurannansaha.example/saunat" in said
    assert said.count("matomo") >= 2


def test_the_export_says_all_that_the_record_says_and_proves_it(site: Site) -> None:
    exported = json.loads(run("subject", "export", "--consent-id", AINO).output)
    assert exported["format"] == "cookiegate-subject/1"
    records = exported["tables"]["ledger_records"]
    leaves = check_tree(site.url)
    for record, row in zip(records, site.rows(AINO), strict=True):
        known = json.loads(row[4])
        assert {name: record[name] for name in known if name != "person"} == {
            name: value for name, value in known.items() if name != "person"
        }
        assert (record["seq"], record["consent_id"]) == (row[0], AINO)
        evidence = record["evidence"]
        commitment = commit(bytes.fromhex(evidence["salt"]), evidence["payload"].encode())
        assert leaves[record["seq"]].commitment == commitment
        assert json.loads(evidence["person"])["consent_id"] == AINO
    assert records[0]["time"] == "2026-02-28T12:00:00Z"


def test_no_export_holds_anything_of_somebody_else(site: Site) -> None:
    chance = random.Random(15)
    people = [f"{number:022d}" for number in range(8)]
    for turn in range(3):
        site.record(*(make_decision(chance.choice(people), 10 * turn + number) for number in range(10)))
    rectify_record(site.url, site.subject(people[0]), first_seq(site, people[0]), "I am number nought.", NOON)
    for person in people:
        others = [each for each in people if each != person]
        numbers = {row[0] for row in site.rows(person)}
        for form in ("json", "csv", "html"):
            output = run("subject", "export", "--consent-id", person, "--format", form).output
            assert not [each for each in others if each in output]
            assert ("I am number nought." in output) == (person == people[0])
            if form == "json":
                assert {each["seq"] for each in json.loads(output)["tables"]["ledger_records"]} == numbers


@pytest.mark.parametrize("bare", [False, True])
def test_a_column_that_was_altered_hands_nobody_anothers_records(site: Site, bare: bool) -> None:
    (row,) = site.rows(OTSO)
    subject = site.subject(AINO).hex()
    without = ", person = NULL, person_salt = NULL" if bare else ""
    ask(site.url, f"UPDATE ledger_records SET subject = x'{subject}'{without} WHERE seq = {row[0]}")
    exported = json.loads(run("subject", "export", "--consent-id", AINO).output)["tables"]["ledger_records"]
    assert [each["consent_id"] for each in exported] == [AINO] * 3
    assert run("subject", "show", "--consent-id", OTSO).exit_code == 1


def first_seq(site: Site, consent_id: str) -> int:
    return int(site.rows(consent_id)[0][0])


def test_a_restriction_is_marked_wherever_the_person_sees_it(site: Site) -> None:
    assert "Restricted: 3 records" in run("subject", "restrict", "--consent-id", AINO).output
    assert run("subject", "show", "--consent-id", AINO).output.count("[restricted]") == 3
    exported = json.loads(run("subject", "export", "--consent-id", AINO).output)
    assert [each["restricted"] for each in exported["tables"]["ledger_records"]] == [True] * 3
    assert "Released: 3 records" in run("subject", "release", "--consent-id", AINO).output
    assert "[restricted]" not in run("subject", "show", "--consent-id", AINO).output


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", '<script>alert("x")</script>'])
def test_a_correction_is_exported_as_text_in_every_form(site: Site, text: str) -> None:
    number = first_seq(site, AINO)
    put = run("subject", "rectify", "--consent-id", AINO, "--number", str(number), "--text", text)
    assert put.exit_code == 0
    assert json.loads(run("subject", "export", "--consent-id", AINO).output)["tables"]["ledger_records"][-1][
        "said"
    ] == text  # fmt: skip
    *_, last = csv.DictReader(io.StringIO(run("subject", "export", "--consent-id", AINO, "--format", "csv").output))
    assert last["correction"] == f"of number {number}: {text}"
    page = run("subject", "export", "--consent-id", AINO, "--format", "html").output
    assert "<script>" not in page
    assert f"of number {number}" in run("subject", "show", "--consent-id", AINO).output


def test_no_cell_is_taken_for_a_formula(site: Site) -> None:
    forged = canonical({**json.loads(site.rows(AINO)[0][4]), "language": "=cmd()"}).hex()
    ask(site.url, f"UPDATE ledger_records SET payload = x'{forged}' WHERE seq = {first_seq(site, AINO)}")
    first, *_ = csv.DictReader(io.StringIO(run("subject", "export", "--consent-id", AINO, "--format", "csv").output))
    assert first["language"] == "'=cmd()"


def test_a_correction_of_somebody_elses_record_is_misuse(site: Site) -> None:
    number = str(first_seq(site, OTSO))
    answer = run("subject", "rectify", "--consent-id", AINO, "--number", number, "--text", "mine")
    assert answer.exit_code == 2
    assert f"no decision of number {number}" in answer.output


def test_an_export_goes_into_a_file(site: Site) -> None:
    assert run("subject", "export", "--consent-id", AINO, "--format", "html", "-o", "copy.html").output == ""
    assert Path("copy.html").read_text("utf-8").count("<tr>") == 4
    assert Path("copy.html").stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_erasing_says_what_was_done_what_remains_and_why(site: Site) -> None:
    done = run("subject", "erase", "--receipt", write_receipt(site))
    assert done.exit_code == 0
    for said in ("Anonymised: 3 decisions", "17(3)(e)", "2 recipients to tell", "tell Pikseli Oy (Pikseli): look up",
                 "tell Matomo Oy (Matomo): https://matomo.example/privacy", "backups"):  # fmt: skip
        assert said in done.output
    assert "A reader is in the way" not in done.output
    assert run("subject", "show", "--consent-id", AINO).exit_code == 1
    assert run("subject", "show", "--consent-id", OTSO).exit_code == 0
    assert run("subject", "erase", "--consent-id", AINO).exit_code == 1
    check_tree(site.url)


def test_an_erasure_is_linked_to_its_request_which_waits_until_all_are_told(site: Site) -> None:
    made = run("requests", "add", "erasure", "--channel", "e-mail", "--identity", "receipt")
    request = made.output.split(":")[0]
    done = run("subject", "erase", "--all", "--consent-id", AINO, "--request", request)
    assert f"Request {request}: 2 recipients" in done.output
    assert "Erased: 3 records" in done.output
    assert run("requests", "close", request, "--outcome", "fulfilled").exit_code == 2
    for number in ("1", "2"):
        assert run("requests", "tasks", request, "--done", number).exit_code == 0
    assert run("requests", "close", request, "--outcome", "fulfilled").exit_code == 0
    store = open_store(site.url, readonly=True)
    assert len(store.query("requests")) == 1
    store.close()


def test_a_policy_that_cannot_be_read_erases_nobody(site: Site) -> None:
    before = site.rows(AINO)
    assert run("subject", "erase", "--consent-id", AINO, "--policy", "none.toml").exit_code == 2
    assert site.rows(AINO) == before

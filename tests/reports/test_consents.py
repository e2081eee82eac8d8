"""The ledger handed over: every record, in words that programs and people can use, and no formula."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from base64 import b64encode
from typing import Any

import pytest

from cookiegate.consent import canonical, commit
from cookiegate.errors import LedgerError
from cookiegate.reports import export
from cookiegate.store import Change
from tests.reports.ledger import BANNER, NOW, PRESENT, RESTRICTED, VERSION, Ledger, Shelf, make_record

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1")
DECIDED = [seq for seq in PRESENT if seq not in (0, 123)]
PREFIXES = {"dpv", "eu-gdpr", "loc", "pd", "dct", "rdf", "xsd", "cookiegate"}


def write(url: str, form: Any, *, restricted: bool = False) -> tuple[int, str]:
    out = io.StringIO(newline="")
    return export(url, form, out, restricted=restricted), out.getvalue()


def read_csv(url: str, *, restricted: bool = False) -> dict[int, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(write(url, "csv", restricted=restricted)[1], newline=""))
    return {int(row["seq"]): row for row in rows}


def read_graph(url: str, *, restricted: bool = False) -> dict[str, Any]:
    said = json.loads(write(url, "jsonld", restricted=restricted)[1])
    return {node["@id"]: node for node in said["@graph"]}


def test_jsonl_can_be_compared_with_the_leaves_by_anybody(ledger: Ledger) -> None:
    count, text = write(ledger.url, "jsonl", restricted=True)
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["seq"] for line in lines] == PRESENT
    assert count == len(PRESENT)
    for line in lines:
        payload = canonical(line["record"])
        leaf = json.loads(ledger.ask("SELECT leaf FROM ledger_leaves WHERE seq = ?", line["seq"]))
        assert leaf["c"] == b64encode(commit(bytes.fromhex(line["salt"]), payload)).decode()
        if "person" in line:
            code = commit(bytes.fromhex(line["person_salt"]), canonical(line["person"]))
            assert line["record"]["person"] == b64encode(code).decode()


def test_csv_holds_every_field_in_words(ledger: Ledger) -> None:
    rows = read_csv(ledger.url)
    assert list(rows) == [seq for seq in DECIDED if seq != RESTRICTED]
    assert rows[24] == {
        "seq": "24", "time": "2026-03-01T00:00:00.147Z", "event": "given", "states": "statistics: given",
        "services": "laskuri; matomo", "method": "banner:accept", "language": "fi", "policy_version": VERSION,
        "banner": hashlib.sha256(BANNER).hexdigest(), "validity_days": "183", "gpc": "False", "consent_id": "id24",
        "restricted": "",
    }  # fmt: skip


def test_a_time_is_as_precise_as_it_is_known(ledger: Ledger) -> None:
    rows = read_csv(ledger.url)
    assert rows[25]["time"] == "2026-03-01T00:00Z"  # a refusal, which is nobody's
    assert rows[20]["time"] == "2026-03-01T00Z"  # unlinked
    assert rows[20]["consent_id"] == ""


@pytest.mark.parametrize("form", ["jsonl", "csv", "jsonld"])
def test_restricted_records_are_left_out_unless_asked_for_and_then_marked(ledger: Ledger, form: str) -> None:
    few, without = write(ledger.url, form)
    more, everything = write(ledger.url, form, restricted=True)
    assert more == few + 1
    assert f"id{RESTRICTED}" not in without
    assert [line.count("estricted") > 0 for line in everything.splitlines() if f"id{RESTRICTED}" in line] == [True]
    assert without.count("estricted") == (1 if form == "csv" else 0)  # the heading


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(shelf: Shelf, formula: str) -> None:
    states = {formula: "given"}
    shelf.keep(make_record(0, event="given", language=formula, states=states, services=(formula,), consent_id=formula))
    (row,) = read_csv(shelf.url).values()
    assert row["language"] == f"'{formula}"
    assert not [cell for cell in row.values() if cell.startswith(FORMULAS)]
    assert json.loads(write(shelf.url, "jsonl")[1])["record"]["language"] == formula


def test_json_ld_is_of_the_profile_and_needs_nothing_from_elsewhere(ledger: Ledger) -> None:
    count, text = write(ledger.url, "jsonld")
    said = json.loads(text)
    assert all(isinstance(each, str | dict) for each in said["@context"].values())
    assert set(said["@context"]) - PREFIXES == {key for key in said["@context"] if ":" in key}
    names = re.findall(r'"(@?[\w-]+(?::[\w-]+)?)":', json.dumps(said["@graph"]))
    assert {name.partition(":")[0] for name in names} <= PREFIXES | {"@id", "@type"}
    records = [node for node in said["@graph"] if node["@type"] == "dpv:ConsentRecord"]
    assert len(records) == count == len(DECIDED) - 1
    assert {node["dct:conformsTo"] for node in records} == {
        "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
    }  # fmt: skip
    referred = re.findall(r'"(#(?:purpose|service|controller)-[^"]+)"', json.dumps(records))
    assert set(referred) <= {node["@id"] for node in said["@graph"]}


def test_json_ld_says_who_asked_for_what_and_what_was_answered(ledger: Ledger) -> None:
    graph = read_graph(ledger.url)
    record = graph["#record-24"]
    (process,) = record["dpv:hasProcess"]
    (status,) = process["dpv:hasConsentStatus"]
    assert status == {
        "@type": ["dpv:ConsentGiven", "dpv:ExpressedConsent"],
        "dpv:isIndicatedAtTime": "2026-03-01T00:00:00.147Z",
        "dpv:isIndicatedBy": "#subject-id24",
        "dpv:hasIndicationMethod": "banner:accept",
        "dpv:hasDuration": {"@type": "dpv:TemporalDuration", "rdf:value": "P183D"},
    }
    assert graph[record["dpv:hasDataController"]]["dpv:hasName"] == "Saha Oy"
    assert graph[process["dpv:hasPurpose"]]["@type"] == "dpv:ServiceUsageAnalytics"
    assert [graph[service]["dct:identifier"] for service in process["dpv:hasService"]] == ["matomo", "laskuri"]
    assert record["dpv:hasJurisdiction"] == "loc:FI"
    states = {
        seq: graph[f"#record-{seq}"]["dpv:hasProcess"][0]["dpv:hasConsentStatus"][0]["@type"][0] for seq in (25, 30)
    }
    assert states == {25: "dpv:ConsentRefused", 30: "dpv:ConsentWithdrawn"}


def test_json_ld_says_where_the_notice_is_and_rights_are_exercised_and_how_long_cookies_are_kept(
    ledger: Ledger,
) -> None:
    graph = read_graph(ledger.url)
    record = graph["#record-24"]
    assert record["dpv:hasNotice"]["dct:source"] == "https://www.saha.example/_cookiegate/notice"
    assert record["dpv:hasConsentControl"]["dpv:isExercisedAt"] == "https://www.saha.example/_cookiegate/settings"
    assert {right["@type"]: right["dpv:isExercisedAt"] for right in record["dpv:hasRight"]} == dict.fromkeys(
        ("eu-gdpr:A15", "eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A20"),
        "https://www.saha.example/_cookiegate/receipt",
    )
    (service,) = [node for node in graph.values() if node.get("dpv:hasName") == "Matomo"]
    assert service["dpv:hasPersonalData"] == "pd:IPAddress"
    assert [each["rdf:value"] for each in service["dpv:hasStorageCondition"]] == ["P13M"]


def test_what_is_given_again_is_renewed_and_names_what_it_replaces(shelf: Shelf) -> None:
    shelf.declare()
    both, one = ("laskuri", "matomo"), ("matomo",)
    for number, (id, services) in enumerate(
        [("a", one), ("b", both), ("a", both), ("b", one), ("a", ()), ("a", both)], 1
    ):
        event = "given" if services == both else "partly-given" if services else "withdrawn"
        shelf.keep(make_record(0, event=event, states={"statistics": event}, services=services, consent_id=id,
                               time=NOW * 1000 + number))  # fmt: skip
    graph = read_graph(shelf.url)
    told = {
        number: (
            graph[f"#record-{number}"].get("dct:replaces"),
            *(each["dpv:hasConsentStatus"][0]["@type"][0] for each in graph[f"#record-{number}"]["dpv:hasProcess"]),
        )
        for number in range(1, 7)
    }
    given, renewed, refused = "dpv:ConsentGiven", "dpv:RenewedConsentGiven", "dpv:ConsentRefused"
    assert told == {
        1: (None, given, refused),
        2: (None, given),
        3: ("#record-1", given),
        4: ("#record-2", renewed, refused),
        5: ("#record-3", "dpv:ConsentWithdrawn"),
        6: ("#record-5", given),
    }


def test_a_restricted_decision_is_not_used_to_tell_what_is_renewed(shelf: Shelf) -> None:
    shelf.keep(*(make_record(2, consent_id="a", time=NOW * 1000 + each) for each in range(2)))
    shelf.add(changes=[Change("restrict_record", [(1, 0)])])
    record = read_graph(shelf.url, restricted=True)["#record-1"]
    assert "dct:replaces" not in record
    assert record["dpv:hasProcess"][0]["dpv:hasConsentStatus"][0]["@type"][0] == "dpv:ConsentGiven"


def test_what_was_given_in_part_is_told_service_by_service(shelf: Shelf) -> None:
    shelf.declare()
    shelf.keep(make_record(1, event="partly-given", states={"statistics": "partly-given"}, services=("matomo",)))
    processes = read_graph(shelf.url)["#record-1"]["dpv:hasProcess"]
    told = {
        each["dpv:hasConsentStatus"][0]["@type"][0]: [name.rpartition("-")[2] for name in each["dpv:hasService"]]
        for each in processes
    }
    assert told == {"dpv:ConsentGiven": ["matomo"], "dpv:ConsentRefused": ["laskuri"]}


def test_a_record_whose_policy_was_not_kept_is_told_all_the_same(shelf: Shelf) -> None:
    shelf.keep(make_record(0, event="partly-given", states={"statistics": "partly-given"}, services=("matomo",)))
    assert write(shelf.url, "jsonld")[0] == 1


@pytest.mark.parametrize("form", ["jsonl", "csv", "jsonld"])
@pytest.mark.parametrize("payload", [b"\0", b"\xff", b"[1]", b'{"time":"x","validity_days":1}', b'{"event":"given"}'])
def test_an_altered_record_cannot_be_exported_as_if_nothing_had_happened(
    ledger: Ledger, form: str, payload: bytes
) -> None:
    ledger.change("UPDATE ledger_records SET payload = ? WHERE seq = 25", payload)
    with pytest.raises(LedgerError, match="record 25 cannot be read: it was altered"):
        write(ledger.url, form)


def test_an_empty_ledger_is_an_empty_export(shelf: Shelf) -> None:
    shelf.add()
    assert write(shelf.url, "jsonl") == (0, "")
    assert read_graph(shelf.url) == {}
    assert read_csv(shelf.url) == {}

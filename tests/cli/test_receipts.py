"""A visitor's receipt, checked: genuine, or altered, forged, of another ledger."""

from __future__ import annotations

import json
import sqlite3
import uuid
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import SigningKey, commit
from cookiegate.register import load_ledger_key
from cookiegate.reports import read_dossier
from cookiegate.reports import write_receipt as write_site_receipt
from tests.cli.commands import run
from tests.cli.folder import prepare
from tests.register.rights import AINO, OTSO, Site

Receipt = dict[str, Any]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)


def make_receipt(site: Site) -> Receipt:
    """Aino's, with all three of her decisions."""
    receipt: Receipt = json.loads(write_site_receipt(site.url, read_dossier(site.url, site.subject(AINO), AINO)))
    return receipt


def check(receipt: object, *words: str) -> tuple[int, str]:
    Path("receipt.json").write_text(json.dumps(receipt), "utf-8")
    result = run("consents", "prove", "--check", "receipt.json", *words)
    return result.exit_code, result.output


def test_a_genuine_receipt_is_told_by_what_the_ledger_says(site: Site) -> None:
    assert check(make_receipt(site)) == (
        0,
        "it holds: leaf 3: withdrawn on 2026-02-28T12:03:00.123Z (statistics: withdrawn)\n"
        "it holds: leaf 2: given on 2026-02-28T12:02:00.123Z (statistics: given)\n"
        "it holds: leaf 0: given on 2026-02-28T12:00:00.123Z (statistics: given)\n",
    )


def test_the_public_key_is_enough(site: Site) -> None:
    receipt, key = make_receipt(site), str(load_ledger_key(site.key_file).verifiers[0])
    Path("site.db").unlink()
    site.key_file.unlink()
    assert check(receipt, "--key", key)[0] == 0
    code, said = check(receipt, "--key", str(SigningKey.generate("www.koivurannansaha.example").verifier))
    assert code == 1
    assert "signed by none of the known keys" in said


def test_each_download_has_a_number_of_its_own_and_says_it_as_the_controllers_export_does(site: Site) -> None:
    first, second = make_receipt(site), make_receipt(site)
    assert first.pop("receipt_id") != (other := second.pop("receipt_id"))
    assert uuid.UUID(other).version == 4
    assert first == second
    exported = json.loads(run("consents", "export", "--format", "jsonld").stdout)["@graph"]
    own = [node for node in first["record"]["@graph"] if node["@type"] == "dpv:ConsentRecord"]
    assert [node["@id"] for node in own] == ["#record-0", "#record-2", "#record-3"]
    assert all(node in exported for node in own)


def alter(receipt: Receipt, part: str = "", **said: Any) -> Receipt:
    return receipt | ({part: receipt[part] | said} if part else said)


def reseal(receipt: Receipt) -> Receipt:
    """Words and evidence say the same, and it is not what the leaf commits to."""
    payload = receipt["evidence"]["payload"].replace('"withdrawn"', '"given"')
    words = {name: value for name, value in json.loads(payload).items() if name != "person"}
    return alter(receipt | words, "evidence", payload=payload)


def forge(receipt: Receipt) -> Receipt:
    """With a leaf of its own."""
    made = reseal(receipt)
    leaf, evidence = json.loads(made["ledger"]["leaf"]), made["evidence"]
    leaf["c"] = b64encode(commit(bytes.fromhex(evidence["salt"]), evidence["payload"].encode())).decode()
    return alter(made, "ledger", leaf=json.dumps(leaf, separators=(",", ":")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda each: alter(each, states={"statistics": "given"}), "altered: 'states' is not what the evidence says"),
        (lambda each: alter(each, event="given"), "altered: 'event'"),
        (lambda each: alter(each, time=each["time"] + 1), "altered: 'time'"),
        (lambda each: alter(each, consent_id=OTSO), "altered: 'consent_id'"),
        (lambda each: alter(each, language="sv"), "altered: 'language'"),
        (lambda each: alter(each, promise="a free watch"), "altered: 'promise'"),
        (lambda each: {name: value for name, value in each.items() if name != "gpc"}, "altered: 'gpc'"),
        (lambda each: alter(each, seq=2), "leaf 2: altered"),
        (reseal, "altered: its salt and payload are not what its leaf commits to"),
        (forge, "is not in the tree"),
        (lambda each: alter(each, "evidence", person_salt="00" * 32), "personal part altered"),
        (lambda each: alter(each, ledger={"leaf": each["ledger"]["leaf"]}), "handed out before it was signed"),
        (lambda each: alter(each, "ledger", path=[]), "is not in the tree"),
        (lambda each: alter(each, earlier=[alter(each["earlier"][0], event="refused")]), "leaf 0: altered: 'event'"),
    ],
)
def test_what_was_altered_is_named(site: Site, change: Callable[[Receipt], Receipt], said: str) -> None:
    code, output = check(change(make_receipt(site)))
    assert code == 1
    assert said in output
    assert "it holds" not in output


@pytest.mark.parametrize(
    "change",
    [
        lambda each: {"@type": "ConsentReceipt"},
        lambda each: alter(each, seq="3"),
        lambda each: alter(each, seq=-1),
        lambda each: alter(each, evidence={}),
        lambda each: alter(each, earlier=7),
        lambda each: alter(each, "ledger", path=["x"]),
        lambda each: alter(each, "ledger", leaf="\ud800"),
        lambda each: alter(each, "evidence", payload="[]"),
        lambda each: alter(each, "evidence", person='{"consent_id":"x","time":1e400}'),
    ],
)
def test_a_receipt_that_is_not_whole_is_misuse(site: Site, change: Callable[[Receipt], Receipt]) -> None:
    code, output = check(change(make_receipt(site)))
    assert code == 2
    assert "not whole" in output


def test_a_receipt_of_a_ledger_that_is_not_here_any_more_is_said_to_be_so(site: Site) -> None:
    receipt = make_receipt(site)
    with closing(sqlite3.connect("site.db")) as connection:
        connection.execute("UPDATE ledger_leaves SET leaf = (SELECT leaf FROM ledger_leaves WHERE seq = 1)")
        connection.execute("DELETE FROM ledger_leaves WHERE seq = 3")
        connection.commit()
    code, output = check(receipt)
    assert code == 1
    assert "leaf 3: the ledger here has no such leaf" in output
    assert "leaf 2: the ledger here has another leaf" in output


def test_a_receipt_holds_after_its_records_were_erased(site: Site) -> None:
    receipt = make_receipt(site)
    assert run("subject", "erase", "--consent-id", AINO, "--all").exit_code == 0
    assert check(receipt)[0] == 0

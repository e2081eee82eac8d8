"""A visitor and their own records: seen, taken along, restricted and erased, without an account."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from cookiegate.consent import hash_leaf, read_checkpoint, verify_inclusion
from cookiegate.register import load_ledger_key
from cookiegate.reports.verification import Verification
from tests.asgi import Recorded, call
from tests.databases.asking import ask as ask_database
from tests.stories.site import choose, keep, make_gate, read_ledger, website

SAME = ("sec-fetch-site", "same-origin")
FORM = ("content-type", "application/x-www-form-urlencoded")
RECEIPT = "/_cookiegate/receipt"


async def ask(gate: Any, *cookies: str, **query: str) -> Recorded:
    path = RECEIPT + ("?format=json" if query else "")
    return await call(gate, "GET", path, headers=[("cookie", "; ".join(cookies))] if cookies else [])


def read(answer: Recorded) -> str:
    return answer.body.decode()


async def act(gate: Any, cookie: str, what: str, *headers: tuple[str, str]) -> Recorded:
    asked = [*(headers or (SAME,)), FORM, ("cookie", cookie)]
    return await call(gate, "POST", RECEIPT, headers=asked, body=f"act={what}".encode())


async def await_checkpoint(gate: Any, cookie: str) -> dict[str, Any]:
    """The receipt, once a checkpoint covers it."""
    for _ in range(100):
        receipt: dict[str, Any] = json.loads((await ask(gate, cookie, format="json")).body)
        if "checkpoint" in receipt["ledger"]:
            return receipt
        await asyncio.sleep(0.1)
    raise AssertionError("the ledger was not signed")


def test_a_visitor_sees_their_own_records_and_nobody_elses(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        mine, other = keep(await choose(gate)), keep(await choose(gate))
        receipt = await await_checkpoint(gate, mine)
        theirs = json.loads((await ask(gate, other, format="json")).body)
        assert receipt["consent_id"] != theirs["consent_id"]
        assert theirs["consent_id"] not in read(await ask(gate, mine))
        page = read(await ask(gate, mine))
        assert receipt["consent_id"] in page
        assert "suostumus" in page
        assert receipt["earlier"] == []

    asyncio.run(story())
    gate.register.close()


def test_a_receipt_can_be_checked_without_us(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        mine = keep(await choose(gate))
        ledger = (await await_checkpoint(gate, mine))["ledger"]
        keys = load_ledger_key(next(tmp_path.glob("*.ledgerkey"))).verifiers
        checkpoint = read_checkpoint(ledger["checkpoint"].encode(), keys)
        path = [bytes.fromhex(each) for each in ledger["path"]]
        leaf = hash_leaf(ledger["leaf"].encode())
        seq = json.loads(ledger["leaf"])["n"]
        assert verify_inclusion(leaf, seq, checkpoint.size, path, checkpoint.root)
        assert not verify_inclusion(hash_leaf(b"another"), seq, checkpoint.size, path, checkpoint.root)

    asyncio.run(story())
    gate.register.close()


def test_a_receipt_is_a_witness_against_a_ledger_that_was_cut_short(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        mine = keep(await choose(gate))
        for _ in range(3):
            await choose(gate)
        (tmp_path / "receipt.json").write_text(json.dumps(await await_checkpoint(gate, mine)))

    asyncio.run(story())
    gate.register.close()
    url, keys = f"sqlite:///{tmp_path / 'site.db'}", load_ledger_key(next(tmp_path.glob("*.ledgerkey"))).verifiers

    def verify() -> list[str]:
        return list(Verification(url, keys, witnesses=[tmp_path / "receipt.json"]).find())

    assert verify() == []
    ask_database(url, "DELETE FROM checkpoints")
    ask_database(url, "DELETE FROM ledger_leaves WHERE seq >= 1")
    ask_database(url, "DELETE FROM ledger_records WHERE seq >= 1")
    assert any("cut off" in finding for finding in verify())


def test_who_has_no_number_is_shown_nothing(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        await choose(gate)
        for cookie in ("", keep(await choose(gate, "refuse")), "cookiegate=1~0~1~f~" + "a" * 22 + ".forged"):
            page = await ask(gate, *filter(None, [cookie]))
            assert page.status == 200
            assert "<table" not in read(page)
            assert (await ask(gate, *filter(None, [cookie]), format="json")).status == 404
            assert (await act(gate, cookie, "erase")).status == 404

    asyncio.run(story())
    gate.register.close()


def test_erasing_takes_the_consent_back_and_leaves_nothing_of_the_person(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> str:
        mine, other = keep(await choose(gate)), keep(await choose(gate))
        id = str((await await_checkpoint(gate, mine))["consent_id"])
        erased = await act(gate, mine, "erase")
        assert erased.status == 200
        assert "poistettu" in read(erased)
        refused = keep(erased)
        assert b'type="text/plain"' in (await call(gate, headers=[("cookie", refused)])).body, (
            "nothing is given any more"
        )
        assert "<table" not in read(await ask(gate, mine)), "an old cookie leads to nothing"
        assert "<table" in read(await ask(gate, other))
        return id

    id = asyncio.run(story())
    ledger = read_ledger(gate, tmp_path)
    assert [record["event"] for record in ledger] == ["given", "given"], "that somebody consented stays"
    assert sum("consent_id" in record for record in ledger) == 1
    for file in tmp_path.iterdir():
        assert id.encode() not in file.read_bytes(), file.name


def test_restricting_is_shown_and_can_be_lifted(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        mine = keep(await choose(gate))
        assert 'value="restrict"' in read(await ask(gate, mine))
        assert 'value="release"' in read(await act(gate, mine, "restrict"))
        assert 'value="release"' in read(await ask(gate, mine))
        assert 'value="restrict"' in read(await act(gate, mine, "release"))

    asyncio.run(story())
    gate.register.close()


def test_another_site_cannot_have_anything_erased(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        mine = keep(await choose(gate))
        assert (await act(gate, mine, "erase", ("sec-fetch-site", "cross-site"))).status == 403
        assert (await act(gate, mine, "everything")).status == 400
        assert "<table" in read(await ask(gate, mine))

    asyncio.run(story())
    gate.register.close()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_who_does_something_about_their_records_is_answered_in_the_language_of_the_page(
    language: str, tmp_path: Path
) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        cookie = ("cookie", keep(await choose(gate)))

        async def press(place: str, body: bytes) -> Recorded:
            page = LexborHTMLParser(read(await call(gate, "GET", f"{place}?language={language}", headers=[cookie])))
            form = page.css_first("form")
            assert form is not None
            return await call(gate, "POST", form.attributes["action"] or "", headers=[SAME, FORM, cookie], body=body)

        assert f'<html lang="{language}"' in read(await press(RECEIPT, b"act=restrict"))
        objected = await press("/_cookiegate/privacy", b"objects=yes")
        assert objected.get("location") == f"/_cookiegate/privacy?language={language}"

    asyncio.run(story())
    gate.register.close()


def test_an_objection_can_be_taken_back(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)

    async def story() -> None:
        async def object_to_log(body: bytes) -> str:
            answer = await call(gate, "POST", "/_cookiegate/objection", headers=[SAME, FORM], body=body)
            return answer.all("set-cookie")[0]

        assert "Max-Age=0" not in await object_to_log(b"")
        assert "Max-Age=0" not in await object_to_log(b"objects=yes")
        assert "Max-Age=0" in await object_to_log(b"objects=no")

    asyncio.run(story())
    gate.register.close()

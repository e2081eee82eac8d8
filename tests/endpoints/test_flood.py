"""One network cannot flood the ledger, and nobody who refuses or withdraws is held up by it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import choose, keep, make_gate, post, read_ledger, website

ELSEWHERE = ("198.51.100.7", 1)


def test_beyond_the_quota_nothing_is_given_and_a_plain_page_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        answers = [await post(gate, body="decision=accept&language=en") for _ in range(30)]
        assert [each.status for each in answers] == [303] * 20 + [429] * 10
        last = answers[-1]
        assert (last.get("retry-after"), last.all("set-cookie")) == ("60", [])
        assert b"Too many requests" in last.body
        neighbour = await post(gate, body="decision=accept", client=("203.0.113.200", 1))
        assert neighbour.status == 429, "the same network"
        assert (await post(gate, body="decision=accept", client=ELSEWHERE)).status == 303
        assert (await call(gate)).status == 200, "pages are not counted"
        assert len(read_ledger(gate, tmp_path)) == 21

    asyncio.run(story())


@pytest.mark.parametrize("decision", ["refuse", "withdraw", "save"])
def test_a_refusal_holds_beyond_the_quota_though_it_is_not_recorded(decision: str, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        answers = [await choose(gate, decision) for _ in range(60)]
        assert {each.status for each in answers} == {303}
        page = await call(gate, headers=[("cookie", keep(answers[-1]))])
        assert b'value="accept"' not in page.body
        assert len(read_ledger(gate, tmp_path)) == 20

    asyncio.run(story())


def test_a_withdrawal_is_recorded_however_many_others_come_from_the_same_network(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = [keep(await choose(gate)) for _ in range(20)]
        for _ in range(30):
            await choose(gate, "refuse")
        for cookie in given:
            back = await choose(gate, "withdraw", cookie=cookie)
            assert b'<iframe src="https://filmi' not in (await call(gate, headers=[("cookie", keep(back))])).body
        events = [record["event"] for record in read_ledger(gate, tmp_path)]
        assert events == ["given"] * 20 + ["withdrawn"] * 20

    asyncio.run(story())


def test_what_settings_take_back_holds_and_is_recorded_though_what_they_give_does_not(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", service="pikseli"))
        for _ in range(30):
            await choose(gate)
        answer = await choose(gate, "save", cookie=given, service="filmi")
        assert (answer.status, answer.get("retry-after")) == (429, "60")
        page = (await call(gate, headers=[("cookie", keep(answer))])).body
        assert b'<script src="https://pikseli' not in page
        assert b'<iframe src="https://filmi' not in page
        last = read_ledger(gate, tmp_path)[-1]
        assert (last["event"], last["services"]) == ("withdrawn", [])

    asyncio.run(story())


def test_one_consent_cannot_be_withdrawn_without_end(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        for _ in range(100):
            assert (await choose(gate, "withdraw", cookie=given)).status == 303
        assert len(read_ledger(gate, tmp_path)) == 21

    asyncio.run(story())


def test_nor_can_many_consents_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cookiegate.quota._MOST", 3)

    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = [keep(await choose(gate)) for _ in range(4)]
        for _ in range(30):
            for cookie in given:
                assert (await choose(gate, "withdraw", cookie=cookie)).status == 303
        assert len(read_ledger(gate, tmp_path)) == 3 * 20 + 20, "the fourth draws on its network's quota"

    asyncio.run(story())


def test_what_is_no_decision_takes_nothing_from_the_quota(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        for _ in range(40):
            assert (await post(gate, body="decision=nonsense")).status == 400
        assert (await choose(gate)).status == 303
        gate.register.close()

    asyncio.run(story())


def test_an_objection_writes_nothing_and_is_never_held_up(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        assert {(await post(gate, "objection")).status for _ in range(200)} == {303}
        gate.register.close()

    asyncio.run(story())


def test_acts_on_records_have_a_quota(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        answers = [await post(gate, "receipt", "act=restrict", {"cookie": given}) for _ in range(22)]
        assert [each.status for each in answers] == [200] * 20 + [429] * 2
        gate.register.close()

    asyncio.run(story())


def test_who_has_no_records_takes_nothing_from_that_quota(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        assert {(await post(gate, "receipt", "act=erase")).status for _ in range(30)} == {404}
        assert (await post(gate, "receipt", "act=erase", {"cookie": given})).status == 200
        gate.register.close()

    asyncio.run(story())


def test_invented_hosts_cannot_fill_the_observations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        seen: list[Any] = []
        monkeypatch.setattr(gate.register, "observe", lambda *said: seen.append(said))
        reports = [{"body": {"blockedURL": f"https://h{number}.example.org/"}} for number in range(150)]
        known = [{"body": {"blockedURL": "https://filmi.example/x"}}] * 150
        kind = {"content-type": "application/reports+json"}
        assert (await post(gate, "report", json.dumps(known), kind)).status == 204
        assert (await post(gate, "report", json.dumps(reports), kind)).status == 429
        assert len(seen) == 120
        gate.register.close()

    asyncio.run(story())


def test_who_comes_by_a_proxy_that_was_not_named_is_not_held_up_by_all_the_others(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        for _ in range(30):
            answer = await post(gate, body="decision=accept", client=("127.0.0.1", 1))
            assert answer.status == 303
        gate.register.close()

    asyncio.run(story())


def test_behind_a_proxy_that_was_named_the_visitors_network_counts(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path, trusted_proxies=("127.0.0.0/8",))
        for count in range(21):
            for visitor in ("203.0.113.1", "198.51.100.1"):
                headers = {"x-forwarded-for": visitor, "x-forwarded-proto": "https"}
                answer = await post(gate, body="decision=accept", headers=headers, client=("127.0.0.1", 1))
                assert answer.status == (303 if count < 20 else 429), "each network has its own"
        gate.register.close()

    asyncio.run(story())

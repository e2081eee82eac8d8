"""A browser says Global Privacy Control, or another signal, and the visitor has chosen on the site, or not."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cookiegate.register import Register
from tests.asgi import call
from tests.middleware.doors import both

from .site import PAGE, POLICY, answer, choose, keep, make_gate, post, read_ledger, stand_before, website

GPC = ("sec-gpc", "1")
SIGNAL = b"Your browser sent a privacy signal."
ONLY_MARKETING = POLICY.replace('[purposes.statistics]\nservices = ["google-analytics"]\n', "")
IGNORED = POLICY + '\n[signals]\ngpc = "ignore"\n'
ENGLISH = ("accept-language", "en")
# what was decided on the site: the form, or nothing
DECISIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "refused": {"decision": "refuse"},
    "all given": {"decision": "accept"},
    "statistics given": {"decision": "save", "purpose": "statistics"},
    "marketing given": {"decision": "save", "purpose": "marketing"},
    "withdrawn": {"decision": "withdraw"},
}


async def english(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, PAGE.replace(b'lang="fi"', b'lang="en"'), [(b"set-cookie", b"_ga=1")])


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of the visits that are logged."""
    paths: list[str] = []
    monkeypatch.setattr(Register, "visit", lambda self, visit: paths.append(visit.path))
    return paths


@pytest.mark.parametrize("policy", [POLICY, IGNORED], ids=["respected", "ignored"])
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not sent"])
@pytest.mark.parametrize("decided", DECISIONS)
def test_what_the_browser_says_counts_until_the_visitor_chooses(
    decided: str, sent: bool, policy: str, tmp_path: Path, visits: list[str]
) -> None:
    heeded = sent and policy is POLICY
    form = dict(DECISIONS[decided])

    async def story() -> None:
        gate = make_gate(english, tmp_path, policy=policy)
        signal = [GPC] if sent else []
        cookie = ""
        if form:
            made = await post(gate, body="&".join(f"{key}={form[key]}" for key in form), headers=dict(signal))
            cookie = keep(made)
        page = await call(gate, path="/sivu", headers=[*signal, ENGLISH, ("cookie", cookie)])
        marketing = decided in ("all given", "marketing given")
        assert (b'<iframe src="https://filmi.example' in page.body) is marketing
        assert ("_ga=1" in page.all("set-cookie")) is (decided in ("all given", "statistics given"))
        asks = decided == "nothing"
        assert (b'value="accept"' in page.body) is asks
        assert (SIGNAL in page.body) is (asks and heeded), "said where it counts, and only there"
        assert visits == ([] if heeded else ["/sivu"]), "a choice about consent is none about the log"
        records = read_ledger(gate, tmp_path)
        assert [record["gpc"] for record in records] == [sent] * bool(form)

    asyncio.run(story())


@both
def test_the_site_sees_the_signal_just_as_it_was_sent(mode: str, tmp_path: Path) -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        lines = [value for name, value in scope["headers"] if name == b"sec-gpc"]
        await answer(send, b"|".join(lines), kind=b"text/plain")

    async def story() -> None:
        for policy in (POLICY, IGNORED):
            async with stand_before(mode, echo, tmp_path, policy=policy) as gate:
                assert (await call(gate, headers=[GPC])).body == b"1"
                assert (await call(gate, headers=[])).body == b""

    asyncio.run(story())


def test_where_only_marketing_is_asked_for_nobody_who_refuses_it_by_browser_is_asked(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(english, tmp_path, policy=ONLY_MARKETING)
        page = await call(gate, headers=[GPC, ENGLISH])
        assert b'value="accept"' not in page.body
        assert b"/_cookiegate/settings" in page.body, "and whoever wants to can choose"
        settings = await call(gate, "GET", "/_cookiegate/settings?language=en", [GPC])
        assert b"You have not chosen yet" in settings.body
        assert SIGNAL in settings.body
        assert b'value="accept"' in (await call(gate, headers=[ENGLISH])).body
        gate.register.close()

    asyncio.run(story())


def test_a_choice_under_the_signal_wins_and_is_recorded_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(english, tmp_path)
        cookie = keep(await post(gate, body="decision=accept", headers=[GPC]))
        page = await call(gate, headers=[GPC, ("cookie", cookie)])
        assert b'<iframe src="https://filmi.example' in page.body
        [record] = read_ledger(gate, tmp_path)
        assert (record["gpc"], record["states"]["marketing"]) == (True, "given")

    asyncio.run(story())


def test_the_signal_is_an_objection_to_the_log_until_it_is_taken_back_where_it_belongs(
    tmp_path: Path, visits: list[str]
) -> None:
    async def story() -> None:
        gate = make_gate(english, tmp_path)
        privacy = (await call(gate, "GET", "/_cookiegate/privacy?language=en", [GPC])).body
        assert b"You have objected" in privacy
        assert b"a privacy signal, which counts as your objection" in privacy
        assert b'value="no"' in privacy
        allowed = keep_objection(await post(gate, "objection", "objects=no", [GPC]))
        privacy = (await call(gate, "GET", "/_cookiegate/privacy?language=en", [GPC, ("cookie", allowed)])).body
        assert b"objected" not in privacy
        await call(gate, path="/sallittu", headers=[GPC, ("cookie", allowed)])
        again = keep_objection(await post(gate, "objection", "objects=yes", [GPC, ("cookie", allowed)]))
        await call(gate, path="/vastustettu", headers=[GPC, ("cookie", again)])
        assert visits == ["/sallittu"]
        gate.register.close()

    asyncio.run(story())


def keep_objection(recorded: Any) -> str:
    [cookie] = recorded.all("set-cookie")
    return str(cookie.partition(";")[0])


def test_the_site_says_that_it_respects_the_signal_only_if_it_does(tmp_path: Path) -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, b'{"gpc": false}', kind=b"application/json")

    async def story() -> None:
        since = POLICY + "\n[signals]\nsince = 2026-03-01\n"
        for policy, said in ((POLICY, {"gpc": True}), (since, {"gpc": True, "lastUpdate": "2026-03-01"})):
            gate = make_gate(own, tmp_path, policy=policy)
            for method in ("GET", "HEAD"):
                answered = await call(gate, method, "/.well-known/gpc.json")
                assert (answered.status, answered.get("content-type")) == (200, "application/json")
            assert json.loads((await call(gate, "GET", "/.well-known/gpc.json")).body) == said
            assert (await call(gate, "POST", "/.well-known/gpc.json")).status == 405
            for other in ("/.well-known/gpc.jso", "/.well-known/gpc.json.txt", "/x/.well-known/gpc.json"):
                assert (await call(gate, "GET", other)).body == b'{"gpc": false}'
            assert (await call(gate, "GET", "/_cookiegate/.well-known/gpc.json")).status == 404
            gate.register.close()
        ignoring = make_gate(own, tmp_path, policy=IGNORED)
        assert (await call(ignoring, "GET", "/.well-known/gpc.json")).body == b'{"gpc": false}'
        ignoring.register.close()

    asyncio.run(story())


def read_dnt(headers: Any) -> set[str]:
    return {"statistics", "visit-log"} if headers.get(b"dnt") == b"1" else set()


def test_a_signal_of_the_sites_own_choosing_counts_like_the_others(tmp_path: Path, visits: list[str]) -> None:
    async def story() -> None:
        gate = make_gate(english, tmp_path, signals=[read_dnt])
        dnt = ("dnt", "1")
        page = await call(gate, headers=[dnt, ENGLISH])
        assert b"unless you choose otherwise here: statistics." in page.body
        assert b'value="accept"' in page.body
        everything = await call(gate, headers=[dnt, GPC, ENGLISH])
        assert b'value="accept"' not in everything.body, "all that could be asked is refused already"
        assert visits == []
        cookie = keep(await choose(gate, "accept"))
        page = await call(gate, headers=[dnt, GPC, ("cookie", cookie)])
        assert b'<iframe src="https://filmi.example' in page.body
        gate.register.close()

    asyncio.run(story())


def test_a_page_stored_under_the_signal_is_not_confirmed_without_it(tmp_path: Path) -> None:
    async def stored(scope: Any, receive: Any, send: Any) -> None:
        if dict(scope["headers"]).get(b"if-none-match") == b'"v1"':
            await answer(send, b"", status=304)
        else:
            await answer(send, PAGE, [(b"etag", b'"v1"')])

    async def story() -> None:
        gate = make_gate(stored, tmp_path)
        tag = (await call(gate, headers=[GPC])).get("etag") or ""
        assert (await call(gate, headers=[GPC])).get("etag") == tag, "another visitor, told the same"
        assert (await call(gate, headers=[GPC, ("if-none-match", tag)])).status == 304
        assert (await call(gate, headers=[("if-none-match", tag)])).status == 200
        gate.register.close()

    asyncio.run(story())


def test_the_consent_that_the_site_sees_tells_what_the_browser_refused(tmp_path: Path) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["state"]["consent"])
        await website(scope, receive, send)

    async def story() -> None:
        gate = make_gate(app, tmp_path)
        for headers in ([GPC], [], [("sec-gpc", "0"), GPC]):
            await call(gate, headers=headers)
        assert [consent.signalled for consent in seen] == [{"marketing"}, set(), {"marketing"}]
        assert not any(consent.allows("marketing") for consent in seen)
        gate.register.close()

    asyncio.run(story())

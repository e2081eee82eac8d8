"""The site changes what it asks for: visitors are asked for just that, and the rest of their choice stays."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate
from cookiegate.notices import Notices
from tests.asgi import Recorded, call

from .site import POLICY, answer, keep, make_gate, post, read_ledger, website

NEW = POLICY.replace("[purposes.marketing]", '[purposes.functional]\nservices = ["kartta"]\n\n[purposes.marketing]')
NEW = NEW.replace('provider = "Pikseli Oy"', 'provider = "Pikseli Suuri Oy"')
NEW += '[services.kartta]\nname = "Kartta"\nprovider = "Kartta Oy"\ncountry = "FI"\nhosts = ["kartta.example"]\n'
# The old policy asks for Google Analytics, Filmi and Pikseli; the new one for another Pikseli and for Kartta too.
PAGE = b"""<!doctype html><html lang="en"><head><title>Kello</title><script src="https://pikseli.example/px.js"></script>
<script src="https://kartta.example/m.js"></script></head><body><iframe src="https://filmi.example/v"></iframe></body>"""


async def page(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, PAGE, [(b"set-cookie", b"_ga=1")])


def make_both(folder: Path) -> tuple[CookieGate, CookieGate]:
    """Two gateways behind one balancer: the older policy and the newer, each with its ledger."""
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    return make_gate(page, folder / "old"), make_gate(page, folder / "new", policy=NEW)


async def visit(gate: CookieGate, cookie: str = "") -> Recorded:
    return await call(gate, headers=[("cookie", cookie)] if cookie else [])


async def press(gate: CookieGate, cookie: str, button: str, **more: Any) -> Recorded:
    """What a browser posts when this button of the banner on the site's page is pressed."""
    body = (await visit(gate, cookie)).body.decode()
    form = body[body.index("<form") : body.index("</form>")]
    assert f'value="{button}"' in form, form
    action = re.search(r'action="/_cookiegate/([^"]+)"', form)
    assert action
    fields = [f"{name}={value}" for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)]
    headers = {"cookie": cookie} | more.pop("headers", {})
    return await post(gate, action[1], "&".join([*fields, f"decision={button}"]), headers, **more)


def read_state(recorded: Recorded) -> dict[str, Any]:
    body = recorded.body
    buttons = re.findall(rb'name="decision" value="([a-z-]+)"', body)
    return {
        "analytics": "_ga=1" in recorded.all("set-cookie"),
        "filmi": b'<iframe src="https://filmi.example' in body,
        "pikseli": b'<script src="https://pikseli.example' in body,
        "kartta": b'<script src="https://kartta.example' in body,
        "asks": [each.decode() for each in buttons],
    }


def test_the_banner_names_what_is_new_and_its_buttons_touch_nothing_else(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        given = keep(await press(old, "", "accept"))
        assert read_state(await visit(old, given))["asks"] == ["withdraw"]
        asked = await visit(new, given)
        assert read_state(asked) == {
            "analytics": True,
            "filmi": True,
            "pikseli": False,
            "kartta": False,
            "asks": ["refuse-new", "accept-new", "withdraw"],
        }
        words = asked.body.decode()
        assert "Accept the new ones" in words
        assert "Refuse the new ones" in words
        assert "new or has changed: Kartta and Pikseli (external content and marketing)" in words
        assert "Filmi" not in words.split("<form")[1].split("</form>")[0]
        yes = keep(await press(new, given, "accept-new"))
        no = keep(await press(new, given, "refuse-new"))
        both = {"analytics": True, "filmi": True, "asks": ["withdraw"]}
        assert read_state(await visit(new, yes)) == both | {"pikseli": True, "kartta": True}
        assert read_state(await visit(new, no)) == both | {"pikseli": False, "kartta": False}
        for cookie in (yes, no):
            assert read_state(await visit(old, cookie)) == both | {"pikseli": True, "kartta": False}
        old.register.close()
        records = read_ledger(new, tmp_path / "new")
        assert [(each["method"], each["event"]) for each in records] == [
            ("banner:accept-new", "given"),
            ("banner:refuse-new", "partly-given"),
        ]
        assert records[0]["states"] == {"statistics": "given", "functional": "given", "marketing": "given"}
        assert records[1]["states"] == {"statistics": "given", "functional": "refused", "marketing": "partly-given"}
        assert {each["policy_version"] for each in records} == {new.policy.version}
        assert len({each["consent_id"] for each in records}) == 1

    asyncio.run(story())


def test_a_refusal_is_asked_for_the_new_alone_and_stays_without_a_number(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        refused = keep(await press(old, "", "refuse"))
        assert read_state(await visit(new, refused))["asks"] == ["refuse-new", "accept-new"]
        answers = [await press(new, refused, "refuse-new") for _ in range(3)]
        assert len({tuple(each.all("set-cookie")) for each in answers}) == 1
        assert read_state(await visit(new, keep(answers[0])))["asks"] == []
        assert read_state(await visit(old, keep(answers[0])))["asks"] == []
        old.register.close()
        [record, *_] = read_ledger(new, tmp_path / "new")
        assert (record["event"], "consent_id" in record) == ("refused", False)

    asyncio.run(story())


def test_the_settings_show_what_holds_and_what_is_new(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        given = keep(await press(old, "", "accept"))
        shown = (await call(new, "GET", "/_cookiegate/settings?language=en", [("cookie", given)])).body.decode()
        assert set(re.findall(r'value="([a-z-]+)" checked', shown)) == {"statistics", "filmi"}
        assert "New or changed since then, and not used until you decide: Kartta and Pikseli." in shown
        assert re.search(r"You have given your consent to: [^(]*Filmi \(", shown)
        for gate in (old, new):
            gate.register.close()

    asyncio.run(story())


def test_a_visitor_between_two_gateways_is_asked_once_by_each_and_loses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        for first, second in ((new, old), (old, new)):
            cookie = keep(await press(first, "", "refuse"))
            cookie = keep(await press(second, cookie, "accept-new"))
            for gate in (first, second) * 2:
                assert "accept-new" not in read_state(await visit(gate, cookie))["asks"]
            assert read_state(await visit(first, cookie))["filmi"] is False, "what was refused stays refused"
        for gate in (old, new):
            gate.register.close()

    asyncio.run(story())


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_a_page_that_asked_another_question_gives_nothing_and_takes_back_everything(
    accept: str, tmp_path: Path
) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        headers = {"accept": accept}
        body = (await visit(old)).body.decode()
        version = re.search(r"choice\?v=(\w+)", body)
        assert version
        shown_by_old = f"choice?v={version[1]}"
        for said in ("decision=accept", "decision=allow&service=pikseli", "decision=save&purpose=marketing"):
            late = await post(new, shown_by_old, f"{said}&return_to=/a", headers)
            assert (late.status, late.all("set-cookie")) == (409 if accept == "*/*" else 303, [])
        given = keep(await press(new, "", "accept"))
        back = await post(new, shown_by_old, "decision=withdraw", headers | {"cookie": given})
        assert read_state(await visit(new, keep(back)))["filmi"] is False
        old.register.close()
        records = read_ledger(new, tmp_path / "new")
        assert [each["event"] for each in records] == ["given", "withdrawn"]
        assert [bool(each["banner"]) for each in records] == [True, False], "what an older page showed is not known"

    asyncio.run(story())


def test_a_new_company_asks_everything_from_the_beginning(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "other").mkdir()
        first = make_gate(page, tmp_path)
        given = keep(await press(first, "", "accept"))
        other = make_gate(page, tmp_path / "other", policy=POLICY.replace("Kivijoen Kello Oy", "Kuulokki Oy"))
        state = read_state(await visit(other, given))
        assert state["asks"] == ["refuse", "accept"]
        assert not state["filmi"]
        for gate in (first, other):
            gate.register.close()

    asyncio.run(story())


def test_while_the_store_is_down_the_new_cannot_be_given_and_can_be_refused(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "file").write_text("no folder")
        first = make_gate(page, tmp_path)
        given = keep(await press(first, "", "accept"))
        first.register.close()
        gate = make_gate(page, tmp_path, policy=NEW, store=f"sqlite:///{tmp_path / 'file' / 'site.db'}")
        assert (await press(gate, given, "accept-new")).status == 503
        refused = await press(gate, given, "refuse-new")
        assert refused.status == 303
        assert read_state(await visit(gate, keep(refused)))["filmi"] is True

    asyncio.run(story())


def test_the_script_is_told_what_holds_after_the_new_was_answered(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = make_both(tmp_path)
        given = keep(await press(old, "", "accept"))
        for button, changed in (("accept-new", True), ("refuse-new", False)):
            told = (await press(new, given, button, headers={"accept": "*/*"})).body.decode()
            assert ("kartta" in re.findall(r'<section [^>]*data-services="([^"]*)"', told)[0].split()) is changed
            assert "accept-new" not in told
        for gate in (old, new):
            gate.register.close()

    asyncio.run(story())


def test_what_visitors_of_every_kind_are_shown_is_kept_as_evidence(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)
    gate.register.close()
    shown = Notices(gate.policy).list_shown()
    for language, word in (("en", "Accept the new ones"), ("fi", "Hyväksy uudet")):
        assert word in shown["words", language].decode()
        assert word in shown["banner", language].decode().replace("&#228;", "ä")
    assert "privacy signal" in shown["words", "en"].decode()

"""The cookie that our addresses set, and what counts as one: only what we signed, for whom we signed it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.asgi import call
from tests.stories.site import POLICY, choose, keep, make_gate, post, read_ledger, website

from .knocking import ACCEPT, HOST, knock


def tampered(value: str) -> list[str]:
    sealed, _, signature = value.rpartition(".")
    fields = sealed.split("~")
    return [
        value[:-1],
        value[: len(value) // 2],
        value + "A",
        sealed,
        f"{sealed}.",
        f".{signature}",
        "",
        "." * 900,
        "~" * 900,
        "\xff\xfe",
        value * 4,
        value.upper(),
        f'"{value}"',
        ".".join(["~".join([*fields[:2], str(int(fields[2]) + 1), *fields[3:]]), signature]),
        ".".join(["~".join([*fields[:3], "marketing+statistics", *fields[4:]]), signature]),
        ".".join(["~".join(["1", *fields[1:]]), signature]),
    ]


@pytest.mark.parametrize("number", range(16))
def test_a_cookie_that_we_did_not_sign_like_this_is_no_decision(number: int, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", purpose="statistics"))
        name, _, value = given.partition("=")
        page = await call(gate, headers=[("cookie", f"{name}={tampered(value)[number]}")])
        assert page.status == 200
        assert b'value="accept"' in page.body, "the banner asks"
        assert not any(value.startswith("_ga=") for value in page.all("set-cookie"))
        gate.register.close()

    asyncio.run(story())


def test_an_untouched_cookie_is_the_decision(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate, "save", purpose="statistics"))
        page = await call(gate, headers=[("cookie", given)])
        assert b'value="accept"' not in page.body
        assert "_ga=GA1.1.5; Path=/" in page.all("set-cookie")
        gate.register.close()

    asyncio.run(story())


def test_a_cookie_of_another_secret_policy_or_time_is_no_decision(tmp_path: Path, monkeypatch: Any) -> None:
    async def story() -> None:
        now = time.time()
        first = make_gate(website, tmp_path, clock=lambda: now)
        given = keep(await choose(first))
        first.register.close()
        (tmp_path / "other").mkdir()
        changed = POLICY.replace("Kivijoen Kello Oy", "Kivijoen Kello ja Kumppanit Oy")
        other_policy = make_gate(website, tmp_path / "other", policy=changed)
        monkeypatch.setattr("tests.stories.site.SECRET", "another-secret-0123456789abcdefghijklmnop")
        other_secret = make_gate(website, tmp_path / "other")
        for gate in (other_policy, other_secret):
            assert b'value="accept"' in (await call(gate, headers=[("cookie", given)])).body
            gate.register.close()
        assert b'value="accept"' not in (await call(first, headers=[("cookie", given)])).body
        now += 184 * 86_400
        assert b'value="accept"' in (await call(first, headers=[("cookie", given)])).body

    asyncio.run(story())


def test_over_tls_the_cookie_is_tied_to_this_host(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body=ACCEPT)
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith(f"{HOST}=")
    assert cookie.split("; ")[1:] == ["Path=/", f"Max-Age={183 * 86_400}", "SameSite=Lax", "HttpOnly", "Secure"]
    assert len(cookie.partition(";")[0]) <= 256


def test_over_plain_http_the_cookie_has_a_plain_name(tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body=ACCEPT, scheme="http")
    [cookie] = answer.all("set-cookie")
    assert cookie.startswith("cookiegate=")
    assert "Secure" not in cookie


def test_a_cookie_of_plain_http_counts_for_nothing_over_tls(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        plain = await post(gate, body=ACCEPT, scheme="http")
        page = await call(gate, headers=[("cookie", keep(plain))])
        assert b'value="accept"' in page.body
        gate.register.close()

    asyncio.run(story())


def test_withdrawal_expires_a_cookie_wherever_it_may_have_been_set(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        answer = await choose(gate, "withdraw", cookie=f"{given}; sid=1; _ga=1; _px=2", return_to="/shop/a")
        gone = [value for value in answer.all("set-cookie") if value.startswith("_ga=;")]
        domains = ("", "; Domain=site.example")
        paths = ("/", "/shop", "/shop/", "/shop/a")
        assert set(gone) == {f"_ga=; Max-Age=-1; Path={path}{domain}" for path in paths for domain in domains}
        assert any(value.startswith("_px=;") for value in answer.all("set-cookie"))
        assert not any(value.startswith("sid=") for value in answer.all("set-cookie"))
        events = [record["event"] for record in read_ledger(gate, tmp_path)]
        assert events == ["given", "withdrawn"]

    asyncio.run(story())


def test_what_is_necessary_on_the_page_alone_is_kept_whatever_its_address_is_written_like(tmp_path: Path) -> None:
    rules = POLICY + '[[necessary]]\nname = "kassa"\nreason = "The till."\nlifetime = "session"\npaths = ["/\u00e4/"]\n'

    async def story() -> None:
        gate = make_gate(website, tmp_path, policy=rules)
        for page, kept in (("/%C3%A4/b", True), ("/a/b", False)):
            answer = await choose(gate, "refuse", cookie="kassa=1", return_to=page)
            assert any(value.startswith("kassa=;") for value in answer.all("set-cookie")) is not kept
        gate.register.close()

    asyncio.run(story())


def test_a_page_that_is_open_is_not_denied_what_is_necessary_on_it(tmp_path: Path) -> None:
    """The script hands the policy of a choice to other tabs, which may show another page than this one."""
    rules = POLICY + '[[necessary]]\nservice = "kassa"\nreason = "The till."\npaths = ["/kassa"]\n'
    rules += '[services.kassa]\nname = "Kassa"\nprovider = "Kassa Oy"\nhosts = ["kassa.example"]\n'

    async def story() -> None:
        gate = make_gate(website, tmp_path, policy=rules)
        answer = await post(gate, body="decision=refuse&return_to=/", headers={"accept": "*/*"})
        said = answer.body.decode().partition('data-csp="')[2].partition('"')[0]
        assert " kassa.example " in said
        assert "filmi.example" not in said
        assert "kassa.example" not in (await call(gate)).get("content-security-policy")
        gate.register.close()

    asyncio.run(story())


def test_all_who_refuse_on_one_day_get_the_same_bytes(tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        given = keep(await choose(gate))
        agents = [("user-agent", f"Browser/{number}") for number in range(3)]
        answers = [await post(gate, body=b"decision=refuse", headers=[agent]) for agent in agents]
        answers.append(await choose(gate, "save"))
        answers.append(await choose(gate, "withdraw", cookie=given))
        assert len({tuple(answer.all("set-cookie")) for answer in answers}) == 1
        gate.register.close()

    asyncio.run(story())


def test_a_withdrawal_holds_after_the_domain_of_the_choice_has_changed(tmp_path: Path) -> None:
    """Both cookies have one name, and the browser sends the one that was given first."""
    wide = POLICY.replace('hosts = ["site.example", "www.site.example", "127.0.0.1"]', "hosts = HOSTS")
    wide += '\n[consent]\nscope = "domain"\n'
    few, more = (
        wide.replace("HOSTS", hosts) for hosts in ('["www.site.example"]', '["www.site.example", "site.example"]')
    )

    async def story() -> None:
        gates = []
        for name, policy in (("few", few), ("more", more)):
            (tmp_path / name).mkdir()
            gates.append(make_gate(website, tmp_path / name, policy=policy))
        (before, after), host = gates, "www.site.example"
        given = keep(await post(before, body=ACCEPT, host=host))
        answer = await post(after, body="decision=withdraw", headers={"cookie": given}, host=host)
        left = [value for value in answer.all("set-cookie") if value.startswith("__Secure-cookiegate=;")]
        assert "__Secure-cookiegate=; Max-Age=-1; Path=/; Domain=www.site.example; Secure" in left
        assert not any("Domain=site.example" in value for value in left)
        both = f"{given}; {keep(answer)}"
        page = await call(after, headers=[("cookie", both)], host=host)
        assert b'<script src="https://pikseli.example' not in page.body
        for gate in gates:
            gate.register.close()

    asyncio.run(story())

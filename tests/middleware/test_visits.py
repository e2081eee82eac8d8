"""What of a request for a page is noted, and of the answers to the banner: through the whole gate."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate
from tests.asgi import Recorded, call
from tests.stories.site import POLICY, answer, choose, keep, make_gate, website

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
USUAL = {"user-agent": FIREFOX, "accept-language": "sv-SE,sv;q=0.9,fi;q=0.5", "sec-fetch-dest": "document"}
Story = Callable[[CookieGate], Awaitable[None]]


def tell(story: Story, folder: Path, sql: str, app: Any = website, policy: str = POLICY) -> list[tuple[Any, ...]]:
    """Live through the story; what the database says then."""
    gate = make_gate(app, folder, policy=policy)
    asyncio.run(story(gate))  # type: ignore[arg-type]
    gate.register.close()
    if not (folder / "site.db").exists():
        return []
    with closing(sqlite3.connect(folder / "site.db")) as database:
        return database.execute(sql).fetchall()


async def visit(gate: CookieGate, path: str = "/", *, cookie: str = "", method: str = "GET", **more: str) -> Recorded:
    headers = USUAL | {name.replace("_", "-"): value for name, value in more.items()}
    headers |= {"cookie": cookie} if cookie else {}
    return await call(gate, method, path, headers.items(), client=("203.0.113.9", 1234))


def test_a_visit_says_in_which_language_from_which_campaign_and_what_was_chosen(tmp_path: Path) -> None:
    async def story(gate: CookieGate) -> None:
        await visit(gate, "/blogi/kellot?utm_source=kirje&utm_campaign=aino@posti.example&q=x")
        for given in ({"decision": "accept"}, {"decision": "save", "service": "filmi"}, {"decision": "refuse"}):
            await visit(gate, "/kello", cookie=keep(await choose(gate, **given)))  # type: ignore[arg-type]

    sql = """SELECT path, grp, language, campaign, decision, consented, released, banner <> '', beacon, bot
               FROM visits ORDER BY place"""
    assert tell(story, tmp_path, sql) == [
        ("/blogi/kellot", "/blogi", "sv", "kirje / - / [email]", "", 0, 0, 1, 0, 0),
        ("/kello", "/kello", "sv", "", "given", 1, 0, 0, 0, 0),
        ("/kello", "/kello", "sv", "", "partly", 0, 0, 0, 0, 0),
        ("/kello", "/kello", "sv", "", "refused", 0, 0, 0, 0, 0),
    ]


GTAG = '<script async src="https://www.googletagmanager.com/gtag/js?id=G-5"></script>'
LOADER = "<script>window.GoogleAnalyticsObject='ga';document.createElement('script').src='/x.js'</script>"
PAGES = {
    "without": ("<p>Kello</p>", False),
    "other services": ('<script src="https://pikseli.example/px.js"></script>', False),
    "linked": (GTAG, True),
    "linked in another form": (GTAG.replace('"', "'").replace("async", "ASYNC data-x=1"), True),
    "loaded by a script": (LOADER, True),
    "connection alone": ('<link rel="preconnect" href="https://www.googletagmanager.com">', False),
    "commented out": (f"<!-- {GTAG} -->", False),
}


@pytest.mark.parametrize(("markup", "carries"), PAGES.values(), ids=PAGES)
def test_a_page_tells_whether_statistics_that_were_given_were_in_it(tmp_path: Path, markup: str, carries: bool) -> None:
    async def carrying(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, f"<!doctype html><title>Kello</title>{markup}".encode())

    async def story(gate: CookieGate) -> None:
        accepted, refused = keep(await choose(gate, "accept")), keep(await choose(gate, "refuse"))
        for cookie in ("", accepted, accepted, refused, accepted):  # a page is remembered once it was seen
            await visit(gate, cookie=cookie)

    expected = [(0,), (carries,), (carries,), (0,), (carries,)]
    assert tell(story, tmp_path, "SELECT released FROM visits ORDER BY place", carrying) == expected


def test_statistics_run_without_consent_are_not_called_given(tmp_path: Path) -> None:
    async def carrying(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, f"<!doctype html><title>Kello</title>{GTAG}{LOADER}".encode())

    async def story(gate: CookieGate) -> None:
        await visit(gate)

    policy = POLICY + '[gate]\nunknown = "report"\n'
    assert tell(story, tmp_path, "SELECT released FROM visits", carrying, policy) == [(0,)]


def test_the_banner_is_named_by_its_policys_mark(tmp_path: Path) -> None:
    marks: list[str] = []

    async def story(gate: CookieGate) -> None:
        marks.append(gate.policy.mark)
        await visit(gate)

    assert tell(story, tmp_path, "SELECT banner FROM visits") == [(marks[0],)]


def test_parameters_and_groups_are_kept_as_the_policy_says(tmp_path: Path) -> None:
    policy = POLICY.replace(
        "[visits.assessment]",
        '[visits]\nkeep_query = ["page", "color"]\n[visits.groups]\n"/blogi" = "Blogi"\n[visits.assessment]',
    )

    async def story(gate: CookieGate) -> None:
        for path in (
            "/blogi?b=1&page=2",
            "/blogi/x?page=aino%40posti.example&color=a&page=7",
            "/blogit?page=1234567&color=",
        ):
            await visit(gate, path)

    assert tell(story, tmp_path, "SELECT path, grp FROM visits ORDER BY place", policy=policy) == [
        ("/blogi?page=2", "Blogi"),
        ("/blogi/x?page=[email]&color=a", "Blogi"),
        ("/blogit?page=[number]&color=", "/blogit"),
    ]


@pytest.mark.parametrize(
    "headers",
    [{"sec_gpc": "1"}, {"cookie": "__Host-cookiegate-objection=1"}, {"sec_purpose": "prefetch"},
     {"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x_moz": "prefetch"}, {"x_purpose": "preview"},
     {"sec_fetch_dest": "empty"}, {"sec_fetch_dest": "iframe"}, {"sec_fetch_dest": "image"}, {"method": "POST"},
     {"method": "HEAD"}],
    ids=str,
)  # fmt: skip
def test_what_is_objected_to_or_no_navigation_leaves_no_row(tmp_path: Path, headers: dict[str, str]) -> None:
    async def story(gate: CookieGate) -> None:
        await visit(gate, **headers)

    assert tell(story, tmp_path, "SELECT * FROM visits") == []


def test_a_page_that_the_browser_still_had_is_a_visit_and_a_file_is_none(tmp_path: Path) -> None:
    async def unchanged(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": []})
        await send({"type": "http.response.body"})

    async def story(gate: CookieGate) -> None:
        for path in ("/sivu", "/kuva.png"):
            await visit(gate, path)

    assert tell(story, tmp_path, "SELECT path, status FROM visits", unchanged) == [("/sivu", 304)]


def test_a_program_gets_the_same_page_and_is_marked(tmp_path: Path) -> None:
    bodies = []

    async def story(gate: CookieGate) -> None:
        for agent in (FIREFOX, "curl/8.5.0", "", "x" * 65_536):
            bodies.append((await visit(gate, user_agent=agent)).body)

    assert tell(story, tmp_path, "SELECT bot FROM visits ORDER BY place") == [(0,), (1,), (1,), (1,)]
    assert len(set(bodies)) == 1


def test_answers_are_counted_without_saying_whose(tmp_path: Path) -> None:
    async def story(gate: CookieGate) -> None:
        for number in range(3):
            given = await choose(gate, address=f"192.0.2.{number}", return_to="/blogi/kellot?q=aino@posti.example")
        await choose(gate, "refuse", return_to="/")
        await choose(gate, "save", service="filmi", return_to="/blogi")
        await choose(gate, "withdraw", cookie=keep(given), return_to="/blogi/kellot")

    sql = "SELECT grp, language, device, answer, count FROM answers ORDER BY count DESC, grp, answer"
    assert tell(story, tmp_path, sql) == [
        ("/blogi", "fi", "bot", "given", 3),
        ("/", "fi", "bot", "refused", 1),
        ("/blogi", "fi", "bot", "partly", 1),
        ("/blogi", "fi", "bot", "withdrawn", 1),
    ]


def test_answers_beyond_the_quota_of_a_network_are_not_counted(tmp_path: Path) -> None:
    async def story(gate: CookieGate) -> None:
        for _ in range(40):
            assert (await choose(gate, "refuse")).status == 303

    assert tell(story, tmp_path, "SELECT count FROM answers") == [(20,)]


def test_an_answer_counts_where_visits_are_not_kept(tmp_path: Path) -> None:
    async def story(gate: CookieGate) -> None:
        await visit(gate)
        await choose(gate, "refuse")

    policy = POLICY.partition("[visits.assessment]")[0]
    sql = "SELECT (SELECT count(*) FROM visits), (SELECT sum(count) FROM answers)"
    assert tell(story, tmp_path, sql, policy=policy) == [(0, 1)]

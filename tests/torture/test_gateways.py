"""Three gateways on one PostgreSQL behind nginx are one: also when one of them is killed under load."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import pytest

from cookiegate.register import make_ledger_key, sign_ledger
from cookiegate.reports.verification import Verification

from .crowd import Crowd, Diary, check_ledger, gather_crowd
from .gateways import Gateway, run_gateway, run_nginx, serve_website

SECONDS = 20.0  # of load; half of it before one gateway is killed
VISITORS = 12

pytestmark = pytest.mark.torture


@pytest.fixture(scope="module")
def nginx() -> str:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx: as root, apt-get install nginx-light")
    return program


def test_three_gateways_behind_nginx_survive_the_death_of_one(nginx: str, postgresql: str, tmp_path: Path) -> None:
    key = make_ledger_key(tmp_path / "ledgerkey", "site.example")

    async def story(stack: ExitStack) -> tuple[list[Gateway], Diary]:
        async with serve_website() as website:
            gateways = [
                stack.enter_context(run_gateway(tmp_path / name, website, postgresql, tmp_path / "ledgerkey"))
                for name in ("first", "second", "third")
            ]
            url = stack.enter_context(run_nginx(tmp_path / "nginx", nginx, gateways))
            policy = tmp_path / "first" / "cookiegate.toml"
            await require_honoured_everywhere(gateways, policy)
            async with gather_crowd(url, policy, VISITORS) as crowd:
                await asyncio.sleep(SECONDS / 2)
                assert crowd.diary.failed == []
                assert set(crowd.diary.given.values()) == {each.place for each in gateways}, "all are under load"
                gateways[0].kill()
                await asyncio.sleep(SECONDS / 2)
            return gateways, crowd.diary

    with ExitStack() as stack:
        gateways, diary = asyncio.run(story(stack))
        for gateway in gateways[1:]:
            gateway.end()
        assert [each.read_log() for each in gateways if "ledger was not signed" in each.read_log()] == []
    print("three gateways:", check_ledger(postgresql, diary, lost=gateways[0].place, others=3))
    assert diary.wrong == []
    assert len(diary.failed) <= VISITORS, "more than the one that died could hold"
    assert [each for each in diary.failed if each.startswith("page")] == [], "nginx asks another one for pages"
    sign_ledger(postgresql, key, tmp_path / "checkpoint", time.time())
    assert list(Verification(postgresql, key.verifiers, checkpoint=tmp_path / "checkpoint").find()) == []


async def require_honoured_everywhere(gateways: list[Gateway], policy: Path) -> None:
    """What was chosen through one of them holds in all of them at once."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        crowds = [Crowd(each.url, policy, session) for each in gateways]
        for chosen in crowds:
            cookie = await chosen.choose("accept")
            assert cookie
            for other in crowds:
                await other.look(cookie, allowed=True)
            cookie = await chosen.choose("withdraw", cookie)
            assert cookie
            for other in crowds:
                await other.look(cookie, allowed=False)
        assert [each.diary.wrong + each.diary.failed for each in crowds] == [[], [], []]

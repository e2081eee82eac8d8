"""Visitors who look at pages and choose, all at once, and a diary of what came of it.

What they hold a gateway to, whatever befalls its store: every page comes; third parties are on it only for who was told
that they are allowed, and then they are, through whichever gateway it comes; who is told "not saved" is told when to
come again, and is given nothing; who takes a consent back has taken it back.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from cookiegate.consent import Token
from cookiegate.cookie import OwnCookies
from cookiegate.policy import load_policy
from tests.register.tree import check_tree, read_records
from tests.stories.site import SECRET

REST = 0.02  # seconds between two deeds of a visitor
_THIRD_PARTY = b'<iframe src="https://filmi.example'
_GRACE = 15.0  # seconds for an answer; a decision has five


@dataclass
class Diary:
    pages: int = 0
    failed: list[str] = field(default_factory=list)  # pages and choices without a proper answer
    wrong: list[str] = field(default_factory=list)  # what must never be
    given: dict[str, str] = field(default_factory=dict)  # consent id → the gateway that said it was saved
    withdrawn: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)  # by the gateway that said so
    unsaved: int = 0  # grants answered 503
    unanswered: Counter[str] = field(default_factory=Counter)  # choices of which nothing was heard, by decision


class Crowd:
    """Visitors of the site at `url`, `size` of them at any moment."""

    def __init__(self, url: str, policy: Path, session: aiohttp.ClientSession, size: int = 1) -> None:
        compiled = load_policy(policy)
        self._own = OwnCookies(compiled, Token(compiled, (SECRET,)))
        self._url = url
        self._session = session
        self._size = size
        self._holders: deque[str] = deque()  # cookies of those whose consent is in force
        self._chance = random.Random(20260301)
        self.diary = Diary()

    @property
    def has_holders(self) -> bool:
        """Whether anybody has something to withdraw."""
        return bool(self._holders)

    async def come(self, until: asyncio.Event) -> None:
        """One visitor after the other, until it is over."""

        async def come_and_go() -> None:
            while not until.is_set():
                await self._visit()

        async with asyncio.TaskGroup() as group:
            for _ in range(self._size):
                group.create_task(come_and_go())

    async def _visit(self) -> None:
        fate = self._chance.random()
        if fate < 0.3 and self._holders:
            cookie = self._holders.popleft()
            await self.look(cookie, allowed=True)
            if fate < 0.15:
                after = await self.choose("withdraw", cookie)
                if after is not None:
                    await self.look(after, allowed=False)
            else:
                self._holders.append(cookie)
            return
        await self.look("", allowed=False)
        decision = "accept" if fate < 0.8 else "refuse"
        cookie = await self.choose(decision)
        holds = decision == "accept" and bool(cookie)
        await self.look(cookie or "", allowed=holds)
        if cookie and holds:
            self._holders.append(cookie)

    async def look(self, cookie: str, allowed: bool) -> None:
        await asyncio.sleep(REST)
        self.diary.pages += 1
        try:
            async with self._session.get(f"{self._url}/", headers={"cookie": cookie}) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.diary.failed.append(f"page: {error!r}")
            return
        if response.status != 200:
            self.diary.failed.append(f"page: {response.status}")
        elif (_THIRD_PARTY in body) != allowed:
            self.diary.wrong.append(f"third parties are {'off' if allowed else 'on'} for {cookie or 'a newcomer'}")

    async def choose(self, decision: str, cookie: str = "") -> str | None:
        """The cookie that the visitor has from now on; None where there was no answer, or "not saved"."""
        await asyncio.sleep(REST)
        diary = self.diary
        # as a browser says it that navigates: the answer to a script is a page, not the way back
        headers = {"cookie": cookie, "sec-fetch-site": "same-origin", "accept": "text/html"}
        try:
            async with self._session.post(
                f"{self._url}/_cookiegate/choice", data={"decision": decision}, headers=headers, allow_redirects=False
            ) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            diary.unanswered[decision] += 1
            diary.failed.append(f"{decision}: {error!r}")
            return None
        gateway = response.headers.get("x-gateway", "").rpartition(" ")[2]
        kept = response.cookies.get("cookiegate")
        if response.status == 303 and kept:
            value = f"cookiegate={kept.value}"
            if decision == "refuse":
                diary.refused[gateway] += 1
            elif decision == "accept":
                diary.given[self._own.identify(value.encode(), secure=False)] = gateway
            else:
                diary.withdrawn[self._own.identify(cookie.encode(), secure=False)] = gateway
            return value
        if response.status != 503 or decision != "accept" or "retry-after" not in response.headers or kept:
            diary.unanswered[decision] += 1
            diary.failed.append(f"{decision}: {response.status}")
            return None
        diary.unsaved += 1
        return None


@asynccontextmanager
async def gather_crowd(url: str, policy: Path, size: int) -> AsyncIterator[Crowd]:
    """Visitors who come for the length of the block; when it ends, all of them have had their answers."""
    over = asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=_GRACE)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session:
        crowd = Crowd(url, policy, session, size)
        coming = asyncio.create_task(crowd.come(over))
        try:
            yield crowd
        finally:
            over.set()
            await coming


def check_ledger(store: str, diary: Diary, lost: str = "", others: int = 0) -> str:
    """Everything acknowledged is on the ledger just once, and the tree is whole; what was found, in words.

    A gateway that was killed (`lost`) may have taken refusals and withdrawals along, which hold without a record.
    `others`: visitors who are in no diary, and who gave and withdrew.
    """
    check_tree(store)
    found = Counter((each.consent_id, each.event) for each in read_records(store) if each.event not in ("policy",))
    assert diary.given.keys() <= {id for id, event in found if event == "given"}, "a grant was lost"
    assert all(times == 1 for (id, _), times in found.items() if id), "a decision was recorded twice"
    extra = sum(event == "given" for _, event in found) - len(diary.given) - others
    assert extra <= diary.unsaved + diary.unanswered["accept"]
    withdrawn = {id for id, event in found if event == "withdrawn"}
    kept = {id for id, gateway in diary.withdrawn.items() if not lost or gateway != lost}
    assert kept <= withdrawn, "a withdrawal was lost"
    assert len(withdrawn - diary.withdrawn.keys()) - others <= diary.unanswered["withdraw"]
    refused, told = found["", "refused"], diary.refused.total()
    assert told - (diary.refused[lost] if lost else 0) <= refused <= told + diary.unanswered["refuse"]
    return (
        f"{diary.pages} pages; {len(diary.given)} given, {len(diary.withdrawn)} withdrawn, {told} refused; "
        f"{diary.unsaved} not saved, {diary.unanswered.total()} unanswered, {extra} stored without an answer"
    )

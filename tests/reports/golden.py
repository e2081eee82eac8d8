"""Two days and what is around them on a website: ten thousand requests, the same each time.

Each comes with what it is, as whoever sends it knows: who, where, with which choice. A test works the figures out from
that, by the definitions in docs/statistics.md, and compares them with what the gate has recorded and the reports say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

# The last days of a month and the first of the next: the one in the middle has most of the requests.
DAYS = (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1))
SITE = "https://site.example"
HALF_HOUR = 1800


@dataclass(frozen=True)
class Browser:
    agent: str
    name: str
    system: str
    device: str
    bot: bool = False


BROWSERS = (
    Browser("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox 131", "Linux",
            "desktop"),
    Browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
            "Safari/537.36", "Chrome 130", "Windows", "desktop"),
    Browser("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1", "Mobile Safari 17", "iOS", "mobile"),
    Browser("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 "
            "Mobile/15E148 Safari/604.1", "Mobile Safari 16", "iOS", "tablet"),
    Browser("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile "
            "Safari/537.36", "Chrome Mobile 129", "Android", "mobile"),
)  # fmt: skip
BOTS = (
    Browser("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "", "", "bot", True),
    Browser("curl/8.5.0", "", "", "bot", True),
    Browser("", "", "", "bot", True),
)
LANGUAGES = (("fi-FI,fi;q=0.9,en;q=0.5", "fi", "fi"), ("sv", "sv", "sv"), ("en-GB,en;q=0.8", "en", "en"),
             ("de-DE,de;q=0.9", "de", "fi"), ("", "", "fi"))  # fmt: skip
PAGES = ("/", "/tuotteet", "/tuotteet/kello", "/tuotteet/ranneke", "/yhteys", "/uutiset/1", "/uutiset/2", "/täällä")
BARE = "/yhteys"  # without the tag that measures
GONE, BROKEN, MOVED, FILE, SAME = "/poissa", "/rikki", "/vanha", "/tiedot.json", "/ennallaan"
STATUSES = {GONE: 404, BROKEN: 500, MOVED: 302, SAME: 304}
REFERRERS = (("", ""), ("https://haku.example/?q=kello", "https://haku.example"),
             ("https://uutiset.example:8443/a/b", "https://uutiset.example:8443"))  # fmt: skip
CAMPAIGNS = (("", ""), ("", ""), ("?utm_source=kirje&utm_medium=email&utm_campaign=kevat", "kirje / email / kevat"),
             ("?utm_source=haku&x=1", "haku / - / -"))  # fmt: skip
# What the visitor presses, the choice that they have made then, and the services of the page that measure.
ANSWERS = {"accept": ("given", True), "refuse": ("refused", False), "statistics": ("partly", True),
           "marketing": ("partly", False), "withdraw": ("refused", False)}  # fmt: skip


@dataclass(frozen=True)
class Person:
    number: int
    network: str  # the first three numbers of the address
    browser: Browser
    accepts: str  # Accept-Language
    language: str  # that they prefer
    asked_in: str  # the language of the site's question
    scripted: bool
    signals: bool  # sends Global Privacy Control, which objects to the log
    objects: bool  # objects on the site, at the first page


@dataclass(frozen=True)
class Act:
    """A request, or the answer to the question (`answer`), or an objection."""

    time: int
    person: Person
    path: str
    query: str = ""
    campaign: str = ""
    referrer: str = ""  # header
    origin: str = ""  # of another site
    own: bool = False  # led here by a page of this site
    method: str = "GET"
    ahead: bool = False  # fetched before the visitor asked for it
    answer: str = ""
    objection: bool = False
    objecting: bool = False  # the visitor had objected to the log on the site before
    decision: str = ""  # of the visitor, when the request was made
    measured: bool = False  # they had agreed to statistics

    @property
    def status(self) -> int:
        return STATUSES.get(self.path, 200)

    @property
    def logged(self) -> bool:
        """Whether the log may hold it: a page, asked for by somebody who did not object."""
        barred = self.answer or self.ahead or self.objecting or self.person.signals or self.path == FILE
        return not barred and not self.objection and self.method == "GET"


@dataclass
class _Story:
    """One person's way over the site, from `time` on."""

    chance: random.Random
    person: Person
    time: int
    decision: str = ""
    measured: bool = False
    objecting: bool = False
    acts: list[Act] = field(default_factory=list)

    def tell(self, pages: int) -> Iterator[Act]:
        """A visit of so many pages."""
        chance = self.chance
        for number in range(pages):
            path = chance.choices((*PAGES, GONE, BROKEN, MOVED, FILE, SAME), (*[30] * len(PAGES), 12, 4, 8, 8, 8))[0]
            act = Act(self.time, self.person, path, decision=self.decision, measured=self.measured)
            if number and chance.random() < 0.9:
                act = replace(act, referrer=SITE + "/", own=True)
            elif chance.random() < 0.7:
                header, origin = chance.choice(REFERRERS)
                query, campaign = chance.choice(CAMPAIGNS)
                act = replace(act, referrer=header, origin=origin, query=query, campaign=campaign)
            if chance.random() < 0.03:
                act = replace(act, ahead=True)
            elif chance.random() < 0.02:
                act = replace(act, method=chance.choice(("HEAD", "POST")))
            if self.person.objects and not self.objecting:
                self.objecting = True
                yield replace(act, objection=True)
            yield replace(act, objecting=self.objecting)
            if path in PAGES and not self.person.browser.bot:
                yield from self._answer(path)
            self.time += chance.choice((0, 1, 4, 9, 19, 44, 119, 299, 600, 1799, HALF_HOUR, HALF_HOUR + 1))

    def _answer(self, path: str) -> Iterator[Act]:
        wish = self.chance.random()
        if not self.decision and wish < 0.3:
            answer = self.chance.choice(("accept", "refuse", "refuse", "statistics", "marketing"))
        elif self.decision in ("given", "partly") and wish < 0.05:
            answer = "withdraw"
        else:
            return
        self.time += 1
        yield Act(self.time, self.person, path, answer=answer)
        self.decision, self.measured = ANSWERS[answer]


def draw_acts(requests: int, seed: int = 20260331) -> list[Act]:
    """So many acts and a few more, in the order of their times."""
    chance = random.Random(seed)
    acts: list[Act] = []
    number = 0
    while len(acts) < requests:
        number += 1
        bot = chance.random() < 0.08
        # some share a network and a browser, and are one visitor then
        shared = acts[-1].person if acts and chance.random() < 0.03 else None
        accepts, language, asked_in = chance.choice(LANGUAGES)
        person = Person(
            number,
            f"{20 + number // 65_025}.{number // 255 % 255}.{number % 255}",
            chance.choice(BOTS) if bot else chance.choice(BROWSERS),
            accepts,
            language,
            asked_in,
            scripted=chance.random() < 0.7,
            signals=not bot and chance.random() < 0.04,
            objects=not bot and chance.random() < 0.04,
        )
        if shared:
            person = replace(person, network=shared.network, browser=shared.browser, objects=False, signals=False)
        day = chance.choices(DAYS, (1, 8, 1))[0]
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        hour = chance.choice((8, 9, 12, 15, 18, 20, 21, 22))
        start = midnight + hour * 3600 + chance.randrange(3600)
        if chance.random() < 0.05 and day != DAYS[-1]:
            start = midnight + 86_400 - chance.randrange(1, 300)  # over midnight
        story = _Story(chance, person, start)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            acts += story.tell(chance.choice((1, 2, 3, 5, 9)))
            story.time += chance.choice((HALF_HOUR - 1, HALF_HOUR, HALF_HOUR + 1, 7200))
    acts.sort(key=lambda act: act.time)
    return acts

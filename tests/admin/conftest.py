"""A dashboard over a store of either engine, and people of every role who are signed in to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from cookiegate.admin import Dashboard, Office
from cookiegate.policy import load_policy
from cookiegate.register import begin_session, find_staff, passwords
from cookiegate.register.passwords import Cost, hash_password
from cookiegate.store import Batch, Change, open_store
from tests.asgi import Recorded, call
from tests.register.rights import AINO, NOON, OTSO, Site, make_decision, make_site

COMPANY = Path(__file__).resolve().parents[2] / "examples" / "company" / "cookiegate.toml"
PASSWORD = "viisi hevosta ladossa"
CHEAP = Cost(2, 8, 1)
OWN = (("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded"))


def let_in(site: Site, name: str, role: str) -> None:
    """An account whose owner has a password of their own."""
    store = open_store(site.url)
    change = Change("add_staff", [(name, role, hash_password(PASSWORD, CHEAP), 0)])
    store.write(Batch(changes=[change]))
    store.close()


@dataclass
class Clock:
    """Whose hands are set by the test, in seconds since 1970-01-01 UTC."""

    now: float = float(NOON)

    def __call__(self) -> float:
        return self.now


@dataclass
class Person:
    """Somebody with a browser, at the dashboard."""

    dashboard: Dashboard
    cookie: str = ""
    address: str = "127.0.0.1"
    host: str = "localhost:8001"
    headers: tuple[tuple[str, str], ...] = OWN
    scheme: str = "http"

    def ask(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...] | None = None, **fields: str
    ) -> Recorded:
        sent = [*(self.headers if headers is None else headers)]
        if self.cookie:
            sent.append(("cookie", self.cookie))
        body = urlencode(fields).encode() if method == "POST" else b""
        app: Any = self.dashboard
        answer = asyncio.run(
            call(app, method, path, sent, body, self.scheme, host=self.host, client=(self.address, 40_000))
        )
        assert answer.error is None, answer.error
        if given := answer.get("set-cookie"):
            self.cookie = "" if "Max-Age=0" in given else given.partition(";")[0]
        return answer

    def get(self, path: str) -> Recorded:
        return self.ask("GET", path)

    def post(self, path: str, **fields: str) -> Recorded:
        return self.ask("POST", path, **fields)

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "") -> Recorded:
        return self.post("/login", name=name, password=password, code=code)


@dataclass
class House:
    site: Site
    folder: Path
    clock: Clock = field(default_factory=Clock)
    offices: list[Office] = field(default_factory=list)

    def open(self, **more: Any) -> Dashboard:
        office = Office(
            self.site.url,
            load_policy(COMPANY),
            self.site.key_file,
            self.folder / "checkpoint",
            clock=self.clock,
            **more,
        )
        self.offices.append(office)
        return Dashboard(office)

    def close(self) -> None:
        for office in self.offices:
            office.close()

    def come(self, dashboard: Dashboard, role: str) -> Person:
        """Somebody of this role, whose name it is, signed in."""
        if not self.site.query("staff_named", who=role):
            let_in(self.site, role, role)
        store = open_store(self.site.url, readonly=True)
        account = find_staff(store, role)
        store.close()
        session = begin_session(self.site.url, account, self.clock.now)
        assert session
        return Person(dashboard, f"cookiegate-staff={session.token}")

    def acts(self, act: str = "") -> list[dict[str, Any]]:
        return [each for each in self.site.acts() if not act or each["act"] == act]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names that do not exist are hashed as cheaply as those of these tests, who would wait for nothing else."""
    monkeypatch.setattr(passwords, "USUAL", CHEAP)
    passwords.make_decoy.cache_clear()
    yield
    passwords.make_decoy.cache_clear()


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    """A site where Aino and Otso have decided something."""
    made = make_site(url, tmp_path)
    made.record(make_decision(AINO), make_decision(OTSO, 1, "pikseli"), make_decision(AINO, 2, "matomo", "pikseli"))
    house = House(made, tmp_path)
    yield house
    house.close()


@pytest.fixture
def come(house: House) -> Callable[[str], Person]:
    """Somebody of this role at a dashboard that all of them share."""
    dashboard = house.open()
    return lambda role: house.come(dashboard, role)


@pytest.fixture
def stranger(house: House) -> Person:
    """Somebody who is not signed in."""
    return Person(house.open())

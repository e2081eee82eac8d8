"""The promise about the visit log, read from the disk: no whole address, query, e-mail or browser is ever kept."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import logging
import random
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate
from tests.asgi import call
from tests.stories.site import PAGE, answer, choose, keep, make_gate

REQUESTS = 10_000
DECISIONS = 200
AGENTS = tuple(
    f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0 Kivi/{version}.77"
    for version in range(100, 120)
)
BROKEN = "/broken"
SECRETS = ("aino.esimerkki", "kivijoki-mail.example", "hakusana", "tunniste", "polku-muualla", "kirje=")


def make_visitors() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Address, page and headers of each request. Every address is another, and its last part is not zero."""
    dice = random.Random(20260301)
    for number in range(REQUESTS):
        if number % 2:
            address = (
                f"{dice.randint(11, 99)}.{dice.randint(100, 255)}.{dice.randint(100, 255)}.{dice.randint(100, 254)}"
            )
        else:
            address = str(ipaddress.IPv6Address((0x20010DB8 << 96) | dice.getrandbits(88) | 1 << 87 | 1))
        path = (
            "/",
            "/tuotteet/kello",
            "/peruuta/aino.esimerkki@kivijoki-mail.example",
            "/peruuta/aino.esimerkki%40kivijoki-mail.example/nyt",
            BROKEN,
        )[number % 5]
        query = f"?hakusana={number}&kirje=aino.esimerkki@kivijoki-mail.example"
        headers = [
            ("user-agent", AGENTS[number % len(AGENTS)]),
            ("referer", f"https://haku.example/polku-muualla/{number}?tunniste={number}#x"),
            ("x-forwarded-for", f"198.51.100.{number % 250 + 1}"),
            ("forwarded", f"for=198.51.100.{number % 250 + 1}"),
        ]
        yield address, path + query, headers


async def website(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == BROKEN:
        raise RuntimeError("the site failed")
    await answer(send, PAGE)


def write_everything(gate: CookieGate) -> list[str]:
    """Run all requests and decisions; give the addresses that were used."""
    log = logging.getLogger("server")
    used = []

    async def story() -> None:
        for address, target, headers in make_visitors():
            used.append(address)
            page = await call(gate, path=target, headers=headers, client=(address, 40_000))
            if page.error:  # what a server does with it
                log.error("".join(traceback.format_exception(page.error)))
        cookie = ""
        for number in range(DECISIONS):
            decision = ("accept", "withdraw", "refuse", "save")[number % 4]
            more = {"service": ["filmi", "aino.esimerkki@kivijoki-mail.example"], "return_to": "/x?hakusana=kirje="}
            fields = more if decision == "save" else {}
            made = await choose(gate, decision, cookie=cookie, address=f"192.0.{number}.77", **fields)
            assert made.status == 303
            cookie = keep(made)

    asyncio.run(story())
    return used


def read_files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".toml"}


def spell(address: str) -> set[bytes]:
    """The ways in which bytes may hold an address whole."""
    read = ipaddress.ip_address(address)
    texts = {address, read.exploded, read.compressed}
    ways = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts} | {read.packed}
    return ways | {base64.b64encode(address.encode()).rstrip(b"="), read.packed.hex().encode()}


class Search:
    """Looks for many addresses at once: by the last bytes of their spellings, then by the whole."""

    ENDING = 8  # bytes; packed IPv4 addresses are shorter and stand anywhere by chance

    def __init__(self, addresses: list[str]) -> None:
        self._endings: dict[bytes, list[tuple[bytes, str]]] = {}
        for address in addresses:
            for way in spell(address):
                if len(way) >= self.ENDING:
                    self._endings.setdefault(way[-self.ENDING :], []).append((way, address))

    def find(self, content: bytes) -> set[str]:
        """Those of the addresses that stand whole in `content`."""
        found = set()
        for end in range(self.ENDING, len(content) + 1):
            for way, address in self._endings.get(content[end - self.ENDING : end], ()):
                if content.endswith(way, 0, end):
                    found.add(address)
        return found


@pytest.fixture
def written(tmp_path: Path, caplog: Any, capfd: Any) -> tuple[dict[str, bytes], list[str]]:
    """Every file while the site runs and after it was stopped, all that was logged or printed, and the addresses."""
    caplog.set_level(logging.DEBUG)
    gate = make_gate(website, tmp_path)
    addresses = write_everything(gate)
    running = {f"running {name}": content for name, content in read_files(tmp_path).items()}
    gate.register.close()
    printed = capfd.readouterr()
    said = {"log": caplog.text.encode(), "printed": (printed.out + printed.err).encode()}
    return running | read_files(tmp_path) | said, addresses


def test_no_file_and_no_log_holds_what_was_promised_to_be_cut_off(
    written: tuple[dict[str, bytes], list[str]], tmp_path: Path
) -> None:
    files, addresses = written
    assert {"site.db", "running site.db", "log"} <= files.keys(), sorted(files)
    assert b"the site failed" in files["log"], "the tracebacks were looked through too"
    database = sqlite3.connect(tmp_path / "site.db")
    visits = database.execute("SELECT count(*) FROM visits").fetchone()[0]
    kept = database.execute("SELECT DISTINCT address FROM visits").fetchall()
    decisions = database.execute("SELECT count(*) FROM ledger_records WHERE event <> 'policy'").fetchone()[0]
    database.close()
    assert visits == REQUESTS * 4 // 5, "every page that was shown was counted"
    assert decisions == DECISIONS
    assert all(address.endswith(("/24", "/48")) for (address,) in kept)
    search = Search(addresses)
    for name, content in files.items():
        assert search.find(content) == set(), name
        for secret in (*SECRETS, *AGENTS, "198.51.100."):
            assert secret.encode() not in content, (name, secret)
            assert secret.encode("utf-16-le") not in content, (name, secret)


def test_the_search_finds_an_address_in_every_spelling() -> None:
    for address in ("203.0.113.77", "2001:db8::abcd:1"):
        for way in spell(address):
            assert len(way) == 4 or Search([address]).find(b"x" + way + b"y") == {address}


def test_the_search_would_notice_a_log_that_does_not_truncate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same requests with truncation taken out of the register: the search above has to fail."""
    monkeypatch.setattr("cookiegate.register.visits.truncate", lambda address, *bits: address)
    monkeypatch.setattr("tests.promises.test_bytes_on_disk.REQUESTS", 200)
    gate = make_gate(website, tmp_path)
    addresses = write_everything(gate)
    gate.register.close()
    everything = b"".join(read_files(tmp_path).values())
    assert Search(addresses).find(everything) == {
        address for number, address in enumerate(addresses) if number % 5 != 4
    }

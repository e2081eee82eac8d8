"""The promise about erasure, read from the disk: of who was erased not a byte is left, and nothing else has changed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiegate import CookieGate
from cookiegate.register import erase_subject, forget_spooled, load_ledger_key
from cookiegate.reports import Verification, visit_statistics, write_bundle
from tests.asgi import call
from tests.stories.site import choose, keep, make_gate, website

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
COLUMNS = ("salt", "payload", "subject", "person_salt", "person")


def read_parts(file: Path, id: str, columns: tuple[str, ...]) -> Iterator[bytes]:
    """What the database holds of the person with this id."""
    connection = sqlite3.connect(file)
    theirs = f"instr(person, CAST('{id}' AS BLOB))"
    for row in connection.execute(f"SELECT {', '.join(columns)} FROM ledger_records WHERE {theirs}"):
        yield from filter(None, row)
    connection.close()


def list_others(file: Path, id: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT * FROM ledger_records WHERE event <> 'audit' ORDER BY seq").fetchall()
    connection.close()
    return [row for row in rows if id not in str(row)]


async def live(gate: CookieGate) -> str:
    """A visitor who changes their mind twice, between others; their consent id."""
    mine = ""
    for _ in range(3):
        await choose(gate)
        mine = keep(await choose(gate, cookie=mine)) or mine
        await call(gate, headers=[("cookie", mine), ("user-agent", FIREFOX)])
        await choose(gate, "refuse")
    page = (await call(gate, "GET", "/_cookiegate/receipt", [("cookie", mine)])).body.decode()
    found = re.search("<code>([A-Za-z0-9_-]{22})</code>", page)
    assert found
    return found[1]


@pytest.mark.parametrize("whole", [True, False])
def test_of_who_was_erased_not_a_byte_is_left(tmp_path: Path, whole: bool) -> None:
    gate, file = make_gate(website, tmp_path), tmp_path / "site.db"
    url, today = f"sqlite:///{file}", datetime.now(UTC).date()
    id = asyncio.run(live(gate))
    gate.register.close()
    gone = list(read_parts(file, id, COLUMNS if whole else ("subject", "person_salt", "person")))
    assert len(gone) == (15 if whole else 9)
    others, figures = list_others(file, id), visit_statistics(url, today, today)
    assert figures.views == 3

    second = make_gate(website, tmp_path)  # erased while a gateway has the store open
    asyncio.run(choose(second, "refuse"))
    asyncio.run(asyncio.sleep(0.3))
    erased = erase_subject(url, second.register.find_subject(id), time.time(), whole=whole, recipients=())
    assert erased
    assert erased.scrubbed
    keys = load_ledger_key(tmp_path / "site.db.ledgerkey").verifiers
    second.register.close()
    write_bundle(url, tmp_path / "exported", keys)
    for place in tmp_path.rglob("*"):
        data = place.read_bytes() if place.is_file() else b""
        assert id.encode() not in data, place
        assert [part for part in gone if part in data or part.hex().encode() in data] == [], place

    kept = [row for row in list_others(file, id) if row in others]
    assert kept == others, "nobody else's record has changed"
    assert visit_statistics(url, today, today) == figures
    assert list(Verification(url, keys).find()) == []


def test_nor_of_what_waited_on_disk_to_be_stored(tmp_path: Path) -> None:
    gate, file = make_gate(website, tmp_path), tmp_path / "site.db"
    url = f"sqlite:///{file}"

    async def withdraw_in_an_outage() -> str:
        mine = keep(await choose(gate))
        page = (await call(gate, "GET", "/_cookiegate/receipt", [("cookie", mine)])).body.decode()
        gate.register.close()
        for part in tmp_path.glob("site.db-*"):
            part.unlink()
        file.rename(tmp_path / "kept.db")
        file.mkdir()
        down = make_gate(website, tmp_path)
        assert (await choose(down, "withdraw", cookie=mine)).status == 303
        while not down.register.health()["spooled_decisions"]:
            await asyncio.sleep(0.01)
        down.register.close()
        return re.findall("<code>([A-Za-z0-9_-]{22})</code>", page)[0]

    id = asyncio.run(withdraw_in_an_outage())
    file.rmdir()
    (tmp_path / "kept.db").rename(file)
    spooled = {place: place.read_bytes() for place in tmp_path.glob("site.db.spool.*")}
    assert any(id.encode() in content for content in spooled.values())
    salts = re.findall(rb'_?salt":"([0-9a-f]{64})"', b"".join(spooled.values()))
    assert len(salts) == 2
    forget_spooled(url, id)
    assert erase_subject(url, make_gate(website, tmp_path).register.find_subject(id), time.time(), whole=True,
                         recipients=())  # fmt: skip
    for place in tmp_path.rglob("*"):
        data = place.read_bytes() if place.is_file() else b""
        assert [part for part in (id.encode(), *salts) if part in data] == [], place

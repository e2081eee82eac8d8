"""What services are told about a visitor follows from the visitor's record."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from cookiegate import CookieGate
from cookiegate.policy import list_consents
from tests.asgi import call
from tests.stories.site import choose, keep, make_gate, read_ledger, website

POLICY = """
[site]
name = "Kivijoen Kello"
hosts = ["site.example"]

[controller]
name = "Kivijoen Kello Oy"
email = "tietosuoja@site.example"

[purposes.mittaus]
services = ["google-analytics", "google-tag-manager"]
titles = { fi = "Mittaus", sv = "Mätning", en = "Measuring" }

[purposes.marketing]
services = ["google-ads", "meta-pixel", "linkedin-insight"]
"""


def test_the_page_tells_what_the_record_says(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path, policy=POLICY)

    async def story() -> str:
        cookie = keep(await choose(gate, "save", purpose="mittaus"))
        return await read_page(gate, cookie)

    page = asyncio.run(story())
    told = re.search(r'<script data-run="([^"]*)" data-given="([^"]*)">', page)
    assert told is not None
    assert page.index("<head>") < told.start() < page.index("<title>")
    (record,) = read_ledger(gate, tmp_path)
    consents = list_consents(record["services"])
    assert list_consents(told[2].split()) == consents
    assert [type for type, given in consents["google"].items() if given] == ["analytics_storage"]
    assert told[1].split() == ["google", "meta-pixel"], "the tag manager may load whatever it likes"


def test_who_gave_nothing_that_has_a_hook_gets_nothing_of_it(tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path, policy=POLICY)

    async def story() -> None:
        refused, linkedin = await choose(gate, "refuse"), await choose(gate, "save", service="linkedin-insight")
        for cookie in ("", keep(refused), keep(linkedin)):
            page = await read_page(gate, cookie)
            assert "data-run" not in page
            assert "dataLayer" not in page
        assert "withdraw" in page, "LinkedIn was given"

    asyncio.run(story())
    gate.register.close()


async def read_page(gate: CookieGate, cookie: str) -> str:
    headers = [("cookie", cookie), ("sec-fetch-dest", "document")]
    return (await call(gate, "GET", "/", headers)).body.decode()

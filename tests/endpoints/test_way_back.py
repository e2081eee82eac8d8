"""Where a visitor comes back to after a choice: a page of this site, whatever the form or the referrer says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.asgi import call
from tests.stories.site import choose, make_gate, website

from .knocking import knock


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        " /ok",
        "",
        "/" + "a" * 2_048,
        "/a\r\nset-cookie: x=1",
        "/a\u2028b",
        "/\0",
    ],
)
def test_an_address_to_come_back_to_that_is_not_on_this_site_is_the_front_page(address: str, tmp_path: Path) -> None:
    async def story() -> None:
        gate = make_gate(website, tmp_path)
        answer = await choose(gate, "refuse", return_to=address)
        assert (answer.status, answer.get("location")) == (303, "/")
        settings = await call(gate, "GET", "/_cookiegate/settings", [("referer", address.encode())])
        assert b"evil.example" not in settings.body
        gate.register.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("address", "location"),
    [("/", "/"), ("/a?b=1&c=%C3%A4#d", "/a?b=1&c=%C3%A4#d"), ("/ä", "/%C3%A4"), ("/a//b", "/a//b")],
)
def test_the_visitor_comes_back_to_the_page(address: str, location: str, tmp_path: Path) -> None:
    gate = make_gate(website, tmp_path)
    assert asyncio.run(choose(gate, "refuse", return_to=address)).get("location") == location
    gate.register.close()


@pytest.mark.parametrize(
    ("referrer", "location"),
    [
        ("https://site.example/page?x=1#y", "/page?x=1"),
        ("https://evil.example/page", "/"),
        ("https://site.example//evil.example", "/"),
        ("https://site.example", "/"),
        ("https://[broken", "/"),
        ("https://user@site.example/page", "/"),
        ("ftp://site.example/page", "/"),
    ],
)
def test_a_placeholder_brings_back_to_the_page_that_it_stood_on(referrer: str, location: str, tmp_path: Path) -> None:
    answer, _ = knock(tmp_path, body="decision=allow&service=filmi&return_to=", headers={"referer": referrer})
    assert answer.get("location") == location

"""A service that the site's own server tells: a browser whose visitor agreed to it asks none of its hosts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forwarding.site import HTML, make_gate, wait_until
from tests.forwarding.stubs import open_internet
from tests.ports import find_port
from tests.serving import serve
from tests.stories.site import answer

from .chromium import ChromiumVisitor
from .internet import Internet

pytestmark = pytest.mark.chromium


async def website(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, HTML)


def test_who_accepts_all_is_told_of_by_the_server_and_loads_nothing_of_theirs(
    visitor: Callable[..., ChromiumVisitor], internet: Internet, tmp_path: Path
) -> None:
    port = find_port()
    with open_internet() as services, serve((make_gate(website, tmp_path, services), port)):
        somebody = visitor(f"http://127.0.0.1:{port}")
        somebody.visit("/")
        somebody.press("accept")
        somebody.visit("/hinnasto?utm_source=uutiskirje")
        wait_until(lambda: "http://127.0.0.1/hinnasto?utm_source=uutiskirje" in services.pages("google-analytics"))
        sent = somebody.page.evaluate(
            "navigator.sendBeacon('/_cookiegate/view', new URLSearchParams({path: '/toinen' + location.search}))"
        )
        assert sent
        wait_until(lambda: "http://127.0.0.1/toinen?utm_source=uutiskirje" in services.pages("matomo"))
        assert internet.reached == set()
        assert [each.host for each in internet.asked] == []
        kept = {cookie["name"] for cookie in somebody.page.context.cookies()}
        assert kept == {"cookiegate"}
        assert services.wrong == []

"""A website whose services are told by its server, and the gate in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cookiegate import CookieGate
from cookiegate.settings import Settings
from tests.asgi import Recorded, call
from tests.forwarding.stubs import MEASUREMENT_ID, SECRET, SITE_ID, TOKEN, Internet
from tests.stories.site import POLICY
from tests.stories.site import SECRET as COOKIE_SECRET

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TAG = b'<script async src="https://www.googletagmanager.com/gtag/js?id=G-TEST12345"></script>'
SNIPPET = (
    b"<script>var u='/', g=document.createElement('script');_paq.push(['setTrackerUrl', u+'matomo.php']);"
    b"g.src=u+'matomo.js';</script>"
)
HTML = (
    b'<!doctype html><html lang="fi"><head><title>Kello</title>' + TAG + SNIPPET + b"</head><body>Kello</body></html>"
)


def write_policy(internet: Internet, *, google: str = "", matomo: str = "") -> str:
    """`google` and `matomo`: more lines for their sections."""
    both = POLICY.replace('services = ["google-analytics"]', 'services = ["google-analytics", "matomo"]')
    return (
        both
        + f"""
[services.google-analytics]
mode = "server"
measurement_id = "{MEASUREMENT_ID}"
url = "{internet.google}"
{google}

[services.matomo]
mode = "server"
url = "{internet.matomo}"
site_id = {SITE_ID}
{matomo}
"""
    )


def make_gate(
    app: Any, folder: Path, internet: Internet, *, store: str = "", token: str = TOKEN, **more: Any
) -> CookieGate:
    policy = folder / "cookiegate.toml"
    policy.write_text(write_policy(internet, **more), "utf-8")
    settings = Settings(
        (COOKIE_SECRET,), store or f"sqlite:///{folder / 'site.db'}", google_analytics_secret=SECRET, matomo_token=token
    )
    return CookieGate(app, policy=policy, settings=settings)


@contextmanager
def closing(gate: CookieGate) -> Iterator[CookieGate]:
    try:
        yield gate
    finally:
        gate.register.close()


async def look(gate: CookieGate, path: str = "/", cookie: str = "", *headers: tuple[str, str], **more: Any) -> Recorded:
    usual = [("sec-fetch-dest", "document"), ("user-agent", FIREFOX), ("accept-language", "fi, en;q=0.5")]
    return await call(gate, path=path, headers=[*usual, *headers, *([("cookie", cookie)] if cookie else [])], **more)


def wait_until(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.01)

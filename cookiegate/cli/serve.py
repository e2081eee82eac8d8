"""`serve`: the gate in front of any website."""

from __future__ import annotations

import logging
from dataclasses import replace

import click

from ..errors import SettingsError
from ..middleware import CookieGate
from ..settings import load_settings
from .serving import leads_back, serve_until_stopped, write_url

_MISSING = "the gateway needs more packages: pip install 'cookiegate[gateway]'"


@click.command()
@click.option("--upstream", help="The website behind the gate, such as http://127.0.0.1:8080.  [COOKIEGATE_UPSTREAM]")
@click.option("--policy", default="cookiegate.toml", show_default=True, type=click.Path(dir_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(upstream: str | None, policy: str, host: str, port: int) -> None:
    """Stand in front of a website.

    Needs COOKIEGATE_SECRET. Behind a proxy that ends TLS, name it in COOKIEGATE_TRUSTED_PROXIES (a CIDR such as
    127.0.0.0/8), or every visitor has the proxy's address.

    Example: cookiegate serve --upstream http://127.0.0.1:8080
    """
    try:
        from ..gateway import Upstream
    except ImportError:
        raise SettingsError(_MISSING) from None
    settings = load_settings()
    settings = replace(settings, upstream=upstream or settings.upstream)
    if not settings.upstream:
        raise click.UsageError("say which website is behind the gate: --upstream http://127.0.0.1:8080")
    website = Upstream(settings.upstream)
    if leads_back(website.origin, host, port):
        raise click.UsageError("--upstream is this gateway itself")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    gate = CookieGate(website, policy=policy, settings=settings)
    welcome = f"cookiegate: {settings.upstream} is behind {write_url(host, port)}"
    serve_until_stopped(gate, host, port, welcome=welcome, close=gate.register.close)

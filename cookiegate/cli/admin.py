"""`admin`: the staff dashboard, at a port of its own."""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import urlsplit

import click

from .. import __version__
from ..admin import Dashboard, Office
from ..policy import load_policy
from ..register import list_staff
from ..settings import find
from ..visitor import TrustedProxies
from .serving import serve_until_stopped, write_url
from .upkeep import find_checkpoint_file, find_key_file

_NEEDS_TLS = """\
Passwords would go over the network in the clear: {host} is not this machine alone. Put a proxy that ends TLS in front,
and say under which address browsers reach it:

    cookiegate admin --host {host} --public https://admin.example.org

Or leave it on this machine, and come in through a tunnel: ssh -L 8001:127.0.0.1:8001 SERVER"""


@click.command()
@click.option("--policy", default="cookiegate.toml", show_default=True, type=click.Path(dir_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--public", help="The https:// address that browsers see, behind a proxy.  [COOKIEGATE_ADMIN_URL]")
@click.option("--store", help="Such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
@click.option("--key", help="The ledger's key file; else beside the store.  [COOKIEGATE_LEDGER_KEY]")
def admin(policy: str, host: str, port: int, public: str | None, store: str | None, key: str | None) -> None:
    """The dashboard for the staff: figures, requests of people, the ledger.

    On this machine alone, unless a proxy with TLS stands in front. Accounts are made
    with `cookiegate staff add`.

    Example: cookiegate admin --port 8001
    """
    url, seen = store or find("store"), (public or find("admin_url")).rstrip("/").lower()
    if seen and not _is_origin(seen):
        raise click.UsageError(f"--public is an address such as https://admin.example.org, not {seen}")
    if not seen and not _is_loopback(host):
        raise click.UsageError(_NEEDS_TLS.format(host=host))
    codes = find("staff_codes")
    if codes not in ("", "required"):
        raise click.UsageError(f'COOKIEGATE_STAFF_CODES is "required" or not set, not {codes!r}')
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    proxies = TrustedProxies(tuple(each.strip() for each in find("trusted_proxies").split(",") if each.strip()))
    office = Office(
        url,
        load_policy(policy),
        find_key_file(key, url),
        find_checkpoint_file(url),
        public=seen,
        need_codes=codes == "required",
        proxies=proxies,
        version=__version__,
    )
    with office.reading() as shelf:
        if not list_staff(shelf):
            click.echo("Nobody can sign in yet: make an account with `cookiegate staff add NAME --role admin`.")
    welcome = f"cookiegate: the dashboard is at {f'{seen}/' if seen else write_url(host, port)}"
    serve_until_stopped(Dashboard(office), host, port, welcome=welcome, close=office.close)


def _is_origin(address: str) -> bool:
    parts = urlsplit(address)
    return (
        parts.scheme == "https" and bool(parts.hostname) and address == f"https://{parts.netloc}" and "@" not in address
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

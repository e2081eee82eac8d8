"""This machine's settings: secrets, store, upstream, trusted proxies. From the environment, never from git.

A file named by COOKIEGATE_SETTINGS may hold them too, in a TOML table `[settings]`; the environment comes first.
"""

from __future__ import annotations

import os
import re
import secrets as randomness
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import SettingsError

DEFAULT_STORE = "sqlite:///cookiegate.db"
_SHORTEST = 32  # characters of a secret
_HOW = (
    "make one with\n"
    "    python3 -c 'import secrets; print(secrets.token_urlsafe(32))'\n"
    "and give it to this service as COOKIEGATE_SECRET (environment, not git)"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from machine to machine. The first secret signs, every one verifies."""

    secrets: tuple[str, ...]
    store: str = DEFAULT_STORE
    trusted_proxies: tuple[str, ...] = ()
    upstream: str = ""
    ledger_key: str = ""  # a file; beside a SQLite database if none is named
    checkpoint: str = ""  # a file for the last signed checkpoint, better on another disk; as above
    witness: str = ""  # a URL that checkpoints are sent to, once an hour
    google_analytics_secret: str = ""  # of the Measurement Protocol
    matomo_token: str = ""  # token_auth

    def __repr__(self) -> str:  # never a secret in a log or a traceback
        store, upstream = (re.sub("//[^/]*@", "//…@", url) for url in (self.store, self.upstream))
        return f"Settings(store={store!r}, trusted_proxies={self.trusted_proxies!r}, upstream={upstream!r})"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError where a secret is missing or too short."""
    environment = os.environ if environment is None else environment
    written = _read_file(environment.get("COOKIEGATE_SETTINGS", ""))

    def pick(name: str, default: str = "") -> str:
        return environment.get(f"COOKIEGATE_{name.upper()}") or written.get(name, default)

    ring = _split(pick("secret"))
    if not ring:
        raise SettingsError(f"COOKIEGATE_SECRET is not set; {_HOW}")
    for number, secret in enumerate(ring, 1):
        if len(secret) < _SHORTEST:
            which = "COOKIEGATE_SECRET" if len(ring) == 1 else f"secret {number} of COOKIEGATE_SECRET"
            raise SettingsError(f"{which} has {len(secret)} characters, fewer than {_SHORTEST}; {_HOW}")
    return Settings(
        ring,
        pick("store", DEFAULT_STORE),
        _split(pick("trusted_proxies")),
        pick("upstream"),
        pick("ledger_key"),
        pick("checkpoint"),
        pick("witness"),
        pick("google_analytics_secret"),
        pick("matomo_token"),
    )


def find(name: str, environment: Mapping[str, str] | None = None) -> str:
    """One setting, for commands that need no secret: "store", "ledger_key", "checkpoint", "trusted_proxies"; for the
    dashboard "admin_url", where browsers reach it, and "staff_codes", "required" where some must have them."""
    environment = os.environ if environment is None else environment
    written = _read_file(environment.get("COOKIEGATE_SETTINGS", ""))
    return environment.get(f"COOKIEGATE_{name.upper()}") or written.get(name, DEFAULT_STORE if name == "store" else "")


def demo_settings(folder: Path) -> Settings:
    """Settings for trying it out: a database in `folder`, and beside it a secret made at the first start."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "cookiegate.secret"
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(randomness.token_urlsafe(32))
    except FileExistsError:
        pass
    secret = file.read_text().strip()
    if len(secret) < _SHORTEST:
        raise SettingsError(f"{file} holds no whole secret; delete it, and the next start makes another")
    return Settings((secret,), f"sqlite:///{folder.resolve() / 'cookiegate.db'}")


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read_file(name: str) -> Mapping[str, str]:
    if not name:
        return {}
    try:
        table = tomllib.loads(Path(name).read_text("utf-8")).get("settings", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"COOKIEGATE_SETTINGS={name} cannot be read: {error}") from None
    known = {"secret", "store", "trusted_proxies", "upstream", "ledger_key", "checkpoint", "witness", "admin_url",
             "staff_codes", "google_analytics_secret", "matomo_token"}  # fmt: skip
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise SettingsError(f"{name}: every entry of [settings] is a text in quotes")
    if unknown := set(table) - known:
        raise SettingsError(f"{name}: [settings] has no {sorted(unknown)[0]!r}; it has {', '.join(sorted(known))}")
    return table

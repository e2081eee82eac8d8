"""From a store's URL to an open store, and to the files that lie beside it."""

from __future__ import annotations

from pathlib import Path

from cookiegate.errors import StoreError

from .rows import Store
from .sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str, *, readonly: bool = False) -> Store:
    """Open `sqlite:///relative.db` or `sqlite:////absolute/path.db`, made and brought up to date unless readonly.

    Raises StoreError when it cannot be opened, when a newer cookiegate has written it, and for any other scheme.
    """
    return SqliteStore(_path(url), readonly=readonly)


def companion(url: str, suffix: str) -> Path:
    """A file beside the database, named after it: `cookiegate.db` and ".daykey" → `cookiegate.db.daykey`."""
    path = _path(url)
    return path.with_name(path.name + suffix)


def _path(url: str) -> Path:
    scheme = url.partition(":")[0]
    if not url.startswith(_SQLITE):
        raise StoreError(f'a store of the kind "{scheme}" is not known: write sqlite:///cookiegate.db')
    name = url.removeprefix(_SQLITE)
    if not name or name.endswith("/") or "\0" in name:
        raise StoreError(
            "the store's URL names no file: write sqlite:///cookiegate.db or sqlite:////var/lib/cookiegate.db"
        )
    return Path(name)

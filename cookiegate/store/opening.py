"""From a store's URL to an open store, and to the files that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cookiegate.errors import NoStoreError, SchemaError, StoreError

from .rows import Store
from .sqlite import SqliteStore

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


def open_store(url: str, *, readonly: bool = False) -> Store:
    """Open `sqlite:///relative.db`, `sqlite:////absolute/path.db` or `postgresql://user@host/database`.

    Unless readonly, the schema is made where there is none yet. Raises SchemaError where there is another than this
    version's, StoreError when it cannot be opened and for any other scheme.
    """
    if is_shared(url):
        from .postgresql import PostgresqlStore  # asyncpg is an extra

        return PostgresqlStore(url, readonly=readonly)
    return SqliteStore(_path(url), readonly=readonly)


@contextmanager
def reading(source: str | Store) -> Iterator[Store]:
    """A store to read from: the one at a URL, which is closed afterwards; or one that is open, and stays so."""
    if not isinstance(source, str):
        yield source
        return
    store = open_store(source, readonly=True)
    try:
        yield store
    finally:
        store.close()


def upgrade_store(url: str) -> int:
    """Bring the schema forward to this version's; the number of steps that took. Raises like `open_store`."""
    store: Store
    if is_shared(url):
        from .postgresql import PostgresqlStore

        store = PostgresqlStore(url, upgrade=True)
    else:
        store = SqliteStore(_path(url), upgrade=True)
    try:
        return store.upgraded
    finally:
        store.close()


def check_store(url: str) -> None:
    """Raises StoreError for a URL of no known kind, SchemaError for a store of another version. Nothing where it cannot
    be reached, or is not there yet."""
    if not is_shared(url) and not _path(url).exists():
        return

    def look() -> None:
        open_store(url, readonly=True).close()

    try:
        # on a thread of its own: where an application is made an event loop may be running
        with ThreadPoolExecutor(1) as pool:
            pool.submit(look).result()
    except SchemaError:
        raise
    except StoreError:
        return


def has_ledger(url: str) -> bool:
    """Whether something stands on the ledger there, or somebody is banned. Raises StoreError where that cannot be told,
    but for a store that is not there yet."""
    try:
        store = open_store(url, readonly=True)
    except NoStoreError:
        return False
    try:
        return store.query("ledger_size") != [(0,)] or store.query("any_ban") != []
    finally:
        store.close()


def is_shared(url: str) -> bool:
    """Whether this store is a server that several machines may use. Raises StoreError for a URL of no known kind."""
    if url.startswith(_POSTGRESQL):
        return True
    _path(url)
    return False


def companion(url: str, suffix: str) -> Path:
    """A file that belongs to the store but does not lie in it.

    Beside a database file, named after it: `cookiegate.db` and ".daykey" give `cookiegate.db.daykey`. Of a shared
    store every machine has its own, in the working folder.
    """
    if is_shared(url):
        return Path(f"cookiegate{suffix}")
    path = _path(url)
    return path.with_name(path.name + suffix)


def _path(url: str) -> Path:
    scheme = url.partition(":")[0]
    if not url.startswith(_SQLITE):
        raise StoreError(
            f'a store of the kind "{scheme}" is not known: write sqlite:///cookiegate.db or postgresql://host/database'
        )
    name = url.removeprefix(_SQLITE)
    if not name or name.endswith("/") or "\0" in name:
        raise StoreError(
            "the store's URL names no file: write sqlite:///cookiegate.db or sqlite:////var/lib/cookiegate.db"
        )
    return Path(name)

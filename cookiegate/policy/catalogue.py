"""The services we know: read from catalogue.toml once per process."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from pydantic import TypeAdapter

from .forwarding import build_forwarding
from .model import Cookie, Service
from .schema import CatalogueRow, CookieEntry, ServiceSection

T = TypeVar("T")


@cache
def load_catalogue() -> Mapping[str, Service]:
    """Every known service by id, with the purpose it is usually asked for."""
    text = files("cookiegate.policy").joinpath("catalogue.toml").read_text("utf-8")
    rows = TypeAdapter(dict[str, CatalogueRow]).validate_python(tomllib.loads(text))
    return MappingProxyType({id: build_service(id, row.purpose, row) for id, row in rows.items()})


def build_service(id: str, purpose: str, said: ServiceSection, known: Service | None = None) -> Service:
    """A service as a file describes it, on top of what the catalogue knows: lists add, single facts replace."""

    def pick(field: str) -> str:
        value = getattr(said, field)
        return value if value is not None else (getattr(known, field) if known else "")

    forwarding = build_forwarding(id, said)
    cookies = _add(known.cookies if known else (), [build_cookie(entry) for entry in said.cookies])
    return Service(
        id=id,
        name=pick("name") or id,
        provider=pick("provider"),
        purpose=purpose,
        country=pick("country"),
        transfer_basis=pick("transfer_basis"),
        policy_url=pick("policy_url"),
        hosts=_add(known.hosts if known else (), said.hosts),
        paths=_add(known.paths if known else (), said.paths),
        signatures=_add(known.signatures if known else (), said.signatures),
        beginnings=_add(known.beginnings if known else (), said.beginnings),
        cookies=() if forwarding else cookies,  # none is set by what does not run
        forwarding=forwarding,
    )


def build_cookie(entry: CookieEntry) -> Cookie:
    return Cookie(entry.name, entry.lifetime, entry.third_party, entry.storage, entry.reason)


def _add(first: tuple[T, ...], more: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys([*first, *more]))

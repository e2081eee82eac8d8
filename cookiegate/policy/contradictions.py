"""What single keys of a policy cannot show: names that fit nothing, and rules that exclude each other.

Reads the file as it is, so that these are said together with whatever else is wrong in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem
from .catalogue import load_catalogue
from .contrast import find_faint
from .explain import show, suggest, write_key
from .forwarding import find_misforwarded
from .hooks import ADVANCED
from .match import shared_domain
from .model import NECESSARY, Service
from .wording import find_misworded

Said = Mapping[str, Any]

_UNKNOWN = "see docs/catalogue.md for those known, or describe your own in [services.…]"


def find_contradictions(said: Said) -> Iterator[Problem]:
    """Every problem beyond the form of single keys."""
    known = load_catalogue()
    asked: dict[str, str] = {}
    yield from _check_purposes(said, known, asked)
    yield from _check_services(said, known, asked)
    for number, entry in enumerate(_table(said, "necessary", list)):
        if isinstance(entry, dict):
            yield from _check_necessary(write_key(("necessary", number), said), entry, said, known, asked)
    yield from _check_scope(said)
    yield from find_misforwarded(_table(said, "services"))
    yield from find_faint(_table(said, "banner"))
    yield from find_misworded(_table(said, "texts"))
    look = _table(said, "banner").get("look")
    if look == "none" and any(_table(said, "purposes").values()):
        hint = 'a site that asks for consent must show the question; remove look = "none"'
        yield Problem("banner.look", '"none", with purposes to ask for', hint)


def _check_purposes(said: Said, known: Mapping[str, Service], asked: dict[str, str]) -> Iterator[Problem]:
    """Fills `asked`: service → purpose."""
    ids = {*known, *_table(said, "services")}
    for purpose, section in _table(said, "purposes").items():
        if purpose == NECESSARY:
            hint = "nobody is asked about what is necessary: use [[necessary]] entries"
            yield Problem("purposes.necessary", '"necessary" is no purpose to ask for', hint)
        key = f"purposes.{purpose}.services"
        for id in _table(section, "services", list):
            if not isinstance(id, str):
                continue
            if id == purpose:
                hint = 'allows("…") would not know which is meant: rename the purpose'
                yield Problem(f"purposes.{purpose}", f'"{id}" is also the name of a service', hint)
            if id not in ids:
                hint = suggest(id, ids) or _UNKNOWN
                yield Problem(key, f"{show(id)} is neither in the catalogue nor in [services]", hint)
            elif id in known and known[id].purpose == NECESSARY:
                hint = f'declare it by [[necessary]] service = "{id}"'
                yield Problem(key, f'"{id}" stands for what a platform needs, not for a service to agree to', hint)
            elif id in asked:
                yield Problem(key, f'"{id}" is already asked for under "{asked[id]}"', "ask for a service once")
            asked.setdefault(id, purpose)


def _check_services(said: Said, known: Mapping[str, Service], asked: Mapping[str, str]) -> Iterator[Problem]:
    necessary = {entry.get("service") for entry in _table(said, "necessary", list) if isinstance(entry, dict)}
    for id, section in _table(said, "services").items():
        if not isinstance(section, dict):
            continue
        key = f"services.{id}"
        if id not in known:
            likeness = suggest(id, known)
            if not section.get("provider"):
                hint = f"name the company behind it (GDPR art. 13(1)(e)); {likeness}".removesuffix("; ")
                yield Problem(f"{key}.provider", "is missing", hint)
            if not any(section.get(field) for field in ("hosts", "paths", "cookies")):
                hint = 'say by what it is known, such as hosts = ["*.example.net"]'
                yield Problem(key, "has neither hosts, paths nor cookies", hint)
        yield from _check_consent_mode(f"{key}.consent_mode", id, _table(section, "consent_mode"), said)
        if id not in asked and id not in necessary:
            hint = f'add "{id}" to the services of a purpose'
            if id in known and known[id].purpose == NECESSARY:
                hint = f'declare it by [[necessary]] service = "{id}"'
            yield Problem(key, "belongs to no purpose", hint)


def _check_consent_mode(key: str, id: str, section: Said, said: Said) -> Iterator[Problem]:
    if section.get("mode") != "advanced":
        return
    if id not in ADVANCED:
        hint = "its requests, and those of whatever it loads, wait for a yes (VG Hannover 10 A 5385/22): take it out"
        yield Problem(key, f'"advanced" is not offered for "{id}"', hint)
        return
    controller = _table(said, "controller").get("name") or "the controller"
    why = (
        "with advanced mode page views go to Google before anybody agreed, which VG Hannover 10 A 5385/22 and EDPB "
        "guidelines 2/2023 hold to need consent"
    )
    who = f'{why}: whoever may sign for {show(controller)} puts their own name here, or mode = "basic"'
    for name, hint in (("acknowledged_by", who), ("acknowledged_on", "the day on which they did, such as 2026-11-22")):
        if not section.get(name):
            yield Problem(f"{key}.{name}", "is missing", hint)


def _check_necessary(
    key: str, entry: Said, said: Said, known: Mapping[str, Service], asked: Mapping[str, str]
) -> Iterator[Problem]:
    name, service = entry.get("name"), entry.get("service")
    if not name and not service:
        yield Problem(key, "has neither name nor service", 'name a cookie ("PHPSESSID") or a service ("wordpress")')
    elif name and service:
        yield Problem(key, "has both name and service", "a service brings its own cookies: write two entries")
    elif name and not entry.get("lifetime"):
        hint = 'say how long it is kept, such as "session" or "1 year"'
        yield Problem(f"{key}.lifetime", "is missing", hint)
    elif isinstance(service, str):
        ids = {*known, *_table(said, "services")}
        if service not in ids:
            hint = suggest(service, ids) or _UNKNOWN
            yield Problem(f"{key}.service", "is neither in the catalogue nor in [services]", hint)
        elif service in asked:
            hint = "what needs consent is not necessary: declare it in one place"
            yield Problem(f"{key}.service", f'is also asked for under "{asked[service]}"', hint)
        elif service in known and known[service].purpose in ("statistics", "marketing"):
            hint = "statistics and marketing are never strictly necessary (Act 917/2014 section 205): ask for consent"
            yield Problem(f"{key}.service", f"is for {known[service].purpose}", hint)


def _check_scope(said: Said) -> Iterator[Problem]:
    hosts = [host for host in _table(_table(said, "site"), "hosts", list) if isinstance(host, str)]
    if _table(said, "consent").get("scope") == "domain" and hosts and not shared_domain(hosts):
        hint = 'one choice can be shared among www.example.test and shop.example.test only; else scope = "host"'
        yield Problem("consent.scope", f'"domain", but {", ".join(hosts)} share none', hint)


def _table(said: Any, key: str, kind: type = dict) -> Any:
    """The section or list at `key`, an empty one where something else or nothing stands there."""
    value = said.get(key) if isinstance(said, Mapping) else None
    return value if isinstance(value, kind) else kind()

"""From a policy file to a `Policy`: read, check everything, say all problems at once, compile."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import PolicyError, Problem
from .catalogue import build_service, load_catalogue
from .explain import explain, suggest
from .model import (
    NECESSARY,
    Assessment,
    BannerRules,
    ConsentRules,
    Controller,
    GateRules,
    Necessary,
    Policy,
    Purpose,
    Service,
    Site,
    VisitRules,
)
from .schema import NecessarySection, PolicyFile, ServiceSection, VisitsSection, parse_lifetime

STANDARD_PURPOSES = ("functional", "statistics", "marketing")
EEA = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split())


def load_policy(path: str | Path) -> Policy:
    """Read and compile the policy in `path`. Raises PolicyError with every problem found."""
    source = str(path)
    try:
        text = Path(path).read_text("utf-8")
    except FileNotFoundError:
        hint = "`cookiegate init` writes one to begin with."
        raise PolicyError(source, (Problem("file", "there is no such file", hint),)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(source, (Problem("file", f"cannot be read: {error}"),)) from None
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(source, (Problem("file", f"is not valid TOML: {error}"),)) from None
    return compile_policy(said, source)


def compile_policy(said: Mapping[str, Any], source: str = "policy") -> Policy:
    """A policy from what a TOML file says. Raises PolicyError with every problem found."""
    problems = list(_find_contradictions(said))
    try:
        file = PolicyFile.model_validate(dict(said))
    except ValidationError as error:
        problems = [*explain(error, said), *problems]
        raise PolicyError(source, tuple(problems)) from None
    if problems:
        raise PolicyError(source, tuple(problems))
    return _compile(file)


def find_doubts(policy: Policy) -> tuple[Problem, ...]:
    """What is not wrong but should be looked at: shown by `cookiegate check`, never a reason to stop."""
    doubts = []
    for id, service in policy.services.items():
        if service.country and service.country not in EEA and not service.transfer_basis:
            doubts.append(
                Problem(
                    f"services.{id}.transfer_basis",
                    f"{service.provider or service.name} is in {service.country}, outside the EEA",
                    "say on what basis data goes there (GDPR art. 44 to 46), for instance "
                    '"adequacy decision: EU-US Data Privacy Framework"',
                )
            )
        if not service.provider:
            doubts.append(Problem(f"services.{id}.provider", "is empty", "name the company (GDPR art. 13(1)(e))"))
    if policy.visits.assessment is None:
        doubts.append(
            Problem(
                "visits.assessment",
                "is missing, so no visit is logged",
                "write the balancing test that legitimate interest rests on (GDPR art. 6(1)(f)) to switch the log on",
            )
        )
    if policy.gate.unknown == "report":
        doubts.append(Problem("gate.unknown", 'is "report": nothing is blocked', 'set it to "block" once you are set'))
    return tuple(doubts)


def _find_contradictions(said: Mapping[str, Any]) -> Iterator[Problem]:
    """What single fields cannot show. Reads the raw file, so that it is said even when other parts are broken."""
    known = load_catalogue()
    own = _table(said, "services")
    ids = {*known, *own}
    asked: dict[str, str] = {}
    for purpose, section in _table(said, "purposes").items():
        if purpose == NECESSARY:
            yield Problem("purposes.necessary", "nobody is asked about what is necessary", "use [[necessary]] entries")
        services = section.get("services", []) if isinstance(section, dict) else []
        for id in services if isinstance(services, list) else []:
            key = f"purposes.{purpose}.services"
            if not isinstance(id, str):
                continue
            if id not in ids:
                yield Problem(key, f'"{id}" is neither in the catalogue nor in [services]', suggest(id, ids))
            elif id in known and known[id].purpose == NECESSARY:
                hint = f'declare it by [[necessary]] service = "{id}"'
                yield Problem(key, f'"{id}" stands for what a platform needs, not for a service to agree to', hint)
            elif id in asked:
                yield Problem(key, f'"{id}" is already asked for under "{asked[id]}"', "ask for a service once")
            asked.setdefault(id, purpose)
    for id, section in own.items():
        if not isinstance(section, dict):
            continue
        if id not in known:
            if not section.get("provider"):
                hint = "name the company behind it (GDPR art. 13(1)(e)); " + (suggest(id, known) or "")
                yield Problem(f"services.{id}.provider", "is missing", hint.rstrip("; "))
            if not any(section.get(field) for field in ("hosts", "paths", "cookies")):
                yield Problem(f"services.{id}", "has neither hosts, paths nor cookies", "say by what it is known")
        if id not in asked and not any(entry.get("service") == id for entry in _entries(said)):
            yield Problem(f"services.{id}", "belongs to no purpose", f'add "{id}" to the services of a purpose')
    for number, entry in enumerate(_entries(said)):
        yield from _check_necessary(f"necessary.{number}", entry, ids, known, asked)
    yield from _check_numbers(said)


def _check_necessary(
    key: str, entry: Mapping[str, Any], ids: set[str], known: Mapping[str, Service], asked: Mapping[str, str]
) -> Iterator[Problem]:
    name, service = entry.get("name"), entry.get("service")
    if not name and not service:
        yield Problem(key, "has neither name nor service", 'name a cookie ("PHPSESSID") or a service ("wordpress")')
    elif name and not entry.get("lifetime"):
        yield Problem(f"{key}.lifetime", f'is missing for "{name}"', 'say how long it is kept: "session", "1 year"')
    elif not name and service not in ids:
        message = f'"{service}" is neither in the catalogue nor in [services]'
        yield Problem(f"{key}.service", message, suggest(str(service), ids))
    elif not name and service in asked:
        hint = "what needs consent is not necessary; give `paths` in one place only"
        yield Problem(f"{key}.service", f'"{service}" is also asked for under "{asked[str(service)]}"', hint)
    elif not name and service in known and known[str(service)].purpose in ("statistics", "marketing"):
        hint = "statistics and marketing are never strictly necessary (Act 917/2014 section 205): ask for consent"
        yield Problem(f"{key}.service", f'"{service}" is for {known[str(service)].purpose}', hint)


def _check_numbers(said: Mapping[str, Any]) -> Iterator[Problem]:
    validity = _table(said, "consent").get("validity")
    try:
        days = parse_lifetime(validity).days if validity is not None else 183
    except ValueError:
        days = 183
    if days > 366:
        hint = "ask again after 12 months at the latest; 6 months is usual (EDPB 05/2020, paragraph 110)"
        yield Problem("consent.validity", f'"{validity}" is too long', hint)
    elif days < 1:
        yield Problem(
            "consent.validity", f'"{validity}" is too short', "yes and no are both remembered, 6 months usually"
        )
    look = _table(said, "banner").get("look")
    if look == "none" and any(_table(said, "purposes").values()):
        hint = 'a site that asks for consent must show the question; remove `look = "none"`'
        yield Problem("banner.look", '"none" with purposes to ask for', hint)


def _table(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = said.get(key)
    return value if isinstance(value, dict) else {}


def _entries(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    value = said.get("necessary")
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _compile(file: PolicyFile) -> Policy:
    catalogue = load_catalogue()

    def service(id: str, purpose: str) -> Service:
        known, said = catalogue.get(id), file.services.get(id)
        if said is None:
            assert known is not None  # checked above
            return build_service(id, purpose, _NOTHING, known)
        return build_service(id, purpose, said, known)

    purposes = tuple(
        Purpose(id, tuple(service(each, id) for each in section.services), section.titles, section.descriptions)
        for id, section in file.purposes.items()
    ) or tuple(Purpose(id, ()) for id in STANDARD_PURPOSES)
    necessary = tuple(_compile_necessary(entry, service) for entry in file.necessary)
    named = {each.id for purpose in purposes for each in purpose.services}
    named |= {entry.service.id for entry in necessary if entry.service}
    controller = Controller(**file.controller.model_dump())
    return Policy(
        site=Site(file.site.name, tuple(file.site.hosts), tuple(file.site.languages)),
        controller=controller,
        consent=ConsentRules(math.ceil(file.consent.validity.seconds / 86_400), file.consent.scope),
        purposes=purposes,
        necessary=necessary,
        visits=_compile_visits(file.visits),
        gate=GateRules(file.gate.unknown, tuple(file.gate.allow)),
        banner=BannerRules(file.banner.look),
        retention={table: lifetime.days for table, lifetime in file.retention.items()},
        known=tuple(each for id, each in catalogue.items() if id not in named and each.purpose != NECESSARY),
        version=_hash_question(purposes, controller),
    )


_NOTHING = ServiceSection()


def _compile_necessary(entry: NecessarySection, service: Any) -> Necessary:
    whole = None if entry.name or not entry.service else service(entry.service, NECESSARY)
    return Necessary(entry.reason, entry.name or "", whole, entry.lifetime, tuple(entry.paths))


def _compile_visits(said: VisitsSection) -> VisitRules:
    written = said.assessment
    assessment = None
    if written is not None:
        day = written.reviewed_on.isoformat()
        assessment = Assessment(written.interest, written.necessity, written.balancing, written.reviewed_by, day)
    return VisitRules(assessment, said.ipv4_bits, said.ipv6_bits, said.retention.days, said.visitor)


def _hash_question(purposes: tuple[Purpose, ...], controller: Controller) -> str:
    """Twelve hex digits over what the visitor is asked: who asks, for which services, cookies and lifetimes."""
    question = {
        "controller": controller.name,
        "purposes": {
            purpose.id: [
                {
                    "id": service.id,
                    "provider": service.provider,
                    "country": service.country,
                    "cookies": sorted((cookie.name, str(cookie.lifetime)) for cookie in service.cookies),
                }
                for service in sorted(purpose.services, key=lambda each: each.id)
            ]
            for purpose in sorted(purposes, key=lambda each: each.id)
        },
    }
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:12]

"""From a policy file to a `Policy`: check everything, say all problems at once, compile."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import PolicyError, Problem
from .catalogue import build_service, load_catalogue
from .contradictions import find_contradictions
from .explain import explain
from .model import (
    DARK,
    LIGHT,
    NECESSARY,
    Acknowledgement,
    Assessment,
    BannerRules,
    ConsentRules,
    Controller,
    GateRules,
    Link,
    Necessary,
    Policy,
    Purpose,
    Service,
    SignalRules,
    Site,
    VisitRules,
)
from .persuasion import find_persuasion
from .question import hash_question
from .read import read_policy
from .schema import BannerSection, NecessarySection, PolicyFile, ServiceSection, SignalsSection, VisitsSection

MARKETING = "marketing"
STANDARD_PURPOSES = ("functional", "statistics", MARKETING)
EEA = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split())


def load_policy(path: str | Path) -> Policy:
    """Read and compile the policy in `path`. Raises PolicyError with every problem found."""
    return compile_policy(read_policy(path), str(path))


def compile_policy(said: Mapping[str, Any], source: str = "policy") -> Policy:
    """A policy from what a TOML file says. Raises PolicyError with every problem found."""
    contradictions = tuple(find_contradictions(said))
    try:
        file = PolicyFile.model_validate(dict(said))
    except ValidationError as error:
        raise PolicyError(source, _put_in_order([*explain(error, said), *contradictions], said)) from None
    if contradictions:
        raise PolicyError(source, _put_in_order(contradictions, said))
    return _compile(file)


def _put_in_order(problems: Iterable[Problem], said: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is missing altogether first, then section by section as in the file, what belongs together side by side."""
    sections = list(said)

    def place(problem: Problem) -> tuple[int, str]:
        section, *below = re.split("[. ]", problem.key, maxsplit=2)
        return (sections.index(section) if section in sections else -1, below[0] if below else "")

    return tuple(sorted(dict.fromkeys(problems), key=place))


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
    for id, signed in policy.advanced.items():
        seen = f'"advanced": asked before visitors choose, for which {signed.by} answers since {signed.on}'
        hint = 'VG Hannover 10 A 5385/22 and EDPB guidelines 2/2023 want a yes first: mode = "basic"'
        doubts.append(Problem(f"services.{id}.consent_mode", seen, hint))
    for key, language, text in _list_own_words(policy):
        if phrase := find_persuasion(language, text):
            hint = "say what happens and leave it at that (EDPB guidelines 03/2022)"
            doubts.append(Problem(key, f'"{phrase}" persuades rather than informs', hint))
    if policy.visits.assessment is None:
        doubts.append(
            Problem(
                "visits.assessment",
                "is missing, so no visit is logged",
                "write the balancing test that legitimate interest rests on (GDPR art. 6(1)(f)) to switch the log on",
            )
        )
    if policy.gate.unknown == "report":
        if policy.forwarded:
            names = ", ".join(policy.forwarded)
            doubts.append(
                Problem(
                    "gate.unknown",
                    f'is "report": scripts of {names} still run beside mode = "server"',
                    "take them out of your pages, or every visit is counted twice",
                )
            )
        doubts.append(Problem("gate.unknown", 'is "report": nothing is blocked', 'set it to "block" once you are set'))
    return tuple(doubts)


def _list_own_words(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Key, language and text of all that the policy itself says to visitors."""
    for language, texts in policy.texts.items():
        for key, text in texts.items():
            yield f"texts.{language}.{key}", language, text
    for purpose in policy.purposes:
        for name, texts in (("titles", purpose.titles), ("descriptions", purpose.descriptions)):
            for language, text in texts.items():
                yield f"purposes.{purpose.id}.{name}.{language}", language, text


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
        consent=ConsentRules(
            math.ceil(file.consent.validity.seconds / 86_400), file.consent.scope, file.consent.clear_site_data
        ),
        purposes=purposes,
        necessary=necessary,
        visits=_compile_visits(file.visits),
        gate=GateRules(file.gate.unknown, tuple(file.gate.allow)),
        banner=_compile_banner(file.banner),
        retention={table: lifetime.days for table, lifetime in file.retention.items()},
        known=tuple(each for id, each in catalogue.items() if id not in named and each.purpose != NECESSARY),
        version=hash_question(purposes, controller),
        signals=_compile_signals(file.signals, purposes, catalogue),
        texts=file.texts,
        advanced=dict(_compile_advanced(file)),
    )


_NOTHING = ServiceSection()


def _compile_advanced(file: PolicyFile) -> Iterator[tuple[str, Acknowledgement]]:
    for id, section in file.services.items():
        said = section.consent_mode
        if said.mode == "advanced":
            assert said.acknowledged_by is not None  # checked above
            assert said.acknowledged_on is not None
            yield id, Acknowledgement(said.acknowledged_by, said.acknowledged_on.isoformat())


def _compile_necessary(entry: NecessarySection, service: Any) -> Necessary:
    whole = None if entry.name or not entry.service else service(entry.service, NECESSARY)
    return Necessary(entry.reason, entry.name or "", whole, entry.lifetime, tuple(entry.paths))


def _compile_banner(said: BannerSection) -> BannerRules:
    return BannerRules(
        said.look,
        replace(LIGHT, **said.colours.model_dump(exclude_none=True)),
        replace(DARK, **said.dark.model_dump(exclude_none=True)),
        said.radius,
        said.font,
        said.logo,
        tuple(Link(link.url, link.titles) for link in said.links),
    )


def _compile_visits(said: VisitsSection) -> VisitRules:
    written = said.assessment
    assessment = None
    if written is not None:
        day = written.reviewed_on.isoformat()
        assessment = Assessment(written.interest, written.necessity, written.balancing, written.reviewed_by, day)
    groups = sorted(said.groups.items(), key=lambda group: (-len(group[0]), group))
    days, kept = said.retention.days, tuple(said.keep_query)
    bits = said.ipv4_bits, said.ipv6_bits
    return VisitRules(assessment, *bits, days, said.visitor, kept, tuple(groups), said.threshold)


def _compile_signals(
    said: SignalsSection, purposes: Iterable[Purpose], catalogue: Mapping[str, Service]
) -> SignalRules:
    """Global Privacy Control refuses marketing, also under a name of the site's own: the catalogue knows what is."""
    since = said.since.isoformat() if said.since else ""
    if said.gpc == "ignore":
        return SignalRules(frozenset(), since)
    usual = {id for id, service in catalogue.items() if service.purpose == MARKETING}
    own = {purpose.id for purpose in purposes if any(service.id in usual for service in purpose.services)}
    return SignalRules(frozenset((MARKETING, *own.difference(STANDARD_PURPOSES))), since)

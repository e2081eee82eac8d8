"""Consent records as JSON-LD in the words of the W3C Data Privacy Vocabulary (DPV), structured after ISO/IEC TS 27560.

A record names the profile of the DPV community group's guide for that specification. What is the same for all records
under one policy (controller, purposes, services) is said once, where that policy came into force, and referred to. The
@context is local: nothing has to be fetched to read it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from .verification import DECISIONS

if TYPE_CHECKING:
    from .consents import Entry

_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
_CONTEXT: Mapping[str, object] = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "cookiegate": "urn:x-cookiegate:",  # what DPV has no word for
    "dct:conformsTo": {"@type": "@id"},
    "dct:created": {"@type": "xsd:dateTime"},
    "dpv:isIndicatedAtTime": {"@type": "xsd:dateTime"},
    "dpv:hasPurpose": {"@type": "@id"},
    "dpv:hasService": {"@type": "@id"},
    "dpv:hasPersonalData": {"@type": "@id"},
    "dct:replaces": {"@type": "@id"},
    "dct:source": {"@type": "@id"},
    "dpv:isExercisedAt": {"@type": "@id"},
    "dpv:hasDataController": {"@type": "@id"},
    "dpv:hasDataSubject": {"@type": "@id"},
    "dpv:isIndicatedBy": {"@type": "@id"},
    "dpv:hasLegalBasis": {"@type": "@id"},
    "dpv:hasJurisdiction": {"@type": "@id"},
    "dpv:hasLocation": {"@type": "@id"},
}
# What can be on record of what happens to a consent. Not there: a dialog that was shown or closed without an answer is
# not kept of anybody; a consent has expired when its duration has passed.
_STATES = {"given": "dpv:ConsentGiven", "refused": "dpv:ConsentRefused", "withdrawn": "dpv:ConsentWithdrawn"}
# What a visitor can do on the page with their receipt: access, rectification, erasure, restriction, portability.
_RIGHTS = ("eu-gdpr:A15", "eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A20")
# The nearest that DPV has for our purposes; a site's own are plain purposes.
_PURPOSES = {
    "functional": "dpv:ServiceProvision",
    "statistics": "dpv:ServiceUsageAnalytics",
    "marketing": "dpv:Marketing",
}


class Earlier(NamedTuple):
    """The decision that a person had made before."""

    seq: int
    services: frozenset[str]  # given then


def write_jsonld(
    entries: Iterable[Entry],
    find_policy: Callable[[str], dict[str, Any]],
    find_earlier: Callable[[int], Earlier | None],
    out: IO[str],
) -> int:
    """Write one JSON-LD document; how many consent records are in it.

    `find_policy` gives what was kept of a policy under its hash, or nothing; `find_earlier` what came before the record
    of a number, asked for ascending ones.
    """
    count = 0
    policies: dict[str, tuple[str, dict[str, Any]]] = {}  # version → under which hash it is described here, and how
    out.write(f'{{"@context":{_dump(_CONTEXT)},"@graph":[')
    comma = "\n"
    for entry in entries:
        if entry.event == "policy":
            hash = str(entry.record.get("shown", {}).get("policy", ""))
            nodes = [] if not hash or any(hash == known for known, _ in policies.values()) else [
                *_describe_policy(hash, find_policy(hash))
            ]  # fmt: skip
            policies[str(entry.record.get("policy_version"))] = hash, find_policy(hash)
        elif entry.event in DECISIONS:
            policy = policies.get(entry.record["policy_version"], ("", {}))
            nodes = [_describe_record(entry, *policy, find_earlier(entry.seq))]
            count += 1
        else:
            nodes = []
        for node in nodes:
            out.write(comma + _dump(node))
            comma = ",\n"
    out.write("\n]}\n")
    return count


def describe(entries: Iterable[tuple[Entry, str]], policies: Mapping[str, dict[str, Any]]) -> dict[str, object]:
    """The same of the decisions of one person, oldest first, each with the hash of the policy it was made under."""
    nodes: list[dict[str, object]] = []
    told: set[str] = set()
    earlier = None
    for entry, hash in entries:
        if hash not in told:
            nodes += _describe_policy(hash, policies.get(hash, {}))
            told.add(hash)
        nodes.append(_describe_record(entry, hash, policies.get(hash, {}), earlier))
        earlier = Earlier(entry.seq, frozenset(entry.record["services"]))
    return {"@context": _CONTEXT, "@graph": nodes}


def _describe_policy(hash: str, said: dict[str, Any]) -> Iterator[dict[str, object]]:
    """What all records under this policy refer to: the controller, each purpose, each service."""
    if not said:
        return
    controller = said["controller"]
    yield {
        "@id": f"#controller-{hash}",
        "@type": "dpv:DataController",
        "dpv:hasName": controller["name"],
        "dpv:hasContact": controller["email"],
        "dpv:hasAddress": controller["address"],
        **_place(controller["country"]),
    }
    for purpose in said["purposes"]:
        yield {
            "@id": f"#purpose-{hash}-{purpose['id']}",
            "@type": _PURPOSES.get(purpose["id"], "dpv:Purpose"),
            "dct:identifier": purpose["id"],
        }
        for service in purpose["services"]:
            yield {
                "@id": f"#service-{hash}-{service['id']}",
                "@type": "dpv:Service",
                "dct:identifier": service["id"],
                "dpv:hasName": service["name"],
                "dpv:hasRecipient": {
                    "@type": ["dpv:Recipient", "dpv:ThirdParty"],
                    "dpv:hasName": service["provider"],
                    **_place(service["country"]),
                },
                # whoever is asked for anything learns the address that asks
                **({"dpv:hasPersonalData": "pd:IPAddress"} if service["hosts"] else {}),
                "cookiegate:transferBasis": service["transfer_basis"],
                "cookiegate:notice": service["policy_url"],
                "dpv:hasStorageCondition": [
                    {"@type": "dpv:StorageDuration", "dct:identifier": cookie["name"], "rdf:value": cookie["lifetime"]}
                    for cookie in service["cookies"]
                ],
            }


def _describe_record(entry: Entry, hash: str, policy: dict[str, Any], earlier: Earlier | None) -> dict[str, object]:
    said = entry.record
    time = datetime.fromtimestamp(entry.time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    subject = f"#subject-{entry.person['consent_id']}" if entry.person else f"#subject-of-{entry.seq}"
    addresses = policy.get("addresses", {})
    notice = {"@type": "dpv:ConsentNotice", "dct:language": said["language"]}
    if said["banner"]:
        notice["dct:identifier"] = f"sha256:{said['banner']}"
    node: dict[str, object] = {
        "@id": f"#record-{entry.seq}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": _PROFILE,
        "dct:identifier": str(entry.seq),
        "dct:created": time,
        "dct:language": said["language"],
        "dpv:hasDataSubject": subject,
        "dpv:hasNotice": notice | ({"dct:source": addresses["notice"]} if addresses else {}),
        "cookiegate:policyVersion": said["policy_version"],
        "cookiegate:globalPrivacyControl": said["gpc"],
        "cookiegate:timePrecision": entry.precision,
    }
    if earlier:
        node["dct:replaces"] = f"#record-{earlier.seq}"
    if policy:
        node["dpv:hasDataController"] = f"#controller-{hash}"
        if country := policy["controller"]["country"]:
            node["dpv:hasJurisdiction"] = f"loc:{country}"
        # beside the control on every page
        place = addresses.get("withdrawal") or f"https://{policy['site']['hosts'][0]}/"
        node["dpv:hasConsentControl"] = {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": place}
    if addresses:
        rights = [{"@type": right, "dpv:isExercisedAt": addresses["rights"]} for right in _RIGHTS]
        node["dpv:hasRight"] = rights
    if entry.restricted:
        node["cookiegate:restricted"] = True
    indication = {
        "dpv:isIndicatedAtTime": time,
        "dpv:isIndicatedBy": subject,
        "dpv:hasIndicationMethod": said["method"],
        "dpv:hasDuration": {"@type": "dpv:TemporalDuration", "rdf:value": f"P{said['validity_days']}D"},
    }
    node["dpv:hasProcess"] = [
        {
            "@type": "dpv:Process",
            "dpv:hasPurpose": f"#purpose-{hash}-{purpose}",
            "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
            "dpv:hasService": [f"#service-{hash}-{service}" for service in services],
            "dpv:hasConsentStatus": [
                {"@type": [_name_state(state, services, earlier), "dpv:ExpressedConsent"], **indication}
            ],
        }
        for purpose, state, services in _list_states(said, policy)
    ]
    return node


def _name_state(state: str, services: list[str], earlier: Earlier | None) -> str:
    """Given again is renewed: all of it was given before."""
    renewed = state == "given" and earlier is not None and bool(services) and earlier.services.issuperset(services)
    return "dpv:RenewedConsentGiven" if renewed else _STATES[state]


def _list_states(said: dict[str, Any], policy: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Purpose, state and services; a purpose that was given in part is in two states, each for its services."""
    of = {each["id"]: [service["id"] for service in each["services"]] for each in policy.get("purposes", ())}
    given = set(said["services"])
    for purpose, state in sorted(said["states"].items()):
        services = of.get(purpose, sorted(given))
        if state == "partly-given":
            yield purpose, "given", [each for each in services if each in given]
            yield purpose, "refused", [each for each in services if each not in given]
        else:
            yield purpose, state, of.get(purpose, [])


def _place(country: str) -> dict[str, object]:
    return {"dpv:hasLocation": f"loc:{country}"} if country else {}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

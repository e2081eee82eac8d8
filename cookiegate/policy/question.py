"""What a policy asks its visitors, written out: service by service, whole, and as evidence of what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from .model import Controller, Forwarding, Policy, Purpose, Service


def digest_controller(controller: Controller) -> bytes:
    """Who asks. Another company's question is another question, whatever it asks for."""
    return _digest(controller.name)


def digest_service(service: Service, purpose: str) -> bytes:
    """What is asked about one service: for what, whose it is, where data goes, what is kept and for how long; or that
    the site's server tells it, and where."""
    kept = [
        (cookie.name, cookie.lifetime and cookie.lifetime.seconds, cookie.third_party, cookie.storage)
        for cookie in service.cookies
    ]
    return _digest(
        [
            service.id,
            purpose,
            service.provider,
            service.country,
            service.transfer_basis,
            *([sorted(service.hosts), sorted(kept, key=str)] if not service.forwarding
              else ["server", find_receiver(service.forwarding), service.forwarding.address]),
        ]
    )  # fmt: skip


def find_receiver(forwarding: Forwarding) -> str:
    """The host that is told."""
    return urlsplit(forwarding.url).hostname or ""


def hash_question(purposes: Iterable[Purpose], controller: Controller) -> str:
    """Twelve hex digits over all that the visitor is asked: who asks, and everything asked about each service."""
    asked = {purpose.id: sorted(digest_service(each, purpose.id).hex() for each in purpose.services)
             for purpose in purposes}  # fmt: skip
    return _digest([digest_controller(controller).hex(), asked]).hex()[:12]


def _digest(said: Any) -> bytes:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def describe_question(policy: Policy, prefix: str) -> bytes:
    """All that the policy says of itself to its visitors, as JSON: controller, hosts, purposes, services, cookies; and
    where, below `prefix`, the site answers them."""
    place = f"https://{policy.site.hosts[0]}{prefix}"
    said: dict[str, Any] = {
        "version": policy.version,
        "site": {"name": policy.site.name, "hosts": list(policy.site.hosts)},
        "addresses": {"notice": f"{place}/notice", "rights": f"{place}/receipt", "withdrawal": f"{place}/settings"},
        "controller": {
            "name": policy.controller.name,
            "email": policy.controller.email,
            "address": policy.controller.address,
            "country": policy.controller.country,
        },
        "validity_days": policy.consent.validity_days,
        "purposes": [
            {
                "id": purpose.id,
                "services": [
                    {
                        "id": service.id,
                        "name": service.name,
                        "provider": service.provider,
                        "country": service.country,
                        "transfer_basis": service.transfer_basis,
                        "policy_url": service.policy_url,
                        # nothing is asked of them by the browser where the server tells the service
                        "hosts": [] if service.forwarding else list(service.hosts),
                        **({"told_by_server": find_receiver(service.forwarding)} if service.forwarding else {}),
                        "cookies": [
                            {
                                "name": cookie.name,
                                "lifetime": cookie.lifetime.duration if cookie.lifetime else "",
                                "third_party": cookie.third_party,
                            }
                            for cookie in service.cookies
                        ],
                    }
                    for service in purpose.services
                ],
            }
            for purpose in policy.purposes
        ],
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1).encode()

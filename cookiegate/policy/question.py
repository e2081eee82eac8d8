"""What a policy asks its visitors, written out: for the version, and as evidence of what was asked (GDPR art. 7(1))."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from .model import Controller, Policy, Purpose


def hash_question(purposes: Iterable[Purpose], controller: Controller) -> str:
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
                        "hosts": list(service.hosts),
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

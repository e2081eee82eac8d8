"""Matomo, by the bulk form of its HTTP Tracking API: from events to one request.

https://developer.matomo.org/api-reference/tracking-api
Without a token Matomo takes neither an address nor what is more than a day old:
https://matomo.org/faq/how-to/faq_30835
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from ..policy import Forwarding
from ..register import Sendable
from .targets import Outgoing

MOST = 50
HOURS, HOURS_WITHOUT_TOKEN = 71, 23
PAGE_VIEW = "page_view"


def write_request(forwarding: Forwarding, secret: str, events: Sequence[Sendable]) -> Outgoing:
    said: dict[str, object] = {"requests": [f"?{urlencode(_write_event(forwarding, secret, each))}" for each in events]}
    if secret:
        said["token_auth"] = secret
    return Outgoing(forwarding.url, json.dumps(said).encode())


def _write_event(forwarding: Forwarding, secret: str, event: Sendable) -> dict[str, object]:
    said = event.said
    fields: dict[str, object] = {
        "idsite": forwarding.account,
        "rec": 1,
        "apiv": 1,
        "_id": event.client[:8].hex(),
        "rand": event.id,
        "cdt": datetime.fromtimestamp(event.time // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "url": said.get("page", ""),
        "urlref": said.get("referrer", ""),
        "ua": said.get("agent", ""),
        "lang": said.get("language", ""),
        "send_image": 0,
    }
    if secret:
        fields["cip"] = said.get("address", "")
    if said["name"] != PAGE_VIEW:
        fields |= _write_action(str(said["name"]), said.get("parameters", {}))
    return {name: value for name, value in fields.items() if value != ""}


def _write_action(name: str, parameters: object) -> dict[str, object]:
    """Category, action, name and value: that is all that Matomo's events have."""
    assert isinstance(parameters, dict)
    value = parameters.get("value")
    return {
        "e_c": str(parameters.get("category") or "event"),
        "e_a": name,
        "e_n": str(parameters.get("label") or ""),
        "e_v": value if isinstance(value, int | float) and not isinstance(value, bool) else "",
    }


def read_invalid(answer: bytes) -> int | None:
    """How many of the events Matomo would not have; None where it took none at all."""
    try:
        said = json.loads(answer)
    except ValueError:
        return 0  # an image, or nothing
    if not isinstance(said, dict):
        return 0
    if said.get("status") == "error":
        return None
    invalid = said.get("invalid", 0)
    return invalid if isinstance(invalid, int) and invalid > 0 else 0

"""Google Analytics 4, by the Measurement Protocol: from events of one visitor to one request.

https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
Engagement time, titles and screens are not sent, since a server does not know them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..policy import Forwarding
from ..register import Sendable
from .targets import Outgoing, find_latest, write_url

MOST = 25  # events in a request
HOURS = 71  # of 72 that an event may lie back
ADS = "google-ads"  # the service whose consent says that Google may use it for advertising
_LONGEST = {"page_location": 1000, "page_referrer": 420}


def write_request(forwarding: Forwarding, secret: str, events: Sequence[Sendable]) -> Outgoing:
    latest = events[-1]
    ads = "GRANTED" if ADS in latest.given else "DENIED"
    said: dict[str, object] = {
        "client_id": latest.client.hex(),
        "consent": {"ad_user_data": ads, "ad_personalization": ads},
        "events": [_write_event(each) for each in events],
    }
    if agent := find_latest(events, "agent"):
        said["user_agent"] = agent
    if address := find_latest(events, "address"):
        said["ip_override"] = address
    url = write_url(forwarding.url, {"measurement_id": forwarding.account, "api_secret": secret})
    return Outgoing(url, json.dumps(said, ensure_ascii=False).encode())


def _write_event(event: Sendable) -> dict[str, object]:
    parameters = event.said.get("parameters", {})
    assert isinstance(parameters, dict)
    ours = {
        "session_id": str(event.session),
        "timestamp_micros": event.time * 1000,
        "event_id": event.id,
        "page_location": event.said.get("page", ""),
        "page_referrer": event.said.get("referrer", ""),
    }
    for name, longest in _LONGEST.items():
        ours[name] = str(ours[name])[:longest]
    return {"name": event.said["name"], "params": parameters | {name: said for name, said in ours.items() if said}}

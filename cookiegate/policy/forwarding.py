"""Services that this site's own server tells of visits, `[services.<id>] mode = "server"`: its keys, what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field

from ..errors import Problem
from .model import Forwarding

GOOGLE, MATOMO = "google-analytics", "matomo"
# The Measurement Protocol's endpoints: https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
_GOOGLE_ENDPOINTS = {
    "eu": "https://region1.google-analytics.com/mp/collect",
    "global": "https://www.google-analytics.com/mp/collect",
}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Keys of a service that mean something in server mode alone: what each target needs, and what it may have besides.
_NEEDED = {GOOGLE: ("measurement_id",), MATOMO: ("url", "site_id")}
_POSSIBLE = {GOOGLE: ("measurement_id", "region", "url"), MATOMO: ("url", "site_id")}
_COMMON = ("address", "query")
_KEYS = ("measurement_id", "region", "url", "site_id", *_COMMON)
_EXAMPLES = {
    "measurement_id": 'measurement_id = "G-…", from Admin > Data streams in Google Analytics',
    "url": 'url = "https://matomo.example.test/", where Matomo answers',
    "site_id": "site_id = 1, the number of the website in Matomo",
}


def _check_measurement_id(text: str) -> str:
    if not re.fullmatch(r"G-[A-Z0-9]{4,20}", text):
        raise ValueError('write the measurement ID of the web stream, such as "G-1A2B3C4D5E"')
    return text


def _check_receiver(text: str) -> str:
    try:
        place = urlsplit(text)
        host, usable = place.hostname or "", place.port != 0
    except ValueError:
        host, usable = "", False
    safe = text.startswith("https://") or (text.startswith("http://") and host in _LOOPBACK)
    if not (usable and host and safe and re.fullmatch(r"[!-~]+", text)) or re.search(r"[?#@\"'<>\\]", text):
        raise ValueError("write a full address that begins with https://, without a query and without a password")
    return text


def _check_site_id(number: int) -> int:
    if number < 1:
        raise ValueError("write the number of the website in Matomo, 1 or more")
    return number


def _check_query_key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", text):
        raise ValueError('write the name of one parameter as it stands in addresses, such as "page"')
    return text


class ForwardingKeys(BaseModel):
    """The keys of a service's section that are about it."""

    mode: Literal["browser", "server"] | None = None
    measurement_id: Annotated[str, AfterValidator(_check_measurement_id)] = ""
    region: Literal["eu", "global"] = "eu"
    url: Annotated[str, AfterValidator(_check_receiver)] = ""
    site_id: Annotated[int, Field(strict=True), AfterValidator(_check_site_id)] | None = None
    address: Literal["none", "truncated"] = "none"
    query: list[Annotated[str, AfterValidator(_check_query_key)]] = Field(default_factory=list)


def build_forwarding(id: str, said: ForwardingKeys) -> Forwarding | None:
    """How this service is told from here; None where browsers load it themselves."""
    if said.mode != "server":
        return None
    truncated, query = said.address == "truncated", tuple(said.query)
    if id == GOOGLE:
        return Forwarding(said.url or _GOOGLE_ENDPOINTS[said.region], said.measurement_id, truncated, query)
    url = said.url if said.url.endswith(".php") else f"{said.url.rstrip('/')}/matomo.php"
    return Forwarding(url, str(said.site_id), truncated, query)


def find_misforwarded(services: Mapping[str, Any]) -> Iterator[Problem]:
    """What single keys cannot show about `mode = "server"`."""
    for id, section in services.items():
        if not isinstance(section, Mapping):
            continue
        key, given = f"services.{id}", [name for name in _KEYS if name in section]
        if section.get("mode") != "server":
            for name in given:
                hint = 'add mode = "server" to have this site\'s server tell the service, or take the key out'
                yield Problem(f"{key}.{name}", 'means nothing without mode = "server"', hint)
            continue
        if id not in _NEEDED:
            hint = f'this works for "{GOOGLE}" and "{MATOMO}"; leave mode out for all others'
            yield Problem(f"{key}.mode", f'"server", but "{id}" cannot be told from here', hint)
            continue
        for name in _NEEDED[id]:
            if name not in section:
                yield Problem(f"{key}.{name}", "is missing", _EXAMPLES[name])
        for name in given:
            if name not in (*_POSSIBLE[id], *_COMMON):
                yield Problem(f"{key}.{name}", f'is not a key of "{id}"', f"it has {', '.join(_POSSIBLE[id])}")
        if "region" in given and "url" in given:
            yield Problem(f"{key}.region", "means nothing beside url", "take one of them out")
        consent_mode = section.get("consent_mode")
        if isinstance(consent_mode, Mapping) and consent_mode.get("mode") == "advanced":
            hint = "no script runs in the browser that could ask before a choice: take one of them out"
            yield Problem(f"{key}.consent_mode", '"advanced" stands beside mode = "server"', hint)
        if section.get("cookies"):
            hint = "take them out: nothing of the service runs in the browser, so none is set"
            yield Problem(f"{key}.cookies", 'stand beside mode = "server"', hint)

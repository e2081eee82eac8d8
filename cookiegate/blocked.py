"""What browsers report that our Content-Security-Policy blocked, in either of the two shapes they send it in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .forms import BadRequest
from .policy import split_url


def read_blocked(report: bytes) -> Iterator[tuple[str, str, str]]:
    """(host, rest of the address, path of the page that asked for it) of each thing blocked. Raises BadRequest."""
    try:
        said = json.loads(report)
    except (ValueError, RecursionError):
        raise BadRequest(400, "the report is not JSON") from None
    for each in said if isinstance(said, list) else [said]:
        body = each.get("csp-report", each.get("body")) if isinstance(each, dict) else None
        place = _split(body, "blocked-uri", "blockedURL")
        if place is not None:
            page = _split(body, "document-uri", "documentURL")
            yield *place, page[1] if page else ""


def _split(body: Any, *names: str) -> tuple[str, str] | None:
    said = next((body[name] for name in names if name in body), None) if isinstance(body, dict) else None
    return split_url(said) if isinstance(said, str) else None

"""One response through the gate, without a server: headers in any form, a body in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cookiegate.gate import Allowance, GatedResponse, Insertions, Seen, Visit

from .site import FULL, REFUSED


@dataclass
class Gated:
    """What went to the browser."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    rewrites: bool
    seen: Seen

    def all(self, name: str) -> list[str]:
        return [value.decode("latin-1") for key, value in self.headers if key == name.encode()]


def gate(
    headers: Iterable[tuple[str, str | bytes]],
    body: bytes | Iterable[bytes] = b"",
    *,
    status: int = 200,
    document: bool = True,
    worker: bool = False,
    allowance: Allowance = REFUSED,
    expired: Iterable[bytes] = (),
    has_body: bool = True,
    insertions: Insertions = FULL,
) -> Gated:
    """Fails where the rewriter gave up; raises CodingError as the gate does."""
    visit = Visit(document, document, False, worker)
    fresh = Insertions(insertions.guard, insertions.control, insertions.at_end, insertions.placeholder, b"/*worker*/")
    response = GatedResponse(allowance, visit, lambda nonce, inline: fresh, expired)
    given = [(name.encode(), value.encode("latin-1") if isinstance(value, str) else value) for name, value in headers]
    out = response.start(status, given, has_body)
    pieces = [body] if isinstance(body, bytes) else list(body)
    if response.rewrites and has_body:
        pieces = [*map(response.feed, pieces), response.close()]
    if response.seen.failure:
        raise response.seen.failure
    return Gated(out, b"".join(pieces), response.rewrites, response.seen)

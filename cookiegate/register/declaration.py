"""What visitors were shown, kept so that each decision leads to its words (EDPB Guidelines 05/2020, paragraph 108)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cookiegate.store import Batch, Change, Store

from .growth import grow_by, keep_statement

Shown = Mapping[tuple[str, str], bytes]  # (kind, language or "") → just what is shown: "banner", "policy"


def declare(store: Store, policy_version: str, shown: Shown, now: float) -> None:
    """Keep what is not kept yet, under its SHA-256, and say on the ledger that it is shown from now on.

    `now` in seconds since 1970-01-01 UTC. Does nothing where all of it is known.
    """
    hashes = {place: hashlib.sha256(body).hexdigest() for place, body in shown.items()}
    missing = [place for place, hash in hashes.items() if not store.query("shown", hash=hash)]
    if not missing:
        return
    said = {
        "policy_version": policy_version,
        "shown": {f"{kind}:{language}" if language else kind: hash for (kind, language), hash in hashes.items()},
        "time": int(now * 1000),
    }
    rows = [(hashes[place], place[0], int(now), shown[place]) for place in missing]
    entry = keep_statement("policy", "policy", said, int(now) // 3600)
    store.write(Batch(grow_by([entry]), [Change("add_shown", rows)]))

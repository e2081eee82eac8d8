"""The visitor's own copy of a decision, with what proves it: the leaf, its way to the root, and the signed checkpoint.

Structured after the receipt of ISO/IEC TS 27560 in the W3C Data Privacy Vocabulary. A copy in the visitor's hands is a
witness: whoever rewrites the ledger cannot rewrite it. What is proven stands under "evidence" and "ledger", and above
them in words; "record" says the same as the controller's export does, with the policy that it was asked under.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from cookiegate.consent import inclusion_proof, read_tree
from cookiegate.store import Store, open_store

from . import consents
from .recordld import describe
from .subject import Dossier, Entry

TYPE = "ConsentReceipt"
# What stands in it besides the words of the decision.
FRAME = (
    "@context",
    "@type",
    "conformsTo",
    "receipt_id",
    "seq",
    "restricted",
    "evidence",
    "ledger",
    "record",
    "earlier",
)
_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
_CONTEXT = {"@vocab": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
            "receipt_id": "dct:identifier"}  # fmt: skip


def write_receipt(store_url: str, dossier: Dossier) -> str:
    """The last decision as JSON-LD, and the earlier ones under "earlier". The dossier holds at least one decision.

    Each time under another id. Raises StoreError where the store cannot be read.
    """
    store = open_store(store_url, readonly=True)
    try:
        with store.snapshot():
            *earlier, last = [_describe(entry, store) for entry in dossier.decisions]
            record = _write_record(dossier.decisions, store)
    finally:
        store.close()
    frame = {"receipt_id": str(uuid.uuid4()), "record": record, "earlier": earlier}
    return json.dumps(last | frame, ensure_ascii=False, indent=2) + "\n"


def _write_record(decisions: Iterable[Entry], store: Store) -> dict[str, object]:
    rows: Iterable[tuple[Any, ...]] = store.query("shown_policies")
    shown = [(hash, time, dict(json.loads(body))) for hash, time, body in rows]

    def find_policy(version: str, milliseconds: int) -> str:
        """The hash of what was shown then: the last that was kept before."""
        found = [hash for hash, time, said in shown if said["version"] == version and time <= milliseconds / 1000 + 60]
        return found[-1] if found else ""

    told = [
        (
            consents.Entry(each.seq, each.person["time"], "milliseconds", each.event, each.payload, dict(each.person),
                           ("", None), each.restricted),
            find_policy(each.payload["policy_version"], each.person["time"]),
        )
        for each in decisions
    ]  # fmt: skip
    return describe(told, {hash: said for hash, _, said in shown})


def _describe(entry: Entry, store: Store) -> dict[str, Any]:
    ((leaf,),) = store.query("leaf_run", start=entry.seq, stop=entry.seq + 1)
    assert isinstance(leaf, bytes)
    said = {key: value for key, value in entry.payload.items() if key != "person"}
    return {
        "@context": _CONTEXT,
        "@type": TYPE,
        "conformsTo": _PROFILE,
        **said,
        **entry.person,
        "seq": entry.seq,
        "restricted": entry.restricted,
        "evidence": dict(entry.evidence),
        "ledger": {"leaf": leaf.decode("ascii"), **_prove(entry.seq, store)},
    }


def _prove(seq: int, store: Store) -> dict[str, Any]:
    """The way from the leaf to the root of the last checkpoint; nothing where none covers it yet."""
    for size, note in store.query("last_checkpoint"):
        assert isinstance(size, int)
        assert isinstance(note, bytes)
        if seq < size:
            path = inclusion_proof(seq, size, read_tree(store.query))
            return {"path": [each.hex() for each in path], "checkpoint": note.decode("utf-8")}
    return {}

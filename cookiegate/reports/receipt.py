"""The visitor's own copy of a decision, with what proves it: the leaf, its way to the root, and the signed checkpoint.

Structured after the receipt of ISO/IEC TS 27560 in the W3C Data Privacy Vocabulary. A copy in the visitor's hands is a
witness: whoever rewrites the ledger cannot rewrite it.
"""

from __future__ import annotations

import json
from typing import Any

from cookiegate.consent import inclusion_proof, read_tree
from cookiegate.store import Store, open_store

from .subject import Dossier, Entry

_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
_CONTEXT = {"@vocab": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo"}


def write_receipt(store_url: str, dossier: Dossier) -> str:
    """The last decision as JSON-LD, and the earlier ones under "earlier". The dossier holds at least one decision.

    Raises StoreError where the store cannot be read.
    """
    store = open_store(store_url, readonly=True)
    try:
        with store.snapshot():
            *earlier, last = [_describe(entry, store) for entry in dossier.decisions]
    finally:
        store.close()
    return json.dumps({**last, "earlier": earlier}, ensure_ascii=False, indent=2) + "\n"


def _describe(entry: Entry, store: Store) -> dict[str, Any]:
    ((leaf,),) = store.query("leaf_run", start=entry.seq, stop=entry.seq + 1)
    assert isinstance(leaf, bytes)
    said = {key: value for key, value in entry.payload.items() if key != "person"}
    return {
        "@context": _CONTEXT,
        "@type": "ConsentReceipt",
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

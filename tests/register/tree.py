"""Checks a ledger from outside: the tree against its leaves, and every record against the leaf that commits to it."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, NamedTuple

from cookiegate.consent import (  # fmt: skip
    Frontier,
    Leaf,
    VerifierKey,
    commit,
    hash_leaf,
    inclusion_proof,
    read_checkpoint,
    read_leaf,
    read_tree,
    verify_inclusion,
)
from cookiegate.store import open_store
from tests.databases.asking import ask


class Found(NamedTuple):
    """A record as it lies in the store. What was taken away is None."""

    seq: int
    hour: int
    event: str
    said: dict[str, Any]
    person: dict[str, Any] | None

    @property
    def consent_id(self) -> str:
        return str(self.person["consent_id"]) if self.person else ""


def check_tree(url: str) -> list[Leaf]:
    """Every leaf, once it is plain that head, tiles and records are what the leaves say. AssertionError otherwise."""
    store = open_store(url, readonly=True)
    frontier = Frontier()
    try:
        rows = list(store.stream("leaves"))
        records = {row[0]: row for row in store.stream("records")}
    finally:
        store.close()
    tiles = frontier.extend(hash_leaf(leaf) for _, leaf in rows)
    assert ask(url, "SELECT size, frontier FROM ledger_head") == [(frontier.size, frontier.dump())]
    assert sorted(ask(url, "SELECT level, place, root FROM ledger_tiles")) == sorted(map(tuple, tiles))
    leaves = [read_leaf(leaf) for _, leaf in rows]
    assert [leaf.seq for leaf in leaves] == [seq for seq, _ in rows] == list(range(len(rows)))
    for seq, hour, _, salt, payload, person_salt, person, _ in records.values():
        assert leaves[seq].hour == hour
        assert leaves[seq].commitment == commit(salt, payload)
        if person is not None:
            assert json.loads(payload)["person"] == b64encode(commit(person_salt, person)).decode()
    return leaves


def read_records(url: str) -> list[Found]:
    """The records there are, in their order."""
    store = open_store(url, readonly=True)
    try:
        return [
            Found(seq, hour, event, json.loads(payload), json.loads(person) if person else None)
            for seq, hour, event, _, payload, _, person, _ in store.stream("records")
        ]
    finally:
        store.close()


def read_ids(url: str) -> list[str]:
    """The consent ids of the decisions on the ledger, in their order."""
    return [found.consent_id for found in read_records(url) if found.event not in ("policy", "audit")]


def is_included(url: str, seq: int, note: bytes, key: VerifierKey) -> bool:
    """Whether the leaf is proven to be in the tree of a signed checkpoint."""
    checkpoint = read_checkpoint(note, [key])
    store = open_store(url, readonly=True)
    try:
        ((leaf,),) = store.query("leaf_run", start=seq, stop=seq + 1)
        proof = inclusion_proof(seq, checkpoint.size, read_tree(store.query))
    finally:
        store.close()
    return verify_inclusion(hash_leaf(leaf), seq, checkpoint.size, proof, checkpoint.root)

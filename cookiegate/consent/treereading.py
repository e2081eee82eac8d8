"""Reads the hashes of the tree out of the tables that keep its leaves and tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .merkle import Read, hash_leaf

Query = Callable[..., Sequence[Sequence[Any]]]  # the name of a query and its parameters → rows


def read_tree(query: Query) -> Read:
    """What proofs are made from: the hashes of leaves on level 0, the roots of complete subtrees above."""

    def read(level: int, start: int, stop: int) -> list[bytes]:
        if level:
            return [root for (root,) in query("tile_run", level=level, start=start, stop=stop)]
        return [hash_leaf(leaf) for (leaf,) in query("leaf_run", start=start, stop=stop)]

    return read

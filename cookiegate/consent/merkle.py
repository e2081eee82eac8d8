"""The Merkle tree over the ledger's leaves (RFC 6962 section 2.1, SHA-256): growing it, proving from it, checking.

What is stored are leaf hashes and tiles: the roots of complete subtrees of 256, 256², … leaves. A proof reads at most
two runs of 256 hashes a level from these and folds the rest again: over a million leaves, about six short reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..errors import LedgerError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

# (level, from, to) → hashes `from` up to but without `to`; level 0: leaf hashes, level n: roots of 256**n leaves each.
# Asked only for what is complete in a tree of the size in question.
Read = Callable[[int, int, int], list[bytes]]

_TILE_HEIGHT = 8
_TILE = 1 << _TILE_HEIGHT


class Tile(NamedTuple):
    """The root of a complete subtree of 256**level leaves, which stands at `place` among those of its level."""

    level: int  # 1, 2, …
    place: int
    root: bytes


def hash_leaf(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes, 32 bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """All that it takes to let a tree grow: the roots of its perfect subtrees, the largest first."""

    __slots__ = ("_roots", "size")

    def __init__(self) -> None:
        self.size = 0  # leaves
        self._roots: list[bytes] = []  # one for each bit set in `size`

    @classmethod
    def load(cls, size: int, dumped: bytes) -> Frontier:
        """The frontier of a tree of `size` leaves as `dump` gave it; LedgerError where the two do not fit."""
        if size < 0 or len(dumped) != HASH_BYTES * size.bit_count():
            raise LedgerError(f"{len(dumped)} bytes are not the frontier of a tree of {size} leaves")
        frontier = cls()
        frontier.size = size
        frontier._roots = [dumped[at : at + HASH_BYTES] for at in range(0, len(dumped), HASH_BYTES)]
        return frontier

    def dump(self) -> bytes:
        """The subtree roots after each other, 32 bytes each; the size is to be kept beside."""
        return b"".join(self._roots)

    def copy(self) -> Frontier:
        """Another frontier of the same tree, which grows on its own."""
        other = Frontier()
        other.size = self.size
        other._roots = self._roots.copy()
        return other

    def append(self, leaf_hash: bytes) -> list[Tile]:
        """Add one leaf; the tiles that it completed."""
        return self.extend((leaf_hash,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> list[Tile]:
        """Add leaves in order; the tiles that they completed, each to be stored. All of them are added, or none."""
        sha256 = hashlib.sha256  # this loop is on the way of every decision
        roots, size = self._roots.copy(), self.size
        tiles: list[Tile] = []
        for node in leaf_hashes:
            position, height = size, 0
            while position & 1:
                node = sha256(b"\x01" + roots.pop() + node).digest()
                position >>= 1
                height += 1
                if not height % _TILE_HEIGHT:
                    tiles.append(Tile(height // _TILE_HEIGHT, position, node))
            roots.append(node)
            size += 1
        self._roots, self.size = roots, size
        return tiles

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _join(self._roots)


def root_of(size: int, read: Read) -> bytes:
    """The root of the first `size` leaves. LedgerError where `read` has fewer hashes than such a tree must."""
    return _Tree(size, read).node((size - 1).bit_length(), 0) if size > 0 else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """What proves leaf `index` to be in the tree of the first `size` leaves (RFC 6962 section 2.1.1).

    Raises LedgerError where there is no such leaf, or `read` has fewer hashes than such a tree must.
    """
    if not 0 <= index < size:
        raise LedgerError(f"leaf {index} is not in a tree of {size} leaves")
    return _Tree(size, read).climb(0, index)


def consistency_proof(old_size: int, new_size: int, read: Read) -> list[bytes]:
    """What proves the tree of `new_size` leaves to begin with that of `old_size` (RFC 6962 section 2.1.2).

    Empty where one of them is empty or they are the same. Raises LedgerError where the older tree is the larger one,
    or `read` has fewer hashes than the newer must.
    """
    if not 0 <= old_size <= new_size:
        raise LedgerError(f"a tree of {new_size} leaves does not continue one of {old_size}")
    if old_size in (0, new_size):
        return []
    tree = _Tree(new_size, read)
    # the last perfect subtree of the old tree; all that is new joins it or what stands above it
    height = (old_size & -old_size).bit_length() - 1
    index = (old_size >> height) - 1
    begin = [tree.node(height, index)] if index else []  # otherwise it is the old root, which who verifies has
    return begin + tree.climb(height, index)


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows this leaf at `index` of the tree (RFC 9162 section 2.1.3.2).

    False, never an error, for sizes that cannot be and for bytes that are no hashes.
    """
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        return False
    place, last, node = index, size - 1, leaf_hash
    for sibling in proof:
        if not last:
            return False
        if place & 1 or place == last:
            node = hash_children(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hash_children(node, sibling)
        place, last = place >> 1, last >> 1
    return not last and node == root


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the newer tree to begin with the older (RFC 9162 section 2.1.4.2).

    Every tree continues the empty one, whose root is EMPTY_ROOT. False, never an error, for sizes that cannot be and
    for bytes that are no hashes.
    """
    if not 0 <= old_size <= new_size or not _are_hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if not old_size:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if not old_size & (old_size - 1) else list(proof)
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            old, new = hash_children(sibling, old), hash_children(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hash_children(new, sibling)
        place, last = place >> 1, last >> 1
    return not last and old == old_root and new == new_root


class _Tree:
    """A tree of `size` leaves, read from tiles. Each run of hashes is read once, and folded whole."""

    def __init__(self, size: int, read: Read) -> None:
        self._size = size
        self._read = read
        self._runs: dict[tuple[int, int], list[list[bytes]]] = {}

    def climb(self, height: int, index: int) -> list[bytes]:
        """The siblings on the way from a node to the root, the lowest first."""
        siblings = []
        while (self._size - 1) >> height:
            if (index ^ 1) << height < self._size:
                siblings.append(self.node(height, index ^ 1))
            index >>= 1
            height += 1
        return siblings

    def node(self, height: int, index: int) -> bytes:
        """The root of 2**height leaves from leaf index * 2**height on, or of as many as there are."""
        begin = index << height
        if begin + (1 << height) <= self._size:
            return self._complete(height, index)
        parts = []
        for lower in range(height - 1, -1, -1):
            if (self._size - begin) >> lower & 1:
                parts.append(self._complete(lower, begin >> lower))
                begin += 1 << lower
        return _join(parts)

    def _complete(self, height: int, index: int) -> bytes:
        level, inner = divmod(height, _TILE_HEIGHT)
        run, place = divmod(index, _TILE >> inner)
        if (level, run) not in self._runs:
            self._runs[level, run] = self._fold(level, run)
        return self._runs[level, run][inner][place]

    def _fold(self, level: int, run: int) -> list[list[bytes]]:
        """Rows of a tile, from the hashes that were read up to the last but the root."""
        begin = run * _TILE
        end = min(begin + _TILE, self._size >> level * _TILE_HEIGHT)
        row = self._read(level, begin, end)
        if len(row) != end - begin:
            raise LedgerError(f"hashes {begin} to {end - 1} of level {level} are not all there: {len(row)} were read")
        rows = [row]
        for _ in range(_TILE_HEIGHT - 1):
            row = [hash_children(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
            rows.append(row)
        return rows


def _join(roots: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that stand beside each other, the largest first."""
    if not roots:
        return EMPTY_ROOT
    node = roots[-1]
    for left in reversed(roots[:-1]):
        node = hash_children(left, node)
    return node


def _are_hashes(*found: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in found)

"""The tree against RFC 6962's known answers, and against a tree worked out naively by the words of the RFC."""

from __future__ import annotations

import random

import pytest

from cookiegate.consent import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    hash_children,
    hash_leaf,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from cookiegate.errors import LedgerError

# The reference tree of Certificate Transparency: its leaves, and its root after each of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
E = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
F = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
G = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
# Index (from 0), size, path; and older size, newer size, proof: as published with the reference tree.
PATHS = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [E, F, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], B, E]),
]
PROOFS = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [G, F, ROOTS[3]]), (2, 5, [B, E])]

SIZES = [*range(0, 20), 127, 128, 129, 255, 256, 257, 300, 511, 512, 513, 700]


class Storage:
    """Leaf hashes and tiles as a ledger keeps them; counts what is read."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.levels: dict[int, list[bytes]] = {0: hashes, 1: [], 2: [], 3: []}
        self.frontier = Frontier()
        self.calls: list[int] = []
        for tile in self.frontier.extend(hashes):
            assert tile.place == len(self.levels[tile.level])
            self.levels[tile.level].append(tile.root)

    def read(self, level: int, begin: int, end: int) -> list[bytes]:
        found = self.levels[level][begin:end]
        assert len(found) == end - begin, "asked for what is not stored"
        self.calls.append(len(found))
        return found


def make_hashes(count: int) -> list[bytes]:
    return [hash_leaf(b"%d" % number) for number in range(count)]


HASHES = make_hashes(700)
STORAGE = Storage(HASHES)


def split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    k = split(len(hashes))
    return hash_children(root(hashes[:k]), root(hashes[k:]))


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), root(hashes[k:])]
    return [*path(m - k, hashes[k:]), root(hashes[:k])]


def subproof(m: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    if m == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if m <= k:
        return [*subproof(m, hashes[:k], whole), root(hashes[k:])]
    return [*subproof(m - k, hashes[k:], False), root(hashes[:k])]


def unhex(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]


def test_the_published_roots() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT
    hashes = [hash_leaf(leaf) for leaf in LEAVES]
    for size, expected in enumerate(ROOTS, 1):
        frontier.append(hashes[size - 1])
        assert frontier.size == size
        assert frontier.root().hex() == expected
        assert root_of(size, Storage(hashes).read).hex() == expected
        assert root(hashes[:size]).hex() == expected


@pytest.mark.parametrize(("index", "size", "proof"), PATHS)
def test_the_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    hashes = [hash_leaf(leaf) for leaf in LEAVES]
    assert inclusion_proof(index, size, Storage(hashes).read) == unhex(proof)
    assert verify_inclusion(hashes[index], index, size, unhex(proof), bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "proof"), PROOFS)
def test_the_published_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    hashes = [hash_leaf(leaf) for leaf in LEAVES]
    assert consistency_proof(old, new, Storage(hashes).read) == unhex(proof)
    assert verify_consistency(old, new, *unhex([ROOTS[old - 1], ROOTS[new - 1]]), unhex(proof))


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_inclusion_proofs_are_those_of_the_naive_tree(size: int) -> None:
    hashes, expected = HASHES[:size], root(HASHES[:size])
    assert root_of(size, STORAGE.read) == expected
    assert Storage(hashes).frontier.root() == expected
    for index in sorted({*range(min(size, 10)), *range(max(0, size - 10), size), *range(0, size, 53)}):
        proof = inclusion_proof(index, size, STORAGE.read)
        assert proof == path(index, hashes)
        assert verify_inclusion(hashes[index], index, size, proof, expected)


@pytest.mark.parametrize("new", SIZES)
def test_consistency_proofs_are_those_of_the_naive_tree(new: int) -> None:
    new_root = root(HASHES[:new])
    for old in (size for size in SIZES if size <= new):
        proof = consistency_proof(old, new, STORAGE.read)
        assert proof == (subproof(old, HASHES[:new]) if old else [])
        assert verify_consistency(old, new, root(HASHES[:old]), new_root, proof)


def test_tiles_of_tiles_carry_a_large_tree_with_few_reads() -> None:
    size = 256 * 256 + 256 * 3 + 5
    storage = Storage(make_hashes(size))
    assert [len(storage.levels[level]) for level in (1, 2, 3)] == [259, 1, 0]
    assert root_of(size, storage.read) == storage.frontier.root()
    for index in (0, 255, 256, 65535, 65536, 66000, size - 1):
        storage.calls.clear()
        proof = inclusion_proof(index, size, storage.read)
        assert len(storage.calls) <= 2 * 3
        assert max(storage.calls) <= 256
        assert verify_inclusion(storage.levels[0][index], index, size, proof, storage.frontier.root())
    for old in (1, 256, 257, 65535, 65536, 65537, 66304, size - 1):
        storage.calls.clear()
        proof = consistency_proof(old, size, storage.read)
        assert len(storage.calls) <= 2 * 3
        assert max(storage.calls) <= 256
        assert verify_consistency(old, size, root_of(old, storage.read), storage.frontier.root(), proof)


def test_a_proof_holds_for_nothing_else() -> None:
    chance = random.Random(6962)
    for _ in range(200):
        size = chance.randrange(2, 300)
        index = chance.randrange(size)
        tree, proof = root_of(size, STORAGE.read), inclusion_proof(index, size, STORAGE.read)
        bad = list(proof)
        bad[chance.randrange(len(bad))] = EMPTY_ROOT
        for other in (bad, proof[1:], proof[:-1], [*proof, tree], [tree, *proof], [*proof, b""], [b"", *proof], []):
            assert not verify_inclusion(HASHES[index], index, size, other, tree)
        assert not verify_inclusion(HASHES[(index + 1) % size], index, size, proof, tree)
        assert not verify_inclusion(HASHES[index], index, size, proof, EMPTY_ROOT)
        for place in (-1, index - 1, index + 1, size, size + index):
            assert not verify_inclusion(HASHES[index], place, size, proof, tree)
        for count in (-1, 0, index, 2 * size):
            assert not verify_inclusion(HASHES[index], index, count, proof, tree)


def test_a_consistency_proof_holds_for_nothing_else() -> None:
    chance = random.Random(9162)
    for _ in range(200):
        new = chance.randrange(3, 300)
        old = chance.randrange(1, new)
        before, after = root_of(old, STORAGE.read), root_of(new, STORAGE.read)
        proof = consistency_proof(old, new, STORAGE.read)
        bad = list(proof)
        bad[chance.randrange(len(bad))] = EMPTY_ROOT
        for other in (bad, proof[1:], proof[:-1], [*proof, after], [before, *proof], [*proof, b""], []):
            assert not verify_consistency(old, new, before, after, other)
        assert not verify_consistency(old, new, after, before, proof)
        assert not verify_consistency(old, new, EMPTY_ROOT, after, proof)
        assert not verify_consistency(old, new, before, EMPTY_ROOT, proof)
        for one, two in ((-1, new), (0, new), (new, old), (new, new), (old, old), (old, -1), (old, 2 * new)):
            assert not verify_consistency(one, two, before, after, proof)


@pytest.mark.parametrize("size", [-1, 0, 1, 2, 10**30])
def test_rubbish_is_refused_and_raises_nothing(size: int) -> None:
    for proof in ([], [b""], [b"x" * 31], [b"x" * 33], [EMPTY_ROOT], [EMPTY_ROOT] * 200):
        assert not verify_inclusion(b"", 0, size, proof, b"")
        assert not verify_inclusion(EMPTY_ROOT, size, size, proof, EMPTY_ROOT)
        assert not verify_consistency(size, size + 1, b"", EMPTY_ROOT, proof)
        assert not verify_consistency(size, size, EMPTY_ROOT, HASHES[0], proof)


def test_every_tree_continues_the_empty_one_and_itself() -> None:
    assert verify_consistency(0, 5, EMPTY_ROOT, root(HASHES[:5]), [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert verify_consistency(5, 5, HASHES[0], HASHES[0], [])
    assert not verify_consistency(0, 5, HASHES[0], HASHES[1], [])
    assert not verify_consistency(0, 0, HASHES[0], HASHES[0], [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, HASHES[0], [HASHES[1]])


def test_what_is_not_in_the_tree_cannot_be_proven() -> None:
    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(LedgerError, match="is not in a tree"):
            inclusion_proof(index, size, STORAGE.read)
    for old, new in ((-1, 5), (6, 5)):
        with pytest.raises(LedgerError, match="does not continue"):
            consistency_proof(old, new, STORAGE.read)


def test_hashes_that_are_gone_are_an_error_and_not_another_root() -> None:
    with pytest.raises(LedgerError, match="not all there"):
        root_of(10, lambda level, begin, end: HASHES[begin : end - 1])


def test_a_frontier_comes_back_from_its_bytes() -> None:
    for size in SIZES:
        frontier = Storage(HASHES[:size]).frontier
        again = Frontier.load(size, frontier.dump())
        assert len(frontier.dump()) == 32 * size.bit_count()
        assert (again.size, again.root()) == (size, frontier.root())
        assert again.extend(HASHES[size : size + 300]) == frontier.extend(HASHES[size : size + 300])
        assert again.root() == frontier.root()
    for size, dumped in ((-1, b""), (1, b""), (0, HASHES[0]), (3, HASHES[0]), (4, HASHES[0] + b"x")):
        with pytest.raises(LedgerError):
            Frontier.load(size, dumped)


def test_a_copy_can_be_thrown_away() -> None:
    frontier = Storage(HASHES[:255]).frontier
    before, copy = frontier.root(), frontier.copy()
    assert [tile.level for tile in copy.append(HASHES[255])] == [1]
    assert copy.root() == root(HASHES[:256])
    assert (frontier.size, frontier.root()) == (255, before)


def test_a_batch_that_breaks_off_adds_nothing() -> None:
    frontier = Storage(HASHES[:5]).frontier
    with pytest.raises(ZeroDivisionError):
        frontier.extend(HASHES[5 + 1 // (7 - place)] for place in range(10))
    assert (frontier.size, frontier.root()) == (5, root(HASHES[:5]))

"""Leaves have one spelling, say nothing of a person, and are read strictly."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent import (
    Leaf,
    RecordKind,
    canonical,
    commit,
    read_leaf,
    write_erase_leaf,
    write_leaf,
    write_prune_leaf,
    write_unlink_leaf,
)
from cookiegate.errors import LedgerError

SALT = bytes(range(32))
COMMITMENT = commit(SALT, b'{"a":1}')
CODE = base64.b64encode(COMMITMENT).decode()
DECISION: dict[str, Any] = {"c": CODE, "k": "decision", "n": 7, "t": 498_611}
ERASE: dict[str, Any] = {"k": "erase", "n": 9, "of": [2, 3, 8], "t": 498_700, "why": "gdpr-17"}
UNLINK: dict[str, Any] = {"k": "unlink", "n": 9, "of": [2, 3, 8], "t": 498_700}
PRUNE: dict[str, Any] = {"before": 467_500, "k": "prune", "n": 9, "t": 498_700, "upto": 8, "what": "decisions"}
KINDS = get_args(RecordKind)


def test_canonical_json_is_sorted_tight_and_utf_8() -> None:
    said = {"ö": [1, {"b": None, "a": True}], "b": "„Äx\n", "B": ()}
    assert canonical(said).decode() == '{"B":[],"b":"„Äx\\n","ö":[1,{"a":true,"b":null}]}'
    assert canonical("\u2028\U0001f36a").decode() == '"\u2028\U0001f36a"'


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, (float("nan"),), {1: 2}, {"a": {None: 1}}, {"a": b"x"}, {1, 2}])
def test_what_has_more_than_one_spelling_or_none_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical("\ud800")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_reading_and_writing_again_gives_the_same_bytes(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_a_commitment_covers_its_purpose_the_salt_and_the_payload() -> None:
    assert hashlib.sha256(b"cookiegate/commit/v1\0" + SALT + b'{"a":1}').digest() == COMMITMENT
    assert len({COMMITMENT, commit(SALT, b'{"a":2}'), commit(SALT[::-1], b'{"a":1}'), commit(SALT, b"")}) == 4


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + b"{"])
def test_a_salt_of_another_length_could_be_shifted_into_the_payload(salt: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(salt, b"")


@given(
    st.sampled_from(KINDS),
    st.integers(0, 10**15 - 1),
    st.integers(0, 10**15 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_the_fast_spelling_is_the_canonical_one(kind: RecordKind, seq: int, hour: int, commitment: bytes) -> None:
    leaf = write_leaf(kind, seq, hour, commitment)
    assert leaf == canonical({"c": base64.b64encode(commitment).decode(), "k": kind, "n": seq, "t": hour})
    assert read_leaf(leaf) == Leaf(kind, seq, hour, commitment)


def test_there_are_four_kinds_of_record() -> None:
    assert KINDS == ("decision", "withdraw", "policy", "audit")


def test_an_erasure_names_each_leaf_once_in_order() -> None:
    leaf = write_erase_leaf(9, 498_700, [8, 2, 3, 2])
    assert leaf == canonical(ERASE)
    assert read_leaf(leaf) == Leaf("erase", 9, 498_700, erased=(2, 3, 8))


def test_an_unlinking_names_each_leaf_once_in_order() -> None:
    leaf = write_unlink_leaf(9, 498_700, [8, 2, 3, 2])
    assert leaf == canonical(UNLINK)
    assert read_leaf(leaf) == Leaf("unlink", 9, 498_700, erased=(2, 3, 8))


def test_a_pruning_says_up_to_where_before_when_and_what() -> None:
    leaf = write_prune_leaf(9, 498_700, 8, 467_500, "decisions")
    assert leaf == canonical(PRUNE)
    assert read_leaf(leaf) == Leaf("prune", 9, 498_700, upto=8, before=467_500, pruned="decisions")


@pytest.mark.parametrize("erased", [[], [9], [3, 10], [-1, 3]])
def test_only_what_stands_before_can_be_erased(erased: list[int]) -> None:
    for write in (write_erase_leaf, write_unlink_leaf):
        with pytest.raises(LedgerError, match="before it"):
            write(9, 0, erased)


@pytest.mark.parametrize(
    ("upto", "before", "what"),
    [
        (-1, 5, "a"), (9, 5, "a"), (3, -1, "a"), (3, 5, ""), (3, 5, "Äx"), (3, 5, 'a"b'), (3, 5, "a" * 33),
        (3, 5, "a\n"),
    ],
)  # fmt: skip
def test_a_pruning_that_cannot_be_is_refused(upto: int, before: int, what: str) -> None:
    with pytest.raises(LedgerError):
        write_prune_leaf(9, 0, upto, before, what)


@pytest.mark.parametrize("said", [DECISION, ERASE, UNLINK, PRUNE], ids=lambda said: said["k"])
def test_keys_are_exactly_those_of_the_kind(said: dict[str, Any]) -> None:
    assert read_leaf(canonical(said)).kind == said["k"]
    for key in said:
        with pytest.raises(LedgerError):
            read_leaf(canonical({other: value for other, value in said.items() if other != key}))
    for extra in ("a", "id", "z"):
        with pytest.raises(LedgerError):
            read_leaf(canonical(said | {extra: 1}))


@pytest.mark.parametrize(
    "said",
    [
        DECISION | {"k": "visit"},
        DECISION | {"k": "erase"},
        DECISION | {"n": "7"},
        DECISION | {"n": True},
        DECISION | {"n": -1},
        DECISION | {"n": None},
        DECISION | {"t": [1]},
        DECISION | {"t": 10**15},
        DECISION | {"c": CODE[:-1]},
        DECISION | {"c": CODE[:-4]},
        DECISION | {"c": CODE.lower()[:-2] + "B="},
        DECISION | {"c": "A" * 44},
        DECISION | {"c": "-" * 42 + "A="},
        DECISION | {"c": 5},
        ERASE | {"of": []},
        ERASE | {"of": [3, 2]},
        ERASE | {"of": [2, 2]},
        ERASE | {"of": [9]},
        ERASE | {"of": ["2"]},
        ERASE | {"of": 2},
        ERASE | {"why": "gdpr-18"},
        UNLINK | {"of": []},
        UNLINK | {"of": [3, 2]},
        UNLINK | {"of": [9]},
        UNLINK | {"why": "gdpr-17"},
        ERASE | {"k": "unlink"},
        UNLINK | {"k": "erase"},
        PRUNE | {"upto": 9},
        PRUNE | {"upto": -1},
        PRUNE | {"before": -1},
        PRUNE | {"before": 10**15},
        PRUNE | {"before": "5"},
        PRUNE | {"what": "aino@example.test"},
        PRUNE | {"what": ""},
        [],
        None,
    ],
    ids=str,
)
def test_a_value_that_is_not_of_its_type_is_refused(said: object) -> None:
    with pytest.raises(LedgerError):
        read_leaf(canonical(said))


@pytest.mark.parametrize("said", [DECISION, ERASE, UNLINK, PRUNE], ids=lambda said: said["k"])
def test_another_spelling_of_the_same_is_refused(said: dict[str, Any]) -> None:
    leaf = canonical(said)
    spellings = [
        json.dumps(said).encode(),
        json.dumps(said, separators=(",", ":"), indent=0).encode(),
        json.dumps(dict(reversed(said.items())), separators=(",", ":")).encode(),
        leaf.replace(b'"k"', b'"\\u006b"'),
        leaf.replace(b'"t":4', b'"t":04'),
        leaf.replace(b'"t":498', b'"t":498.0'),
        leaf.replace(b"{", b'{"a":1,"a":1,'),
        leaf.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + leaf,
        leaf + b"\n",
        leaf + b" ",
        b" " + leaf,
        leaf[:-1],
        leaf + leaf,
        b"",
        b"\xff",
        leaf.replace(b'"n":', b'"n":' + b"9" * 5000),
    ]
    for spelling in spellings:
        assert spelling != leaf
        with pytest.raises(LedgerError):
            read_leaf(spelling)


@pytest.mark.parametrize("said", [DECISION, ERASE, UNLINK, PRUNE], ids=lambda said: said["k"])
def test_a_flipped_bit_gives_an_error_or_another_leaf_in_its_one_spelling(said: dict[str, Any]) -> None:
    leaf = canonical(said)
    for place in range(len(leaf)):
        for bit in range(8):
            other = bytearray(leaf)
            other[place] ^= 1 << bit
            try:
                found = read_leaf(bytes(other))
            except LedgerError:
                continue
            assert found != read_leaf(leaf)
            assert canonical(json.loads(other)) == other

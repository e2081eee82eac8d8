"""The ledger's leaves: what stays for ever and can be shown to anyone, with no personal data in it.

A leaf has one spelling, canonical JSON. It names its kind "k", its number "n" counted from 0 (the index in the tree)
and its time "t" in whole hours since 1970 UTC: a precise time may single someone out (GDPR recital 26). What was
decided is only committed to, in "c". The record it stands for is kept beside it and can be erased (GDPR art. 17): the
commitment to a record whose salt is gone says nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from ..errors import LedgerError

SALT_BYTES = 32

# Kinds that commit to a record.
RecordKind = Literal["decision", "withdraw", "policy", "audit"]

_CONTEXT = b"cookiegate/commit/v1\0"
# At most 15 digits: exact in every reader of JSON (RFC 8259 section 6), and short for whoever reads a hostile leaf.
_NUMBER = rb"(?:0|[1-9][0-9]{0,14})"
# 32 bytes in base64: the last letter carries four bits, so it is one of sixteen.
_HASH = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_CLASS = re.compile(r"[a-z][a-z0-9-]{0,31}")
# The grammar is the canonical spelling: what matches needs no parsing, and nothing else is a leaf.
_COMMITTED = re.compile(
    rb'\{"c":"(%b)","k":"(decision|withdraw|policy|audit)","n":(%b),"t":(%b)\}' % (_HASH, _NUMBER, _NUMBER)
)
_ERASE = re.compile(
    rb'\{"k":"erase","n":(%b),"of":\[(%b(?:,%b)*)\],"t":(%b),"why":"gdpr-17"\}' % (_NUMBER, _NUMBER, _NUMBER, _NUMBER)
)
_UNLINK = re.compile(rb'\{"k":"unlink","n":(%b),"of":\[(%b(?:,%b)*)\],"t":(%b)\}' % ((_NUMBER,) * 4))
_PRUNE = re.compile(
    rb'\{"before":(%b),"k":"prune","n":(%b),"t":(%b),"upto":(%b),"what":"(%b)"\}'
    % (*(_NUMBER,) * 4, _CLASS.pattern.encode())
)


class Leaf(NamedTuple):
    """A leaf that was read. What its kind does not have is empty."""

    kind: str  # decision, withdraw, policy, audit, erase, unlink or prune
    seq: int
    hour: int
    commitment: bytes = b""  # decision, withdraw, policy, audit: 32 bytes
    erased: tuple[int, ...] = ()  # erase, unlink: the leaves whose records, or their personal part, went; ascending
    upto: int | None = None  # prune: the last leaf whose record was past its time
    before: int | None = None  # prune: the cut-off; no record of this hour or a later one was past its time
    pruned: str = ""  # prune: which class of records


def canonical(value: object) -> bytes:
    """The one JSON spelling of a value: keys sorted by code point, no spaces, UTF-8.

    Raises TypeError for a float (its digits differ among writers), for a key that is no text and for what JSON has no
    word for; UnicodeEncodeError for half a surrogate pair.
    """
    _refuse_ambiguity(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commit(salt: bytes, payload: bytes) -> bytes:
    """The commitment to a payload, 32 bytes: it hides the payload as long as the salt (32 random bytes) is unknown.

    Raises ValueError for another length of salt: of two lengths, one could take its last byte from the payload.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(_CONTEXT + salt + payload).digest()


def write_leaf(kind: RecordKind, seq: int, hour: int, commitment: bytes) -> bytes:
    """The leaf of a decision, a withdrawal, a policy or an entry of the audit trail."""
    # a text put together by hand: every decision passes here
    code = base64.b64encode(commitment).decode("ascii")
    return f'{{"c":"{code}","k":"{kind}","n":{seq},"t":{hour}}}'.encode("ascii")


def write_erase_leaf(seq: int, hour: int, erased: Sequence[int]) -> bytes:
    """The leaf that says whose records were erased on request (GDPR art. 17): numbers of earlier leaves, any order.

    Raises LedgerError where there are none, or one is not earlier.
    """
    return canonical({"k": "erase", "n": seq, "of": _sort_earlier(seq, erased), "t": hour, "why": "gdpr-17"})


def write_unlink_leaf(seq: int, hour: int, unlinked: Sequence[int]) -> bytes:
    """The leaf that says from which records the personal part was taken away, the rest being kept as evidence
    (GDPR art. 17(3)(e)). Otherwise as `write_erase_leaf`."""
    return canonical({"k": "unlink", "n": seq, "of": _sort_earlier(seq, unlinked), "t": hour})


def write_prune_leaf(seq: int, hour: int, upto: int, before: int, pruned: str) -> bytes:
    """The leaf that says which class of records was past its time and deleted (GDPR art. 5(1)(e)): those up to leaf
    `upto` that are of an hour earlier than `before`, counted since 1970 UTC.

    Raises LedgerError where `upto` is not earlier, the cut-off is no hour since 1970, or the class is not up to 32 of
    a-z, 0-9 and "-", a letter first.
    """
    if not 0 <= upto < seq:
        raise LedgerError(f"leaf {seq} can only prune records of leaves before it, not of leaf {upto}")
    if before < 0:
        raise LedgerError(f"{before} is no hour since 1970")
    if not _CLASS.fullmatch(pruned):
        raise LedgerError(f"{pruned!r} is no class of records: write a-z, 0-9 and -")
    return canonical({"before": before, "k": "prune", "n": seq, "t": hour, "upto": upto, "what": pruned})


def read_leaf(data: bytes) -> Leaf:
    """The leaf in these bytes. LedgerError for anything but the canonical spelling of a leaf of a known kind."""
    if found := _COMMITTED.fullmatch(data):
        code, kind, seq, hour = found.groups()
        return Leaf(kind.decode("ascii"), int(seq), int(hour), base64.b64decode(code))
    for kind, form in (("erase", _ERASE), ("unlink", _UNLINK)):
        if found := form.fullmatch(data):
            seq, of, hour = found.groups()
            erased = tuple(map(int, of.split(b",")))
            if list(erased) != sorted(set(erased)) or erased[-1] >= int(seq):
                raise LedgerError(f"leaf {int(seq)} must {kind} records of leaves before it, each named once, in order")
            return Leaf(kind, int(seq), int(hour), erased=erased)
    if found := _PRUNE.fullmatch(data):
        before, seq, hour, upto, pruned = found.groups()
        if int(upto) >= int(seq):
            raise LedgerError(f"leaf {int(seq)} must prune records of leaves before it, not of leaf {int(upto)}")
        return Leaf("prune", int(seq), int(hour), upto=int(upto), before=int(before), pruned=pruned.decode("ascii"))
    raise LedgerError(f"not a leaf of a known kind in its canonical spelling: {data[:120]!r}")


def read_commitment(data: bytes) -> bytes:
    """What a leaf commits to; b"" where these bytes are no leaf that does."""
    found = _COMMITTED.fullmatch(data)
    return base64.b64decode(found[1]) if found else b""


def _sort_earlier(seq: int, numbers: Sequence[int]) -> list[int]:
    found = sorted(set(numbers))
    if not found or found[0] < 0 or found[-1] >= seq:
        raise LedgerError(f"leaf {seq} can only take away records of leaves before it, and at least one")
    return found


def _refuse_ambiguity(value: object) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is no text")
            _refuse_ambiguity(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_ambiguity(each)
    elif isinstance(value, float):
        raise TypeError(f"{value!r} is a float: its spelling is not the same everywhere")

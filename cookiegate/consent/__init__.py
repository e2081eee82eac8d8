"""What visitors have chosen: the choice, the signed cookie that carries it, and the record and ledger that prove it."""

from .checkpoint import Checkpoint, SigningKey, VerifierKey, read_checkpoint, sign_checkpoint
from .choice import UNDECIDED, UNKNOWN, Consent, heed, list_ahead, list_asked_anew, name_choice
from .decide import DECISIONS, decide, describe
from .leaf import (
    SALT_BYTES,
    Leaf,
    RecordKind,
    canonical,
    commit,
    read_commitment,
    read_leaf,
    write_erase_leaf,
    write_leaf,
    write_prune_leaf,
    write_unlink_leaf,
)
from .merkle import (
    EMPTY_ROOT,
    Frontier,
    Tile,
    consistency_proof,
    hash_children,
    hash_leaf,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from .once import ONCE
from .record import RECTIFIED, ConsentRecord, Sealed, find_subject
from .token import Token
from .treereading import read_tree

__all__ = [
    "DECISIONS",
    "EMPTY_ROOT",
    "ONCE",
    "RECTIFIED",
    "SALT_BYTES",
    "UNDECIDED",
    "UNKNOWN",
    "Checkpoint",
    "Consent",
    "ConsentRecord",
    "Frontier",
    "Leaf",
    "RecordKind",
    "Sealed",
    "SigningKey",
    "Tile",
    "Token",
    "VerifierKey",
    "canonical",
    "commit",
    "consistency_proof",
    "decide",
    "describe",
    "find_subject",
    "hash_children",
    "hash_leaf",
    "heed",
    "inclusion_proof",
    "list_ahead",
    "list_asked_anew",
    "name_choice",
    "read_checkpoint",
    "read_commitment",
    "read_leaf",
    "read_tree",
    "root_of",
    "sign_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "write_erase_leaf",
    "write_leaf",
    "write_prune_leaf",
    "write_unlink_leaf",
]

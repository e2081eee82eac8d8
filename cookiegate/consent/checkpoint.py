"""Checkpoints: the ledger's size and root, signed, as anyone may hold them against us later.

The format is C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint) in a signed note (https://c2sp.org/signed-note)
with Ed25519 signatures (RFC 8032), and keys are written as Go's sumdb/note writes them: the tools of transparency logs
and their witnesses read both.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import LedgerError
from .merkle import HASH_BYTES

_ED25519 = b"\x01"  # the signature type of signed notes
_KEY_BYTES = 32  # public key and private seed alike
_ID_BYTES = 4
_SIZE = re.compile(r"0|[1-9][0-9]{0,14}")
_LONGEST = 1_000_000  # bytes of a note; sixteen signatures of any algorithm fit several times


class Checkpoint(NamedTuple):
    """The ledger at one moment."""

    origin: str  # which ledger: a name like "www.lumikello.example/consents"
    size: int  # leaves
    root: bytes  # 32 bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key, which verifies."""

    name: str
    public: bytes  # 32 bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise LedgerError(f"{self.name!r} cannot name a key: a name has no spaces, no plus, and is not empty")

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """The key in "name+id+base64". LedgerError for anything else."""
        parts = text.split("+", 2)
        key = cls(parts[0], _decode_key(parts[2])) if len(parts) == 3 else None
        if key is None or parts[1] != key.id.hex():
            raise LedgerError("not a verifier key: it reads name+id+base64, with the id that belongs to the others")
        return key

    @property
    def id(self) -> bytes:
        """What a signature line calls this key besides its name, 4 bytes."""
        said = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(said).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encode(_ED25519 + self.public)}"

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Whether this key made this signature (64 bytes) of the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A whole key, which signs. Its text never appears unless `secret_text` is asked for it."""

    verifier: VerifierKey
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """A new key. LedgerError where the name cannot be one."""
        return cls._make(name, Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> SigningKey:
        """The key in "PRIVATE+KEY+name+id+base64". LedgerError, which does not quote it, for anything else."""
        parts = text.split("+", 4)
        if len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"]:
            key = cls._make(parts[2], Ed25519PrivateKey.from_private_bytes(_decode_key(parts[4])))
            if parts[3] == key.verifier.id.hex():
                return key
        raise LedgerError(
            "not a signing key: it reads PRIVATE+KEY+name+id+base64, with the id that belongs to the others"
        )

    @classmethod
    def _make(cls, name: str, private: Ed25519PrivateKey) -> SigningKey:
        return cls(VerifierKey(name, private.public_key().public_bytes_raw()), private)

    def secret_text(self) -> str:
        """The key as `read` takes it. Whoever has this can rewrite the ledger."""
        seed = _encode(_ED25519 + self._private.private_bytes_raw())
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.id.hex()}+{seed}"

    def sign(self, text: bytes) -> bytes:
        """The signature of a text, 64 bytes."""
        return self._private.sign(text)


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> bytes:
    """The checkpoint as a note that each of the keys, at least one, signed. LedgerError where it cannot be written so.

    Who signs has to know that the tree continues every tree signed before: that is not seen from here.
    """
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{_encode(checkpoint.root)}\n"
    if not keys or not _is_plain(text) or text.count("\n") != 3 or _read_text(text) != checkpoint:
        raise LedgerError(f"{checkpoint} with {len(keys)} keys cannot be signed")
    signed = text.encode()
    lines = [f"— {key.verifier.name} {_encode(key.verifier.id + key.sign(signed))}\n" for key in keys]
    return signed + b"\n" + "".join(lines).encode()


def read_checkpoint(note: bytes, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint in a note that at least one of the keys signed. Signatures of other keys are passed over.

    Raises LedgerError where the note is malformed, no known key signed it, or the signature of a known one is wrong.
    Extension lines are allowed, and not returned.
    """
    text, signatures = _split(note)
    known = {(key.name, key.id): key for key in keys}
    verified = 0
    for line in signatures:
        name, signature = _read_signature(line)
        key = known.get((name, signature[:_ID_BYTES]))
        if key is None:
            continue
        if not key.verifies(signature[_ID_BYTES:], text.encode()):
            raise LedgerError(f"the checkpoint is not what {name} signed: its signature does not verify")
        verified += 1
    if not verified:
        raise LedgerError("the checkpoint is signed by none of the known keys")
    return _read_text(text)


def _split(note: bytes) -> tuple[str, list[str]]:
    """The text of a note, with its last newline, and its signature lines."""
    if len(note) > _LONGEST:
        raise LedgerError(f"a checkpoint of {len(note)} bytes is too long to be one")
    try:
        said = note.decode()
    except UnicodeDecodeError:
        raise LedgerError("the checkpoint is not UTF-8") from None
    if not _is_plain(said):
        raise LedgerError("the checkpoint has control characters in it")
    text, blank, signatures = said.rpartition("\n\n")
    if not text or not blank or not signatures.endswith("\n"):
        raise LedgerError("the checkpoint is not a text, an empty line and whole lines of signatures")
    return text + "\n", signatures[:-1].split("\n")


def _read_signature(line: str) -> tuple[str, bytes]:
    """The key's name, and its id followed by the signature."""
    dash, _, rest = line.partition(" ")
    name, _, code = rest.partition(" ")
    signature = _decode(code)
    if dash != "—" or not _is_name(name) or signature is None or len(signature) <= _ID_BYTES:
        raise LedgerError(f"the checkpoint has a malformed signature line: {line[:120]!r}")
    return name, signature


def _read_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise LedgerError("the checkpoint's text is not an origin, a size and a root, a line each")
    root = _decode(lines[2])
    if not _SIZE.fullmatch(lines[1]) or root is None or len(root) != HASH_BYTES:
        raise LedgerError(f"{lines[1][:40]!r} and {lines[2][:80]!r} are not the size and the root of a ledger")
    return Checkpoint(lines[0], int(lines[1]), root)


def _is_name(name: str) -> bool:
    return name != "" and _is_plain(name) and not any(letter.isspace() or letter == "+" for letter in name)


def _is_plain(text: str) -> bool:
    """Free of control characters, but for newlines, and of what UTF-8 cannot say."""
    return not any((letter < " " and letter != "\n") or "\ud800" <= letter <= "\udfff" for letter in text)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(code: str) -> bytes | None:
    """The bytes in base64 (RFC 4648 section 4); None where it is not their one spelling."""
    try:
        data = base64.b64decode(code.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if _encode(data) == code else None


def _decode_key(code: str) -> bytes:
    data = _decode(code)
    if data is None or len(data) != len(_ED25519) + _KEY_BYTES or data[:1] != _ED25519:
        raise LedgerError("the key is not an Ed25519 key in base64")
    return data[1:]

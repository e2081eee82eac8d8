"""The file with the ledger's keys: those that sign checkpoints, and the one under which a person's records are found.

One line each: signing keys as C2SP writes them, the one in use first, then `index` and 64 hex digits. Whoever has this
file can sign another ledger, or find out whether a consent id that they know is on it. So it is readable to its owner
alone, or it is not used.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cookiegate.consent import SigningKey, VerifierKey
from cookiegate.errors import LedgerError
from cookiegate.store import make_private

_INDEX_BYTES = 32
_INDEX = re.compile(rf"index\s+([0-9a-fA-F]{{{2 * _INDEX_BYTES}}})")


@dataclass(frozen=True, slots=True)
class LedgerKey:
    signing: tuple[SigningKey, ...]  # the one in use first
    index: bytes

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public halves of all of them."""
        return tuple(key.verifier for key in self.signing)

    def __repr__(self) -> str:  # never a secret in a log or a traceback
        return f"LedgerKey({', '.join(map(str, self.verifiers))})"


def load_ledger_key(path: Path) -> LedgerKey:
    """Read the file. Raises LedgerError where it is not there, is no such file, or others may read it."""
    try:
        mode = path.stat().st_mode
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError:
        raise LedgerError(
            f"the ledger's key cannot be read: there is no {path}. It is made with the first decision; where it lies "
            "elsewhere, say so in COOKIEGATE_LEDGER_KEY"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"the ledger's key cannot be read: {error}") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise LedgerError(f"{path}: others may read the ledger's key: chmod 600 {path}, and consider another key")
    try:
        return _read(lines)
    except (LedgerError, ValueError) as error:
        raise LedgerError(f"{path}: {error}") from None


def make_ledger_key(path: Path, name: str) -> LedgerKey:
    """A new file with new keys in the name of this ledger; where there is one already, that one."""
    key = LedgerKey((SigningKey.generate(name),), secrets.token_bytes(_INDEX_BYTES))
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        # Written apart, so that nobody who comes at the same time reads half of it, nor ever after a crash.
        _write(new, key)
        os.link(new, path)
    except FileExistsError:
        return load_ledger_key(path)
    except OSError as error:
        raise LedgerError(f"the ledger's key cannot be made: {error}") from None
    finally:
        new.unlink(missing_ok=True)
    return key


def rotate_ledger_key(path: Path) -> LedgerKey:
    """Put a new signing key first. The older ones stay, since they verify what they signed; so does the index, and
    whose the file is."""
    known = load_ledger_key(path)
    path = path.resolve()  # a link stays
    key = LedgerKey((SigningKey.generate(known.signing[0].verifier.name), *known.signing), known.index)
    new = path.with_name(path.name + ".new")
    try:
        new.unlink(missing_ok=True)
        _write(new, key, like=path)
        new.replace(path)
    except OSError as error:
        raise LedgerError(f"the ledger's key cannot be changed: {error}") from None
    return key


def _read(lines: list[str]) -> LedgerKey:
    said = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    signing = tuple(SigningKey.read(line) for line in said if not line.startswith("index"))
    indexes = [_INDEX.fullmatch(line) for line in said if line.startswith("index")]
    if not signing:
        raise LedgerError("a ledger's key has at least one line PRIVATE+KEY+…")
    if len(indexes) != 1 or not indexes[0]:
        raise LedgerError(f"it needs one line index with {2 * _INDEX_BYTES} hexadecimal digits")
    return LedgerKey(signing, bytes.fromhex(indexes[0][1]))


def _write(path: Path, key: LedgerKey, like: Path | None = None) -> None:
    """A new file, with owner and mode of another if there is one."""
    lines = ["# The keys of a consent ledger. Keep this secret, and keep a copy of it apart from the database.",
             *(each.secret_text() for each in key.signing), f"index {key.index.hex()}"]  # fmt: skip
    with open(make_private(path, like), "w") as out:
        if like:
            path.chmod(stat.S_IMODE(like.stat().st_mode))
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())

"""Checks an exported consent ledger: that nothing was altered, taken out or cut off since its checkpoint was signed.

    python3 verifier.py FOLDER [CHECKPOINT]...

It needs Python 3.8 or later and nothing else: no other package, no network, nothing of those who made the export.
Each finding is a line; the exit status is 0 where nothing was found, 1 with findings, 2 where it could not check. Name
checkpoints that you were given earlier behind FOLDER, and compare key.txt with the key that you were told: whoever has
its secret half could make another ledger, but none that agrees with a checkpoint you hold.

A leaf commits to a record: SHA-256 of "cookiegate/commit/v1", a zero byte, 32 bytes of salt and the payload, which
likewise commits to a personal part (whose decision, just when) and names by SHA-256 what was shown. The leaves make a
Merkle tree (RFC 6962); its root stands in the checkpoint, a signed note (c2sp.org/tlog-checkpoint). A record, or its
personal part, may be absent only where a later leaf says so.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b64decode, b64encode
from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from hashlib import sha256, sha512
from pathlib import Path

N = rb"(0|[1-9][0-9]{0,14})"
HASH = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
COMMITTED = re.compile(rb'\{"c":"(%b)","k":"(decision|withdraw|policy|audit)","n":%b,"t":%b\}' % (HASH, N, N))
TAKEN = re.compile(rb'\{"k":"(?:(erase)|unlink)","n":%b,"of":\[([0-9,]+)\],"t":%b(?(1),"why":"gdpr-17")\}' % (N, N))
PRUNED = re.compile(rb'\{"before":%b,"k":"prune","n":%b,"t":%b,"upto":%b,"what":"([a-z][a-z0-9-]{,31})"\}' % ((N,) * 4))
KEY = re.compile(rb"^([^\s+]+)\+[0-9a-f]{8}\+(A[Q-Za-f][A-Za-z0-9+/]{42})$", re.MULTILINE)  # Ed25519: byte 1 first
NOTE = re.compile(rb"(([^\n]+)\n%b\n(%b)\n(?:[^\n]+\n)*)\n(.+\n)" % (N, HASH), re.DOTALL)
SIGNATURE = re.compile(rb"^\xe2\x80\x94 (\S+) ([A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=)$", re.MULTILINE)
decode_pairs = json.JSONDecoder(object_pairs_hook=list).decode  # shows a name that stands twice

Checkpoint = namedtuple("Checkpoint", "file origin size root")
# seq: -1 where it cannot be read; hour: since 1970; code: the commitment in base64; of: those erased or unlinked
Leaf = namedtuple("Leaf", "seq hour kind code of upto before", defaults=(0, b"", b"", (), -1, 0))
Record = namedtuple("Record", "seq payload salt person person_salt", defaults=(None, None))  # salts in hex
END = Record(sys.maxsize, "", "")  # after the last

# Ed25519 (RFC 8032 section 5.1): verifying only, so nothing here is secret and nothing needs constant time.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode_point(code: bytes) -> tuple[int, ...] | None:
    y, odd = int.from_bytes(code, "little") & (1 << 255) - 1, code[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (odd and not x):
        return None
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


def verify_signature(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the owner of the 32-byte public key made this 64-byte signature of the text."""
    point, s = decode_point(public) if len(public) == 32 else None, int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + text).digest(), "little") % L
    total: tuple[int, ...] = (0, 1, 1, 0)
    base = decode_point(b"\x58" + b"\x66" * 31) or ()
    for bit in range(252, -1, -1):  # s times the base minus k times the key
        total = add(total, total)
        total = add(total, base) if s >> bit & 1 else total
        total = add(total, (P - point[0], point[1], point[2], P - point[3])) if k >> bit & 1 else total
    x, y = (each * pow(total[2], P - 2, P) % P for each in total[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]  # R in the one spelling that it may have


def read_checkpoint(file: str, note: bytes, keys: bytes) -> Checkpoint:
    """A note that one of the keys, a line each, signed. ValueError, which says what is wrong, for any other."""
    found = NOTE.fullmatch(note)
    if not found:
        raise ValueError("not a signed origin, size and root")
    verified = [
        verify_signature(b64decode(code)[1:], found[1], b64decode(signed)[4:])
        for name, code in KEY.findall(keys)
        for signer, signed in SIGNATURE.findall(found[5])
        if signer == name and b64decode(signed)[:4] == sha256(name + b"\n" + b64decode(code)).digest()[:4]
    ]
    if not verified:
        raise ValueError("not signed with a key in key.txt")
    if not all(verified):
        raise ValueError("altered: its signature does not verify")
    return Checkpoint(file, found[2].decode(), int(found[3]), b64decode(found[4]))


def read_leaf(line: bytes) -> Leaf:
    if found := COMMITTED.fullmatch(line):
        code, kind, seq, hour = found.groups()
        return Leaf(int(seq), int(hour), kind, code)
    if (found := PRUNED.fullmatch(line)) and int(found[4]) < int(found[2]):
        return Leaf(int(found[2]), int(found[3]), b"prune " + found[5], upto=int(found[4]), before=int(found[1]))
    if (found := TAKEN.fullmatch(line)) and all(re.fullmatch(N, each) for each in found[3].split(b",")):
        of = tuple(map(int, found[3].split(b",")))
        if list(of) == sorted(set(of)) and of[-1] < int(found[2]):
            return Leaf(int(found[2]), int(found[4]), found[1] or b"unlink", of=of)
    return Leaf(-1)


class Comparison:
    """Holds leaves, records and signed checkpoints against each other, wherever they come from."""

    read_payload = staticmethod(json.loads)

    def __init__(self) -> None:
        self.checkpoints: list[Checkpoint] = []
        self.size = self.absent = 0  # leaves; records that are not there
        self.due = 0  # leaves that there must be, and at least as many as were signed
        self.roots = {0: sha256().digest()}  # of the first so many leaves
        self.erased: set[int] = set()
        self.unlinked: set[int] = set()
        self.pruned: list[tuple[int, int]] = []  # a last leaf and a cut-off: decisions up to the one, before the other
        self.shown: set[object] = set()  # hashes of what is there, or was said to be missing

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        if self.checkpoints and checkpoint.origin != self.checkpoints[0].origin:
            raise ValueError("of another ledger")
        self.checkpoints.append(checkpoint)
        self.due = max(self.due, checkpoint.size)

    def note_removals(self, leaves: Iterable[Leaf]) -> None:
        """What may be absent is said by leaves that come later: these are read first."""
        for leaf in leaves:
            if leaf.kind == b"prune decisions":
                self.pruned.append((leaf.upto, leaf.before))
            else:
                (self.unlinked if leaf.kind == b"unlink" else self.erased).update(leaf.of)

    def compare_records(self, leaves: Iterator[Leaf], records: Iterator[Record]) -> Iterator[str]:
        seq, leaf, record = 0, next(leaves, None), next(records, END)
        while leaf is not None:
            after = next(leaves, None)
            if leaf.seq != seq and after is not None and after.seq == seq:
                yield f"leaf {seq}: another line stands before it, which does not belong there"
                leaf = after
                continue
            if leaf.seq > seq and leaf.seq + 1 == (after.seq if after else self.due):
                yield f"leaf {name_range(seq, leaf.seq)}: missing"
                seq = leaf.seq
            while record.seq < seq:
                yield f"record {record.seq}: has no leaf"
                record = next(records, END)
            if leaf.seq != seq:
                yield f"leaf {seq}: altered: it is not the canonical leaf of this number"
            elif record.seq == seq:
                yield from self.find_faults(leaf, record)
            elif leaf.code:
                self.absent += 1
                # the last pruning as a rule covers all
                old = any(seq <= upto and leaf.hour < before for upto, before in reversed(self.pruned))
                if seq not in self.erased and not (old and leaf.kind in (b"decision", b"withdraw")):
                    yield f"record {seq}: missing: no later leaf says that it was erased or pruned"
            record = next(records, END) if record.seq == seq else record
            seq, leaf = seq + 1, after
        yield from (f"record {each.seq}: has no leaf" for each in (record, *records) if each is not END)
        if self.checkpoints and seq != self.due:
            what = "cut off at the end" if seq < self.due else "added after the last checkpoint"
            yield f"leaf {name_range(min(seq, self.due), max(seq, self.due))}: {what}"

    def find_faults(self, leaf: Leaf, record: Record) -> Iterator[str]:
        seq, payload, salt, person, person_salt = record
        if not self.fits(leaf.code, salt, payload):
            yield f"record {seq}: altered: its salt and payload are not what its leaf commits to"
            return
        if seq in self.erased:
            yield f"record {seq}: present, though a later leaf says that it was erased"
        try:
            said = self.read_payload(payload) if leaf.kind != b"audit" else {}
            code, bare = said.get("person"), person is None and person_salt is None
            if code is None and not bare:
                yield f"record {seq}: a personal part that its payload does not commit to"
            elif code is not None and bare != (seq in self.unlinked):
                what = "missing: no" if bare else "present, though a"
                yield f"record {seq}: personal part {what} later leaf unlinks it"
            elif code is not None and not bare and not self.fits(code.encode(), person_salt, person):
                yield f"record {seq}: personal part altered: it is not what its payload commits to"
            for name in (said.get("banner"), *said.get("shown", {}).values()):
                if name and name not in self.shown:
                    self.shown.add(name)  # said once
                    yield f"shown {name}: missing: record {seq} says that it was shown"
        except (ValueError, TypeError, AttributeError, RecursionError):
            yield f"record {seq}: its payload has no form that is known"

    def fits(self, code: bytes, salt: str | None, said: str | None) -> bool:
        """Whether this is the commitment. A salt of another length could take its end from what is said."""
        if salt is None or said is None or not re.fullmatch("[0-9a-f]{64}", salt):
            return False
        whole = b"cookiegate/commit/v1\0" + bytes.fromhex(salt) + said.encode("utf-8", "surrogatepass")
        return b64encode(sha256(whole).digest()) == code

    def compare_roots(self) -> Iterator[str]:
        agreed = 0
        for each in sorted(self.checkpoints, key=lambda each: each.size):
            if self.roots.get(each.size) == each.root:
                agreed = each.size
            elif each.size in self.roots:  # else they were cut off
                yield f"checkpoint {each.file!r}: leaf {name_range(agreed, each.size)}: not all is as it was signed"


class Bundle(Comparison):
    """An export in a folder, and more checkpoints that it has to agree with."""

    def __init__(self, folder: Path, *more: Path) -> None:
        super().__init__()
        self.folder = folder
        self.notes = [folder / "checkpoint.txt", *sorted(folder.glob("checkpoints/*.txt")), *more]
        self.problems: list[str] = []  # lines that are no records

    def check(self) -> Iterator[str]:
        """Every finding, as it is found. OSError where a file cannot be read."""
        self.keys = (self.folder / "key.txt").read_bytes()
        for path, note in [(path, path.read_bytes()) for path in self.notes]:
            try:
                self.add_checkpoint(read_checkpoint(path.name, note, self.keys))
            except ValueError as problem:
                yield f"checkpoint {path.name!r}: {problem}"
        for path in sorted(self.folder.glob("shown/*")):
            self.shown.add(path.name)
            if sha256(path.read_bytes()).hexdigest() != path.name:
                yield f"shown {path.name}: altered: its SHA-256 is not its name"
        with open(self.folder / "leaves.jsonl", "rb") as leaves, open(self.folder / "records.jsonl", "rb") as records:
            self.note_removals(read_leaf(line.rstrip(b"\n")) for line in leaves if line[:4] != b'{"c"')
            leaves.seek(0)
            yield from self.compare_records(self.read_leaves(leaves), self.read_records(records))
        yield from self.problems
        yield from self.compare_roots()

    def read_leaves(self, file: Iterable[bytes]) -> Iterator[Leaf]:
        """The leaves; their hashes join the tree as they pass (RFC 6962 section 2.1)."""
        wanted = {each.size for each in self.checkpoints}
        stack: list[bytes] = []  # the roots of perfect subtrees, the largest first
        for line in file:
            text = line[:-1] if line.endswith(b"\n") else line
            node, place = sha256(b"\0" + text).digest(), self.size
            while place & 1:
                node, place = sha256(b"\1" + stack.pop() + node).digest(), place >> 1
            stack.append(node)
            self.size += 1
            if self.size in wanted:
                self.roots[self.size] = reduce(lambda right, left: sha256(b"\1" + left + right).digest(), stack[::-1])
            yield read_leaf(text)

    def read_records(self, file: Iterable[bytes]) -> Iterator[Record]:
        last = -1
        for line in file:
            try:
                pairs = decode_pairs(line.decode())
                record = Record(**dict(pairs))
                whole = all(type(value) is (int if name == "seq" else str) for name, value in pairs)
            except (ValueError, TypeError, RecursionError):
                whole = False
            if not whole or len(dict(pairs)) < len(pairs):
                self.problems.append(f"records.jsonl: after record {last}: a line that is no record")
            elif record.seq <= last:
                self.problems.append(f"record {record.seq}: stands twice or out of order, after record {last}")
            else:
                last = record.seq
                yield record


def name_range(begin: int, end: int) -> str:
    return f"{begin} to {end - 1}" if end - begin > 1 else str(begin)


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    bundle, count = Bundle(*map(Path, arguments)), 0
    try:
        for finding in bundle.check():
            count += 1
            print(finding)
    except OSError as error:
        print(f"could not check: {error}", file=sys.stderr)
        return 2
    keys = bundle.keys.decode("utf-8", "replace").split()
    print(f"{bundle.size} leaves, {bundle.absent} records absent, {len(bundle.checkpoints)} checkpoints, key {keys}")
    print(f"findings: {count}" if count else "nothing found: all is as it was signed")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

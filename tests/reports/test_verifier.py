"""The verifier that goes with every export: alone, and against every way of changing what it is given."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cookiegate import consent
from cookiegate.consent import canonical, commit, write_erase_leaf, write_leaf, write_prune_leaf
from cookiegate.reports import verifier

ORIGIN = "www.lumikello.example/consents"
KEY = consent.SigningKey.generate(ORIGIN)
SIZE, ERASE, PRUNE, POLICY, OLD = 30, 20, 25, 10, 12
ABSENT = {0, 1, 2, 3, 5, 15}  # up to 3 pruned, the others erased
PRESENT = [seq for seq in range(SIZE) if seq not in ABSENT | {ERASE, PRUNE}]

# RFC 8032 section 7.1: public key, text, the two halves of the signature.
VECTORS = """
d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a -
e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24
655141438e7a100b
3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c 72
92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee
b00d291612bb0c00
fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025 af82
6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d
c027beceea1ec40a
""".split()
ORDER = 2**252 + 27742317777372353535851937790883648493


def payload(seq: int) -> bytes:
    return canonical({"id": f"Äx{seq}", "states": {"statistics": "given"}, "time": 1_795_000_000_123 + seq})


def salt(seq: int) -> bytes:
    return hashlib.sha256(b"salt%d" % seq).digest()


def write_any_leaf(seq: int) -> bytes:
    if seq == ERASE:
        return write_erase_leaf(seq, 498_612, [15, 5])
    if seq == PRUNE:
        return write_prune_leaf(seq, 498_613, 3, 498_612, "decisions")
    return write_leaf("policy" if seq == POLICY else "decision", seq, 498_611, commit(salt(seq), payload(seq)))


LEAVES = [write_any_leaf(seq) for seq in range(SIZE)]


def write_record(seq: int, said: bytes | None = None) -> bytes:
    return canonical({"payload": (said or payload(seq)).decode(), "salt": salt(seq).hex(), "seq": seq})


def sign(leaves: list[bytes], *, key: consent.SigningKey = KEY, origin: str = ORIGIN) -> bytes:
    frontier = consent.Frontier()
    frontier.extend(map(consent.hash_leaf, leaves))
    return consent.sign_checkpoint(consent.Checkpoint(origin, frontier.size, frontier.root()), key)


def join(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "leaves.jsonl").write_bytes(join(LEAVES))
    (folder / "records.jsonl").write_bytes(join([write_record(seq) for seq in PRESENT]))
    (folder / "checkpoint.txt").write_bytes(sign(LEAVES))
    (folder / "checkpoints" / "old.txt").write_bytes(sign(LEAVES[:OLD]))
    (folder / "key.txt").write_text(f"{KEY.verifier}\n")
    return folder


def find(folder: Path, *more: Path) -> list[str]:
    return list(verifier.Bundle(folder, *more).check())


def swap(folder: Path, line: bytes, *others: bytes) -> None:
    """Put other lines, or none, where this leaf or record is."""
    for file in (folder / "leaves.jsonl", folder / "records.jsonl"):
        file.write_bytes(file.read_bytes().replace(line + b"\n", join([*others])))


def test_it_runs_alone_where_nothing_is_installed(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "verifier.py"
    copy.write_bytes(Path(verifier.__file__).read_bytes())
    ast.parse(copy.read_bytes(), feature_version=(3, 8))
    # -I and -S: no packages, no environment, not this folder
    command = [sys.executable, "-I", "-S", "-W", "error", str(copy), str(bundle)]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert f"30 leaves, 6 records absent, 2 checkpoints, key ['{KEY.verifier}']" in said.stdout
    swap(bundle, write_record(17), write_record(17, payload(18)))
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout.startswith("record 17: altered: ")
    assert "findings: 1" in said.stdout


def test_an_untouched_bundle_and_an_empty_one_have_no_findings(bundle: Path) -> None:
    assert find(bundle) == []
    (bundle / "leaves.jsonl").write_bytes(b"")
    (bundle / "records.jsonl").write_bytes(b"")
    (bundle / "checkpoint.txt").write_bytes(sign([]))
    (bundle / "checkpoints" / "old.txt").unlink()
    assert find(bundle) == []


@pytest.mark.parametrize("seq", PRESENT)
def test_an_altered_record_is_named(bundle: Path, seq: int) -> None:
    swap(bundle, write_record(seq), write_record(seq, payload(seq).replace(b"given", b"taken")))
    assert [finding.partition(": its")[0] for finding in find(bundle)] == [f"record {seq}: altered"]


def test_a_salt_cannot_take_a_byte_of_the_payload_nor_be_another(bundle: Path) -> None:
    whole, said = salt(17) + payload(17), payload(17).decode()
    salts = [
        (whole[33:].decode(), whole[:33].hex()),
        (said, salt(18).hex()),
        (said, salt(17).hex().upper()),
        (said, ""),
    ]
    for text, code in salts:
        swap(bundle, write_record(17), canonical({"payload": text, "salt": code, "seq": 17}))
        assert [finding[:18] for finding in find(bundle)] == ["record 17: altered"]


@pytest.mark.parametrize("seq", [4, POLICY, 29])
def test_a_record_that_is_gone_is_named(bundle: Path, seq: int) -> None:
    swap(bundle, write_record(seq))
    assert [finding.partition(": no")[0] for finding in find(bundle)] == [f"record {seq}: missing"]


def test_a_record_that_should_not_be_there_is_named(bundle: Path) -> None:
    swap(bundle, write_record(6), write_record(5), write_record(6))
    swap(bundle, write_record(21), write_record(ERASE), write_record(21))
    swap(bundle, write_record(29), write_record(29), write_record(31))
    assert [finding[:17] for finding in find(bundle)] == ["record 5: present", "record 20: altere", "record 31: has no"]


NO_RECORDS = [
    b"", b"{", b"null", b"\xff", b"[" * 100_000,
    b'{"payload":"","salt":"00","seq":true}',
    b'{"payload":"","salt":"00","seq":1.0}', b'{"payload":"","salt":0,"seq":1}', b'{"payload":"","salt":null,"seq":1}',
    b'{"payload":{},"salt":"00","seq":1}', b'[{"payload":""}]', b'{"payload":"","person":1,"salt":"00","seq":1}',
    write_record(17)[:-1] + b',"seq":17}', write_record(17)[:-1] + b',"z":1}',
]  # fmt: skip


@pytest.mark.parametrize("line", NO_RECORDS, ids=lambda line: repr(line[:40]))
def test_a_line_that_is_no_record_is_named_and_the_record_missed(bundle: Path, line: bytes) -> None:
    swap(bundle, write_record(17), line)
    first, second = sorted(find(bundle))
    assert first.startswith("record 17: missing")
    assert second == "records.jsonl: after record 16: a line that is no record"


def test_a_record_twice_or_out_of_order_is_named(bundle: Path) -> None:
    swap(bundle, write_record(18), write_record(17), write_record(18))
    assert [finding.partition(" or")[0] for finding in find(bundle)] == ["record 17: stands twice"]


@pytest.mark.parametrize("seq", range(SIZE))
def test_an_altered_time_of_a_leaf_shows_between_two_checkpoints(bundle: Path, seq: int) -> None:
    swap(bundle, LEAVES[seq], LEAVES[seq].replace(b'"t":4986', b'"t":4985'))
    both, later = ["'old.txt': leaf 0 to 11", "'checkpoint.txt': leaf 0 to 29"], ["'checkpoint.txt': leaf 12 to 29"]
    assert [finding.partition(": not")[0][len("checkpoint ") :] for finding in find(bundle)] == (
        both if seq < OLD else later
    )


NO_LEAVES = [
    LEAVES[17].replace(b":", b": "), LEAVES[17].replace(b":17", b":18"), LEAVES[17].replace(b":17", b":3"),
    LEAVES[17].replace(b":17", b":99999999"), LEAVES[17].replace(b"decision", b"visit"), LEAVES[17] + b"\r",
    b"", b"\xff", b"{}",
]  # fmt: skip


@pytest.mark.parametrize("line", NO_LEAVES)
def test_a_leaf_that_is_not_canonical_or_has_another_number_is_named_alone(bundle: Path, line: bytes) -> None:
    swap(bundle, LEAVES[17], line)
    starts = ["leaf 17", "checkpoint 'checkpoint.txt': leaf 12 to 29"]
    assert [finding.partition(": alt")[0].partition(": not")[0] for finding in find(bundle)] == starts


def test_an_erasure_of_what_comes_later_covers_nothing(bundle: Path) -> None:
    swap(bundle, write_record(22))
    swap(bundle, LEAVES[ERASE], LEAVES[ERASE].replace(b"[5,15]", b"[5,15,22]"))
    starts = [finding[:9] for finding in find(bundle)]
    assert starts == ["record 5:", "record 15", "leaf 20: ", "record 22", "checkpoin"]


def test_a_leaf_taken_out_is_named_and_those_after_it_are_not(bundle: Path) -> None:
    swap(bundle, LEAVES[17])
    assert find(bundle) == ["leaf 17: missing", "record 17: has no leaf"]
    swap(bundle, LEAVES[18])
    assert find(bundle)[0] == "leaf 17 to 18: missing"


def test_a_leaf_put_in_between_is_named(bundle: Path) -> None:
    for line in (LEAVES[3], b"x", LEAVES[17]):
        swap(bundle, LEAVES[17], line, LEAVES[17])
        first, second = find(bundle)
        assert first.startswith(("leaf 17: another line", "leaf 18: another line"))
        assert second.startswith("checkpoint 'checkpoint.txt': leaf 12 to 29")
        (bundle / "leaves.jsonl").write_bytes(join(LEAVES))


@pytest.mark.parametrize("count", [0, 1, 11, 12, 28, 29])
def test_a_tail_that_was_cut_off_is_named(bundle: Path, count: int) -> None:
    (bundle / "leaves.jsonl").write_bytes(join(LEAVES[:count]))
    (bundle / "records.jsonl").write_bytes(join([write_record(seq) for seq in PRESENT if seq < count]))
    assert f"leaf {'29' if count == 29 else f'{count} to 29'}: cut off at the end" in find(bundle)


def test_a_tail_that_nobody_signed_is_named(bundle: Path) -> None:
    swap(bundle, LEAVES[29], LEAVES[29], write_prune_leaf(30, 498_613, 29, 0, "decisions"))
    assert find(bundle) == ["leaf 30: added after the last checkpoint"]


def test_a_checkpoint_from_elsewhere_shows_a_ledger_made_anew(bundle: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(sign(LEAVES[:28]))
    assert find(bundle, kept) == []
    kept.write_bytes(sign([*LEAVES[:27], LEAVES[0]]))
    assert [finding[:32] for finding in find(bundle, kept)] == ["checkpoint 'kept.txt': leaf 12 t"]
    kept.write_bytes(sign([*LEAVES, LEAVES[0]]))
    assert find(bundle, kept) == ["leaf 30: cut off at the end"]
    kept.write_bytes(sign(LEAVES[:28], origin="other.example"))
    assert find(bundle, kept) == ["checkpoint 'kept.txt': of another ledger"]


def test_a_checkpoint_that_was_altered_or_signed_by_another_is_named(bundle: Path) -> None:
    whole, other = (bundle / "checkpoint.txt").read_bytes(), consent.SigningKey.generate(ORIGIN)
    altered = whole.replace(b"\n30\n", b"\n29\n")
    for note in (altered, sign(LEAVES, key=other), whole[:-20], b"", b"\xff\n\n\n", b"a\n\n" + whole):
        (bundle / "checkpoint.txt").write_bytes(note)
        assert any(finding.startswith("checkpoint 'checkpoint.txt': ") for finding in find(bundle)), note
    (bundle / "checkpoint.txt").write_bytes(whole + sign(LEAVES, key=other).rpartition(b"\n\n")[2])
    assert find(bundle) == []


@pytest.mark.parametrize("key", ["{another}", "", "a+b", "ä"])
def test_another_key_fits_no_checkpoint(bundle: Path, key: str) -> None:
    (bundle / "key.txt").write_text(key.format(another=consent.SigningKey.generate(ORIGIN).verifier), "utf-8")
    assert [finding[:15] for finding in find(bundle)] == ["checkpoint 'che", "checkpoint 'old"]


@pytest.mark.parametrize("name", ["leaves.jsonl", "records.jsonl", "checkpoint.txt", "key.txt"])
def test_what_cannot_be_read_cannot_be_checked(bundle: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier.main([str(bundle), str(bundle / "checkpoints" / "old.txt")]) == 0
    (bundle / name).unlink()
    assert verifier.main([str(bundle)]) == 2
    assert name in capsys.readouterr().err


def test_misuse_has_its_own_exit_status(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier.main([str(tmp_path / "nowhere")]) == 2
    assert verifier.main([str(bundle), str(tmp_path / "nowhere")]) == 2
    assert verifier.main([]) == 2
    assert "FOLDER [CHECKPOINT]..." in capsys.readouterr().err


@pytest.mark.parametrize("at", range(0, len(VECTORS), 4))
def test_ed25519_by_the_vectors_of_the_rfc(at: int) -> None:
    public, text, *signature = VECTORS[at : at + 4]
    key, said, signed = map(bytes.fromhex, (public, text.strip("-"), "".join(signature)))
    assert verifier.verify_signature(key, said, signed)
    assert not verifier.verify_signature(key, said + b"x", signed)
    s = int.from_bytes(signed[32:], "little") + ORDER  # the same scalar, spelled otherwise
    assert not verifier.verify_signature(key, said, signed[:32] + s.to_bytes(32, "little"))
    for wrong in (b"", signed[:-1], signed + b"\0", bytes(64), b"\xff" * 64):
        assert not verifier.verify_signature(key, said, wrong)
    for wrong in (b"", key[:-1], b"\xff" * 32, bytes(32), b"\x01" + bytes(30) + b"\x80"):
        assert not verifier.verify_signature(wrong, said, signed)


def test_ed25519_agrees_with_cryptography() -> None:
    for seed in range(6):
        private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % seed).digest())
        public, text = private.public_key().public_bytes_raw(), b"x" * seed
        signature = private.sign(text)
        assert verifier.verify_signature(public, text, signature)
        for place in range(seed, 64, 9):
            forged = bytearray(signature)
            forged[place] ^= 1 << seed
            with pytest.raises(InvalidSignature):
                private.public_key().verify(bytes(forged), text)
            assert not verifier.verify_signature(public, text, bytes(forged))

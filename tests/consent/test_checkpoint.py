"""Checkpoints are notes that others' tools read, and hold for nothing but what was signed."""

from __future__ import annotations

import base64
import dataclasses
import hashlib

import pytest

from cookiegate.consent import EMPTY_ROOT, Checkpoint, SigningKey, VerifierKey, read_checkpoint, sign_checkpoint
from cookiegate.errors import LedgerError

# The example of Go's sumdb/note: its key, its text, and what the key signed.
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

ORIGIN = "www.lumikello.example/consents"
CHECKPOINT = Checkpoint(ORIGIN, 1234, hashlib.sha256(b"root").digest())
KEY, OTHER = SigningKey.generate(ORIGIN), SigningKey.generate("witness.example/w1")
NOTE = sign_checkpoint(CHECKPOINT, KEY)
KEYS = [KEY.verifier]


def sign_text(text: str, *keys: SigningKey) -> bytes:
    """Any text as a note, well signed."""
    lines = [
        f"— {key.verifier.name} {base64.b64encode(key.verifier.id + key.sign(text.encode())).decode()}\n"
        for key in keys or (KEY,)
    ]
    return (text + "\n" + "".join(lines)).encode()


def test_keys_and_signatures_are_those_of_go() -> None:
    key = SigningKey.read(GO_SECRET)
    assert key.secret_text() == GO_SECRET
    assert str(key.verifier) == GO_KEY
    assert VerifierKey.read(GO_KEY) == key.verifier
    signature = base64.b64decode(GO_SIGNATURE)
    assert key.verifier.id == signature[:4]
    assert key.sign(GO_TEXT.encode()) == signature[4:]
    assert key.verifier.verifies(signature[4:], GO_TEXT.encode())
    assert not key.verifier.verifies(signature[4:], GO_TEXT.encode() + b"\n")


def test_a_checkpoint_is_a_signed_note() -> None:
    text, _, signatures = NOTE.decode().partition("\n\n")
    assert text == f"{ORIGIN}\n1234\n{base64.b64encode(CHECKPOINT.root).decode()}"
    dash, name, code = signatures.split(" ")
    assert (dash, name) == ("—", ORIGIN)
    data = base64.b64decode(code)
    assert data[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + KEY.verifier.public).digest()[:4]
    assert KEY.verifier.verifies(data[4:], f"{text}\n".encode())
    assert len(data) == 68


@pytest.mark.parametrize("size", [0, 1, 10**12])
def test_what_was_signed_is_read_again(size: int) -> None:
    checkpoint = Checkpoint("Lumikellon päätökset", size, EMPTY_ROOT)
    assert read_checkpoint(sign_checkpoint(checkpoint, KEY), KEYS) == checkpoint


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = sign_checkpoint(CHECKPOINT, OTHER, KEY)
    assert read_checkpoint(note, KEYS) == CHECKPOINT
    assert read_checkpoint(note, [OTHER.verifier]) == CHECKPOINT
    assert read_checkpoint(note, [KEY.verifier, OTHER.verifier, SigningKey.generate(ORIGIN).verifier]) == CHECKPOINT
    longer = base64.b64encode(bytes(2424)).decode()
    assert read_checkpoint(NOTE + f"— witness.example/pq {longer}\n".encode(), KEYS) == CHECKPOINT


def test_no_known_key_is_not_enough() -> None:
    for keys in (
        [],
        [OTHER.verifier],
        [SigningKey.generate(ORIGIN).verifier],
        [dataclasses.replace(KEYS[0], name="x")],
    ):
        with pytest.raises(LedgerError, match="none of the known keys"):
            read_checkpoint(NOTE, keys)


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    wrong = base64.b64encode(OTHER.verifier.id + bytes(64)).decode()
    note = NOTE + f"— {OTHER.verifier.name} {wrong}\n".encode()
    assert read_checkpoint(note, KEYS) == CHECKPOINT
    with pytest.raises(LedgerError, match="does not verify"):
        read_checkpoint(note, [KEY.verifier, OTHER.verifier])
    for length in (1, 63, 65):
        code = base64.b64encode(KEY.verifier.id + bytes(length)).decode()
        with pytest.raises(LedgerError, match="does not verify"):
            read_checkpoint(NOTE + f"— {ORIGIN} {code}\n".encode(), KEYS)


def test_a_flipped_bit_anywhere_gives_nothing() -> None:
    for place in range(len(NOTE)):
        for bit in range(8):
            forged = bytearray(NOTE)
            forged[place] ^= 1 << bit
            with pytest.raises(LedgerError):
                read_checkpoint(bytes(forged), KEYS)


def test_a_note_cut_short_gives_nothing() -> None:
    for cut in range(len(NOTE)):
        with pytest.raises(LedgerError):
            read_checkpoint(NOTE[:cut], KEYS)
        with pytest.raises(LedgerError):
            read_checkpoint(NOTE[cut + 1 :], KEYS)


def test_extension_lines_are_allowed() -> None:
    text = NOTE.decode().partition("\n\n")[0] + "\nmore\n"
    assert read_checkpoint(sign_text(text), KEYS) == CHECKPOINT


ROOT = base64.b64encode(EMPTY_ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"o\n1\n{ROOT}",
        f"o\n1\n{ROOT}\n\n",
        f"\n1\n{ROOT}\n",
        f"o\n\n1\n{ROOT}\n",
        f"1\n{ROOT}\n",
        "o\n1\n",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n١\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n1 \n{ROOT}\n",
        f"o\r\n1\r\n{ROOT}\r\n",
        f"o\x00\n1\n{ROOT}\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-4]}\n",
        f"o\n1\n{ROOT[:-2]}V=\n",
        f"o\n1\n{ROOT}{ROOT}\n",
        f"o\n1\n{EMPTY_ROOT.hex()}\n",
        f"o\n1\n{'ä' * 44}\n",
    ],
)
def test_a_well_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError):
        read_checkpoint(sign_text(text), KEYS)


@pytest.mark.parametrize(
    "line",
    [
        b"\xff",
        b"\n",
        b"-- a b\n",
        b"\xe2\x80\x94 a\n",
        b"\xe2\x80\x94 a AAAAAA==\n",
        b"\xe2\x80\x94 a AAAAAAA\n",
        b"x" * 10**6,
    ],
)
def test_a_malformed_signature_line_spoils_the_note(line: bytes) -> None:
    with pytest.raises(LedgerError):
        read_checkpoint(NOTE + line, KEYS)


def test_a_key_name_that_cannot_be_spoils_the_note() -> None:
    for name in ("a+b", "a\u2003b", "a\x0bb", ""):
        with pytest.raises(LedgerError):
            read_checkpoint(NOTE + f"— {name} AAAAAAAA\n".encode(), KEYS)


@pytest.mark.parametrize(
    "checkpoint",
    [
        CHECKPOINT._replace(origin=""),
        CHECKPOINT._replace(origin="a\nb"),
        CHECKPOINT._replace(origin="a\tb"),
        CHECKPOINT._replace(origin="\ud800"),
        CHECKPOINT._replace(size=-1),
        CHECKPOINT._replace(size=10**15),
        CHECKPOINT._replace(root=b""),
        CHECKPOINT._replace(root=bytes(33)),
    ],
    ids=str,
)
def test_what_cannot_be_read_again_is_not_signed(checkpoint: Checkpoint) -> None:
    with pytest.raises(LedgerError):
        sign_checkpoint(checkpoint, KEY)


def test_nobody_signs_is_not_signed() -> None:
    with pytest.raises(LedgerError):
        sign_checkpoint(CHECKPOINT)


def test_keys_come_back_from_their_text() -> None:
    for _ in range(20):  # base64 has a "+" now and then
        key = SigningKey.generate(ORIGIN)
        assert VerifierKey.read(str(key.verifier)) == key.verifier
        assert SigningKey.read(key.secret_text()).sign(b"x") == key.sign(b"x")


def test_a_key_that_is_not_whole_is_refused_and_not_quoted() -> None:
    for read, text in ((VerifierKey.read, GO_KEY), (SigningKey.read, GO_SECRET)):
        broken = [text[:cut] for cut in range(len(text))] + [text[cut:] for cut in range(1, len(text))]
        broken += [text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :] for at in range(len(text))]
        for each in [
            *broken,
            text + "\n",
            text + "A",
            text.replace("+A", "+E"),
            text.replace("c74f20a3", "C74F20A3"),
        ]:
            assert each != text
            with pytest.raises(LedgerError) as refusal:
                read(each)
            assert text[-20:] not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "\x7f\x00", "\ud800"])
def test_a_name_that_a_note_cannot_carry_names_no_key(name: str) -> None:
    with pytest.raises(LedgerError):
        SigningKey.generate(name)


def test_the_secret_shows_only_where_it_is_asked_for() -> None:
    secret = KEY.secret_text().split("+", 4)[4]
    assert secret not in repr(KEY) + str(KEY)

"""Compressed pages: opened whatever the pieces, closed again readable, and never more than they may be."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from cookiegate.gate import CodingError, offer_codings
from cookiegate.gate.coding import open_coding

TEXT = "Älä seuraa minua. ".encode() * 5000


def deflate_raw(data: bytes) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return made.compress(data) + made.flush()


MAKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip ", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", deflate_raw),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
}
OPENERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
_DEFLATED = ("gzip", "deflate", "raw deflate")
every_coding = pytest.mark.parametrize(("name", "make"), MAKERS.values(), ids=MAKERS)


def read(name: str, data: bytes, size: int) -> bytes:
    opened = open_coding(name.encode())
    assert opened
    out = [opened[0].feed(data[at : at + size]) for at in range(0, len(data), size)]
    opened[0].close()
    return b"".join(out)


@every_coding
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_body_is_opened_whatever_its_pieces(name: str, make: Callable[[bytes], bytes], size: int) -> None:
    assert read(name, make(TEXT), size) == TEXT


@every_coding
def test_a_body_that_was_cut_off_is_never_whole(name: str, make: Callable[[bytes], bytes]) -> None:
    data = make(TEXT)
    for cut in (1, 5, len(data) // 2, len(data) - 1):
        with pytest.raises(CodingError):
            read(name, data[:cut], 64)


@every_coding
def test_a_body_that_is_not_what_it_says_raises(name: str, make: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CodingError):
        read(name, b"\xff<html>" * 50, 64)


@every_coding
def test_a_bomb_is_stopped_before_it_is_in_memory(name: str, make: Callable[[bytes], bytes]) -> None:
    bomb = make(bytes(80 * 1024 * 1024))
    opened = open_coding(name.encode())
    assert opened
    came = 0
    tracemalloc.start()
    try:
        error: CodingError | None = None
        for at in range(0, len(bomb), 64):
            try:
                came += len(opened[0].feed(bomb[at : at + 64]))
            except CodingError as raised:
                error = raised
                break
        assert "64 MiB" in str(error)
        assert came <= 64 * 1024 * 1024
        assert tracemalloc.get_traced_memory()[1] < 100 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("behind", [b"\0" * 8, b"\n", b"\x1f", b"\x1f\x8bx", b"<script>"])
@pytest.mark.parametrize("size", [1, 5, 1 << 20])
@pytest.mark.parametrize(("name", "make"), [MAKERS[each] for each in _DEFLATED], ids=_DEFLATED)
def test_what_stands_behind_the_end_is_ignored(
    name: str, make: Callable[[bytes], bytes], size: int, behind: bytes
) -> None:
    assert read(name, make(b"one") + behind, size) == b"one"


def test_bodies_in_several_members_are_read_to_the_end() -> None:
    for size in (1, 2, 5, 1 << 20):
        assert read("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), size) == b"one two"
    frame = zstandard.ZstdCompressor().compress
    assert read("zstd", frame(b"one ") + frame(b"two"), 1 << 20) == b"one two"
    assert read("zstd", frame(b"one ") + frame(b"two"), 1) == b"one two"
    with pytest.raises(CodingError):
        read("gzip", gzip.compress(b"one ") + gzip.compress(b"two")[:-3], 5)


@pytest.mark.parametrize("name", OPENERS)
def test_what_is_closed_again_can_be_opened_and_every_piece_leaves_at_once(name: str) -> None:
    opened = open_coding(name.encode())
    assert opened
    reader, closer = open_coding(name.encode()) or opened, opened[1]
    out = []
    for piece in (b"first ", b"", b"second " * 100, "é".encode()):
        sent = closer.feed(piece)
        assert reader[0].feed(sent) == piece
        out.append(sent)
    assert out[1] == b""
    assert OPENERS[name](b"".join(out) + closer.close()) == b"first " + b"second " * 100 + "é".encode()


@pytest.mark.parametrize("name", [b"gzip, br", b"compress", b"dcb", b"", b"identity", b"gzip;q=1"])
def test_what_cannot_be_opened_is_not_tried(name: bytes) -> None:
    assert open_coding(name) is None


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        (b"gzip, deflate, br, zstd", b"gzip, deflate, br, zstd"),
        (b"gzip;q=0.5, dcb, compress, BR;q=1", b"gzip;q=0.5, BR;q=1"),
        (b"*", b"identity"),
        (b"", b"identity"),
        (b"dcz", b"identity"),
        (b"identity;q=0, gzip", b"identity;q=0, gzip"),
    ],
)
def test_only_what_can_be_opened_is_asked_for(asked: bytes, offered: bytes) -> None:
    assert offer_codings(asked) == offered

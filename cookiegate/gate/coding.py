"""Content codings: a compressed page is opened, rewritten, and closed again in the same coding."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any, Protocol

from ..errors import CookiegateError

_LARGEST = 64 * 1024 * 1024  # bytes a page may have once opened
_GZIP = b"\x1f\x8b\x08"  # how a member begins
_PIECE = 256 * 1024  # bytes opened at a time, so that a bomb is noticed before it is in memory


class CodingError(CookiegateError):
    """A compressed body that is broken, cut off, opens to more than 64 MiB, or cannot be opened here."""


class Opener(Protocol):
    def feed(self, data: bytes) -> bytes: ...
    def close(self) -> None: ...


class Closer(Protocol):
    def feed(self, data: bytes) -> bytes: ...
    def close(self) -> bytes: ...


class _Inflate:
    """gzip and deflate. Some servers send deflate without its zlib header; both are read.

    Behind the end there may be one more gzip member (RFC 1952 section 2.2). Browsers ignore whatever else stands there.
    """

    def __init__(self, wbits: int) -> None:
        self._object = zlib.decompressobj(wbits)
        self._size = 0
        self._gzip = wbits > zlib.MAX_WBITS
        self._behind = b""  # the end, as much as tells whether another member begins
        self._begin: bytes | None = b"" if wbits == zlib.MAX_WBITS else None  # until two bytes tell the header

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        if self._begin is not None:
            data = self._begin + data
            self._begin = data if len(data) < 2 else None
            if self._begin is not None:
                return b""
            if data[0] & 15 != 8 or (data[0] * 256 + data[1]) % 31:  # RFC 1950 section 2.2
                self._object = zlib.decompressobj(-zlib.MAX_WBITS)
        while data:
            if self._object.eof and not self._begins_again(data):
                break
            data, self._behind = self._behind + data, b""
            try:
                piece = self._object.decompress(data, _PIECE)
            except zlib.error as error:
                raise CodingError(f"the body is not what its Content-Encoding says: {error}") from None
            self._size = _grow(self._size, piece)
            out.append(piece)
            data = self._object.unused_data if self._object.eof else self._object.unconsumed_tail
        return b"".join(out)

    def _begins_again(self, data: bytes) -> bool:
        """Whether what has come behind the end begins another member."""
        begin = self._behind + data
        if self._gzip and begin.startswith(_GZIP):
            self._object = zlib.decompressobj(zlib.MAX_WBITS + 16)
            return True
        self._behind = begin[: len(_GZIP)]
        return False

    def close(self) -> None:
        if not self._object.eof:
            raise CodingError("the compressed body was cut off")


class _Deflate:
    def __init__(self, wbits: int) -> None:
        self._object = zlib.compressobj(5, zlib.DEFLATED, wbits)

    def feed(self, data: bytes) -> bytes:
        # flushed each time: what the site streams must not wait in a buffer
        return self._object.compress(data) + self._object.flush(zlib.Z_SYNC_FLUSH) if data else b""

    def close(self) -> bytes:
        return self._object.flush()


class _Unbrotli:
    def __init__(self) -> None:
        import brotli

        self._object: Any = brotli.Decompressor()
        self._error = brotli.error
        self._size = 0

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        try:
            piece = self._object.process(data, output_buffer_limit=_PIECE)
            while True:
                self._size = _grow(self._size, piece)
                out.append(piece)
                if self._object.can_accept_more_data():
                    break
                piece = self._object.process(b"", output_buffer_limit=_PIECE)
        except self._error as error:
            raise CodingError(f"the body is not what its Content-Encoding says: {error}") from None
        return b"".join(out)

    def close(self) -> None:
        if not self._object.is_finished():
            raise CodingError("the compressed body was cut off")


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._object: Any = brotli.Compressor(quality=4)

    def feed(self, data: bytes) -> bytes:
        return bytes(self._object.process(data) + self._object.flush()) if data else b""

    def close(self) -> bytes:
        return bytes(self._object.finish())


class _Unzstd:
    def __init__(self) -> None:
        import zstandard

        self._maker: Any = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024)
        self._object: Any = self._maker.decompressobj()
        self._error = zstandard.ZstdError
        self._size = 0

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        try:
            for at in range(0, len(data), 256):  # opens whole what it is given, so it is given little
                piece = data[at : at + 256]
                while piece:
                    if self._object.eof:  # several frames in a row (RFC 8878 section 3)
                        self._object = self._maker.decompressobj()
                    out.append(self._object.decompress(piece))
                    self._size = _grow(self._size, out[-1])
                    piece = self._object.unused_data
        except self._error as error:
            raise CodingError(f"the body is not what its Content-Encoding says: {error}") from None
        return b"".join(out)

    def close(self) -> None:
        if not self._object.eof:
            raise CodingError("the compressed body was cut off")


class _Zstd:
    def __init__(self) -> None:
        import zstandard

        self._object: Any = zstandard.ZstdCompressor(level=3).compressobj()
        self._flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK

    def feed(self, data: bytes) -> bytes:
        return bytes(self._object.compress(data) + self._object.flush(self._flush)) if data else b""

    def close(self) -> bytes:
        return bytes(self._object.flush())


def _grow(size: int, piece: bytes) -> int:
    size += len(piece)
    if size > _LARGEST:
        raise CodingError(f"the page opens to more than {_LARGEST // 1024 // 1024} MiB")
    return size


def _find_codings() -> dict[bytes, tuple[Any, Any]]:
    codings: dict[bytes, tuple[Any, Any]] = {
        b"gzip": (lambda: _Inflate(zlib.MAX_WBITS + 16), lambda: _Deflate(zlib.MAX_WBITS + 16)),
        b"deflate": (lambda: _Inflate(zlib.MAX_WBITS), lambda: _Deflate(zlib.MAX_WBITS)),
    }
    codings[b"x-gzip"] = codings[b"gzip"]
    try:
        import brotli  # noqa: F401

        codings[b"br"] = (_Unbrotli, _Brotli)
    except ImportError:
        pass
    try:
        import zstandard  # noqa: F401

        codings[b"zstd"] = (_Unzstd, _Zstd)
    except ImportError:
        pass
    return codings


_CODINGS = _find_codings()


def open_coding(name: bytes) -> tuple[Opener, Closer] | None:
    """What opens and closes this coding, or None where it is not known here (then only the headers are gated)."""
    makers = _CODINGS.get(name.strip().lower())
    return (makers[0](), makers[1]()) if makers else None


def open_beginning(begun: bytes, coding: bytes | None, enough: int) -> bytes:
    """At least as much of it as is looked at; little by little, since little may open to much."""
    if coding is None or coding.strip().lower() in (b"", b"identity"):
        return begun
    head, opened = b"", open_coding(coding)
    if opened is None:
        raise CodingError(f"{coding.decode('latin-1')} cannot be opened here")
    for at in range(0, len(begun), enough):
        head += opened[0].feed(begun[at : at + enough])
        if len(head) >= enough:
            break
    return head


@lru_cache(maxsize=256)
def offer_codings(accept: bytes) -> bytes:
    """An Accept-Encoding header reduced to what can be opened here (RFC 9110 section 12.5.3)."""
    kept = [part for part in accept.split(b",") if part.partition(b";")[0].strip().lower() in _OFFERED]
    return b",".join(kept).strip() or b"identity"


_OFFERED = frozenset((*_CODINGS, b"identity"))

"""Pages in ISO-2022-JP, where escape sequences say what the bytes behind them are (WHATWG Encoding section 12.2).

No codec of Python's knows all that browsers read in it (rows 13 and 89 to 92, half-width katakana), and none has to:
what is no ASCII passes as characters for private use, one for each byte, and becomes the same bytes again.
"""

from __future__ import annotations

import codecs
import re

_ESCAPE = re.compile(rb"(\x1b(?:\([BJI]|\$[@B]))")
_UNFINISHED = re.compile(rb"\x1b[($]?\Z")
# What each escape begins; of the first two only what is not as in ASCII is set apart.
_BEGINS = [b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$B", b"\x1b$@"]
_ASCII, _ROMAN = 0, 1
_PRIVATE = 0xF0000
_TABLES = [
    {
        byte: _PRIVATE + (kind << 8) + byte
        for byte in range(256)
        if kind > _ROMAN or byte > 127 or byte == 0x1B or (kind == _ROMAN and byte in b"\\~")
    }
    for kind in range(len(_BEGINS))
]
_RUNS = re.compile(
    "|".join(f"([{chr(table[255] - 255)}-{chr(table[255])}]+)" for table in _TABLES) + "|[^\U000f0000-\U000f04ff]+"
)


class Japanese:
    """Reads as UTF-8 with its ASCII as it is, and writes what was read so."""

    def __init__(self) -> None:
        self._reads = self._writes = _ASCII
        self._begun = b""  # of an escape
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, data: bytes, final: bool) -> bytes:
        data = self._begun + data
        cut = None if final else _UNFINISHED.search(data)
        self._begun = cut[0] if cut else b""
        out = []
        for piece in _ESCAPE.split(data[: cut.start()] if cut else data):
            if piece in _BEGINS:
                self._reads = _BEGINS.index(piece)
            else:
                out.append(piece.decode("latin-1").translate(_TABLES[self._reads]))
        return "".join(out).encode()

    def write(self, data: bytes) -> bytes:
        out = []
        for run in _RUNS.finditer(self._decoder.decode(data)):
            kind = (run.lastindex or 1) - 1
            if kind != self._writes:
                out.append(_BEGINS[kind])
                self._writes = kind
            if run.lastindex:
                out.append(bytes(ord(character) & 255 for character in run[0]))
            else:
                out.append(run[0].encode("ascii", "xmlcharrefreplace"))  # what is ours
        return b"".join(out)

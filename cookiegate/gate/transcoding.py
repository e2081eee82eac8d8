"""Pages in the few encodings that do not contain ASCII."""

from __future__ import annotations

import codecs

from .japanese import Japanese

# Encodings that do not contain ASCII, by their labels (WHATWG Encoding section 4.2) and by their byte order marks.
TRANSCODED = dict.fromkeys(
    b"utf-16 utf-16le unicode ucs-2 csunicode iso-10646-ucs-2 unicodefeff".split(), "utf-16-le"
) | {
    b"utf-16be": "utf-16-be",
    b"unicodefffe": "utf-16-be",
    b"iso-2022-jp": "iso-2022-jp",
    b"csiso2022jp": "iso-2022-jp",
}
MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def open_encoding(name: str) -> Transcoder | Japanese:
    """What reads and writes one of these."""
    return Japanese() if name == "iso-2022-jp" else Transcoder(name)


class Transcoder:
    """Pages in the few encodings that do not contain ASCII are rewritten in UTF-8 and sent in their own again."""

    def __init__(self, name: str) -> None:
        self._decoder = codecs.getincrementaldecoder(name)("replace")
        self._encoder = codecs.getincrementalencoder(name)("replace")

    def read(self, data: bytes, final: bool) -> bytes:
        return self._decoder.decode(data, final).encode("utf-8", "surrogatepass")

    def write(self, data: bytes) -> bytes:
        return self._encoder.encode(data.decode("utf-8", "replace"))

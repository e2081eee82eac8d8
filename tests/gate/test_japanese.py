"""Pages in ISO-2022-JP: what is no ASCII keeps its bytes, also what no codec of Python's knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .gated import gate
from .site import CONTROL, FULL, GUARD

KIND = [("content-type", "text/html; charset=iso-2022-jp")]


@pytest.mark.parametrize(
    "text",
    [
        b"\x1b$B-!\x1b(B \x1b(I1\x1b(B",  # NEC's row 13, half-width katakana
        b"\x1b$B-!\x1b(I1<b\x1b$@0!\x1b(B",  # from one to another without ASCII between them
        b"\x1b$B<p>!\x1b(B",  # no markup, but half of characters
        b"\x1b(J\\~\x1b(B",  # yen and overline
        b"\x1b$B-\x1b(B x \xe4 \x1b$(D \x1b \x1b$B\n!!\x1b(B",  # broken
    ],
)
@pytest.mark.parametrize("size", [1, 2, 1 << 20])
def test_a_japanese_page_keeps_the_bytes_of_whatever_browsers_read_in_it(text: bytes, size: int) -> None:
    page = b"<title>" + text + b"</title><body><p title=" + text.replace(b" ", b"-") + b">" + text + b"</p></body>"
    out = gate(KIND, [page[at : at + size] for at in range(0, len(page), size)])
    assert out.body == page.replace(b"<title>", GUARD + b"<title>").replace(b"<body>", b"<body>" + CONTROL)


def test_what_is_ours_stands_in_ascii_wherever_a_japanese_page_breaks_off() -> None:
    ours = replace(FULL, control="<p>é".encode())
    assert gate(KIND, b"x\x1b$B<p", insertions=ours).body == GUARD + b"x\x1b$B<p\x1b(B<p>&#233;"
    roman = b"<title>\x1b(Jx</title><body>\\y</body>"
    assert gate(KIND, roman).body == GUARD + b"<title>x</title><body>" + CONTROL + b"\x1b(J\\\x1b(By</body>"

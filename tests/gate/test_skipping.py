"""The compiled scanner stops exactly where the expressions do, whatever it is given; they are the reference."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiegate.gate import skipping, syntax
from cookiegate.gate.rawtext import (
    LOOK_CLOSER,
    _find_end_of_script,
    find_end_of_raw,
    find_usual_end,
    find_usual_end_by_bytes,
)

from .test_html import PAYLOADS, generate, mutate
from .test_real_pages import PAGES

INPUTS = sorted((Path(__file__).resolve().parents[1] / "pages").glob("*.txt"))
COMPILED = (skipping.IN_HTML, skipping.INSIDE, skipping.IN_FOREIGN)
PLACES = tuple(zip(COMPILED, skipping.PURE, strict=True))
FRAGMENTS = 30_000
NAMES = (
    b"script style iframe frame frameset img image link meta base object embed applet source video audio track input "
    b"svg math noscript textarea title xmp noembed noframes plaintext body portal bgsound fencedframe foreignobject "
    b"desc annotation-xml mi mo mn ms mtext path g circle rect line polygon polyline ellipse defs text tspan stop mask "
    b"lineargradient radialgradient clippath symbol animate animatetransform animatemotion metadata switch marker "
    b"pattern filter mrow mstyle msup msub mfrac msubsup munder mover munderover mtable mtr mtd msqrt mroot mpadded "
    b"mspace semantics p a div span td h1 x-y"
).split()
ATTRIBUTES = (
    b"style background ping attributionsrc src srcset href xlink:href http-equiv http-equivx content class id "
    b"data-style xping sping stylex data-x d fill a b c s t z - c- C x=y"
).split()
VALUES = (b"", b"x", b"/", b"//", b"/a", b"/a/", b"a//b", b"//t.example/x", b"https://t.example/", b"a(b", b"&amp;",
          b"a:b", b"a\\b", b"a\tb", b"a\nb", b"a\rb", b"a\fb", b"a b", b"=", b">", b"<", b"a>b", b"'", b"M0 0",
          b"\x00", b"\xff", b"/>", b"refresh", b"<!--", b"</svg>")  # fmt: skip
GAPS = (b" ", b" ", b" ", b"\n", b"\r", b"\f", b"\t", b"/", b"  ", b" / ", b"")
EQUALS = (b"=", b"=", b"=", b"=", b" =", b"= ", b"\n=\t", b"==", b"")
QUOTES = (b'"', b'"', b'"', b"'", b"")
PIECES = (b"<", b">", b"/", b"=", b'"', b"'", b"-", b"!", b"?", b"<!", b"<?", b"</", b"<!-", b"<!--", b"-->", b"--!>",
          b"--!", b"<!-->", b"<!--->", b"<!---->", b"<!-- - -- -->", b"<!---!>", b"<!----!>", b"<!doctype html>",
          b"<![CDATA[", b"]]>", b"text", b" ", b"<<", b"<1", b"< ", b"</>", b"</ ", b"</1>", b"\x00", b"<\x00",
          b"<\xe9", b"\xe9", b"<A", b"<a", b"<svg", b"<svg>", b"</svg>", b"</SVG >", b"</svg/>", b"<g>", b"</g>",
          b"<path d='M0'/>", b" ping>", b' style="a" ping>', b' data-ping="a">', b"<p ",
          b' class="a b" ')  # fmt: skip
SHAPES = (b"g", b"path", b"rect", b"defs", b"tspan", b"LinearGradient")
DRAWN = (b"", b' d="M0/1"', b' d="M0/"', b" d='M0'", b" d='/'", b' fill="url(#a)"', b" d=x", b" d")
ENDINGS = (b">", b' class="a">', b' src="/a">', b" src='//a'>", b' src="a:b">', b"")


@pytest.fixture(autouse=True)
def compiled() -> None:
    if not skipping.NATIVE:
        assert os.environ.get("CI") != "true", "cookiegate.gate._native is not built: no compiler, or no Python.h"
        pytest.skip("cookiegate.gate._native is not built: install a C compiler and Python.h, then the package again")


def compare(text: bytes, position: int = 0) -> None:
    """Each place stops alike, and alike again behind every stop."""
    for native, pure in PLACES:
        at = position
        while at <= len(text):
            stop = pure(text, at)
            assert native(text, at) == stop, (text, at)
            at = max(stop[3], at + 1)


def write_attribute(chance: random.Random) -> bytes:
    quote = chance.choice(QUOTES)
    value = chance.choice(EQUALS) + quote + chance.choice(VALUES) + quote if chance.random() < 0.8 else b""
    return chance.choice(GAPS) + vary(chance.choice(ATTRIBUTES), chance) + value


def vary(name: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(12)
    return name.upper() if kind == 0 else name.title() if kind == 1 else name[:-1] if kind == 2 and name[1:] else name


def write_tag(chance: random.Random) -> bytes:
    name = vary(chance.choice(NAMES), chance)
    if chance.random() < 0.25:
        return b"</" + name + chance.choice((b">", b">", b" >", b"\n>", b"/>", b" a>", b"x>", b""))
    given = b"".join(write_attribute(chance) for _ in range(chance.choice((0, 1, 1, 2, 3, 5))))
    return b"<" + name + given + chance.choice((b">", b">", b">", b"/>", b" >", b""))


def write_icon(chance: random.Random) -> bytes:
    """Mostly one that may be passed as a whole."""
    parts = [b"<svg", *(b' width="9"' for _ in range(chance.randrange(2))), chance.choice((b">", b" >", b"/>"))]
    for _ in range(chance.randrange(4)):
        name = chance.choice((*SHAPES, chance.choice(NAMES)))
        given = chance.choice(DRAWN)
        parts += [b"<", name, given, b">", chance.choice((b"", b"text", b"</" + name + b" >"))]
    return b"".join((*parts, chance.choice((b"</svg>", b"</svg>", b"</SVG\n>", b""))))


def write_fragment(chance: random.Random) -> bytes:
    kinds = (write_tag, write_tag, write_icon, lambda chance: chance.choice(PIECES))
    text = b"".join(chance.choice(kinds)(chance) for _ in range(chance.randrange(1, 7)))
    return text[: chance.randrange(len(text) + 1)] if chance.random() < 0.4 else text


@pytest.mark.parametrize("file", INPUTS, ids=lambda file: file.stem)
def test_on_written_pages_wherever_they_are_cut(file: Path) -> None:
    text = file.read_bytes()
    compare(text)
    for end in range(max(0, len(text) - 400), len(text)):
        compare(text[:end], max(0, end - 80))


@pytest.mark.parametrize("name", PAGES)
def test_on_real_pages(name: str) -> None:
    compare(PAGES[name])


@pytest.mark.parametrize("seed", range(10))
def test_on_fragments_that_nobody_would_write(seed: int) -> None:
    chance = random.Random(seed)
    for number in range(FRAGMENTS // 10):
        compare(write_fragment(chance))
        if number % 4 == 0:
            compare(mutate(chance.choice(PAYLOADS), chance) + generate(chance))


def list_tags() -> Iterator[bytes]:
    for name in NAMES:
        for each in (name, name.upper(), name[:-1] or b"q", name + b"x", name[:1] + name[2:]):
            yield from (b"<" + each + rest for rest in ENDINGS)
            yield from (b"</" + each + rest for rest in (b">", b" >", b"/>", b""))
            yield b"<svg><" + each + b">x</" + each + b"></svg>"
    for name in ATTRIBUTES:
        for value in VALUES:
            for tag in (b"p", b"img", b"meta", b"path", b"svg"):
                given = (b'="%b"' % value, b"='%b'" % value, b"=%b" % value, b" = %b " % value)
                yield from (b"<" + tag + b" " + name + each + b"></svg>" for each in (*given, b"", b'="" ping'))


def test_on_every_name_and_every_value() -> None:
    for tag in list_tags():
        compare(tag)


def test_every_name_that_the_expressions_stop_at_is_tried() -> None:
    assert {name.encode() for name in syntax._SPECIAL} <= set(NAMES)


@pytest.mark.parametrize("position", [-5, 0, 3, 4, 99])
def test_a_position_outside_the_buffer_is_its_end(position: int) -> None:
    for native, pure in PLACES:
        assert native(b"a<b", position) == pure(b"a<b", position)


@pytest.mark.parametrize("arguments", [(), (b"",), (b"", 0, 0), ("", 0), (bytearray(), 0), (b"", "0"), (b"", 1.0)])
def test_what_is_no_buffer_or_no_position_is_a_type_error(arguments: tuple[object, ...]) -> None:
    for native in COMPILED:
        with pytest.raises(TypeError):
            native(*arguments)  # type: ignore[arg-type]


def test_without_it_the_expressions_answer() -> None:
    code = (
        "import sys; sys.modules['cookiegate.gate._native'] = None\n"
        "from cookiegate.gate import skipping\n"
        "assert not skipping.NATIVE and (skipping.IN_HTML, skipping.INSIDE, skipping.IN_FOREIGN) == skipping.PURE"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_both_find_the_same_end_of_a_script() -> None:
    chance = random.Random(20261122)
    pieces = [
        b"</script>",
        b"</script",
        b"</SCRIPT>",
        b"<!--",
        b"-->",
        b"<script>",
        b"</",
        b"<",
        b"a<b",
        b"x",
        b"</scrip",
    ]
    seen = set()
    for _ in range(20_000):
        text = b"".join(chance.choices(pieces, k=chance.randrange(6)))
        start = chance.randrange(len(text) + 1)
        by_bytes, native = find_usual_end_by_bytes(text, start), find_usual_end(text, start)
        # the native one may ask for a closer look, which then tells
        if native != LOOK_CLOSER:
            assert native == by_bytes, (text, start)
        assert find_end_of_raw(b"script", text, start) == _find_end_of_script(text, start), (text, start)
        seen.add(min(native, 0))
    assert seen == {0, -1, LOOK_CLOSER}

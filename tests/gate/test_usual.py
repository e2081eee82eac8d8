"""The short way to a decision decides what the long way decides."""

from __future__ import annotations

import random

import pytest

from cookiegate.consent import UNDECIDED
from cookiegate.gate import Allowance, Rules
from cookiegate.gate.tags import decide
from cookiegate.gate.usual import decide_tag

from .site import POLICY, REFUSED

STOOD_IN = Rules(POLICY, stand_ins={"laskuri": "/ours.js"}).allowance(UNDECIDED, "/")

ELEMENTS = [b"script", b"link", b"img", b"iframe", b"source", b"IMG", b"Script"]
ADDRESSES = [
    b"https://laskuri.example/l.js",
    b"//t.example/x?a=1&amp;b=2",
    b"/own.js",
    b"",
    b"https://t.example/a b",
    b"data:,x",
    b"https&#58;//t.example/x",
    b"/mittari/x.js",
    b"  //t.example/y",
]
PIECES = [
    b" async",
    b' type="module"',
    b' type="text/template"',
    b" type=module",
    b' rel="stylesheet"',
    b' rel="preconnect"',
    b' rel="canonical"',
    b' class="a b"',
    b' data-src="//t.example/z"',
    b' width="1"',
    b' width="560"',
    b" hidden",
    b' sandbox="allow-forms"',
    b' style="a:b"',
    b' style="background:url(//t.example/s)"',
    b' title="&lt;src=x&gt;"',
    b" alt='it''s'",
    b' onload="x()"',
    b" /",
    b"\n",
    b' SRC="//t.example/u"',
    b' srcset="//t.example/1 1x"',
    b' x="',
    b' srcdoc="<p>"',
]


def make_tag(chance: random.Random) -> tuple[bytes, bytes]:
    element = chance.choice(ELEMENTS)
    address = {b"link": b"href", b"source": b"srcset"}.get(element, b"src")
    pieces = chance.choices(PIECES, k=chance.randrange(4))
    quote = chance.choice([b'"', b'"', b'"', b"'"])
    pieces.insert(chance.randrange(len(pieces) + 1), b" %b=%b%b%b" % (address, quote, chance.choice(ADDRESSES), quote))
    return b"<" + element + b"".join(pieces) + b">", element.lower()


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("allowance", [REFUSED, STOOD_IN], ids=["refused", "stood-in"])
def test_both_ways_decide_the_same(seed: int, allowance: Allowance) -> None:
    chance = random.Random(seed)
    changed = 0
    for _ in range(2000):
        tag, name = make_tag(chance)
        if tag.count(b'"') % 2:
            continue  # no whole tag
        asked = (tag, name, allowance, lambda service, host: b"placeholder", lambda document: document)
        long, short = decide(*asked), decide_tag(*asked)
        assert short == long, tag
        changed += short.tag is not None
    assert changed > 200


@pytest.mark.parametrize(
    ("tag", "new"),
    [
        (
            b'<script src="https://laskuri.example/l.js" async nonce="n">',
            b'<script src="/ours.js" data-cookiegate-placeholder="words" data-cookiegate-service="laskuri" '
            b'data-cookiegate-purpose="statistics" data-cookiegate-src="https://laskuri.example/l.js" async nonce="n">',
        ),
        (
            b"<script type=module src=//laskuri.example/l.js>",
            b'<script src="/ours.js" data-cookiegate-placeholder="words" data-cookiegate-service="laskuri" '
            b'data-cookiegate-purpose="statistics" data-cookiegate-type=module '
            b"data-cookiegate-src=//laskuri.example/l.js>",
        ),
        (
            b'<script src="https://t.example/t.js">',
            b'<script type="text/plain" data-cookiegate-service="" data-cookiegate-purpose="" '
            b'data-cookiegate-src="https://t.example/t.js">',
        ),
    ],
)
def test_a_script_of_ours_may_stand_in_for_another(tag: bytes, new: bytes) -> None:
    decision = decide_tag(tag, b"script", STOOD_IN, lambda service, host: b"words", lambda document: document)
    assert (decision.tag, decision.content) == (new, "")

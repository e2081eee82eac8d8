"""The atomic spelling means what the possessive one does."""

from __future__ import annotations

import re

import pytest

from cookiegate.expressions import SOUND, spell_out
from cookiegate.gate import syntax


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("(?:ab?c)*+d", "(?>(?:ab?c)*)d"),
        ("(a(?:b)?+)++", "(?>(a(?>(?:b)?))+)"),
        (r"[^)]*+\)*+(x)*", r"[^)]*+\)*+(x)*"),
        (r"[\])]*+(?:[(])?+", r"[\])]*+(?>(?:[(])?)"),
    ],
)
def test_possessive_groups_become_atomic_ones_and_nothing_else_changes(written: str, spelt: str) -> None:
    assert spell_out(written) == spelt


def test_a_group_that_fails_half_way_is_given_back_whole() -> None:
    assert re.fullmatch(spell_out("(?:ab?c)*+"), "a") is None


@pytest.mark.skipif(not SOUND, reason="this Python matches possessive groups wrongly")
@pytest.mark.parametrize("name", ["SKIP", "SKIP_INSIDE", "SKIP_FOREIGN", "TAG", "END_TAG", "PROLOGUE"])
def test_both_spellings_of_the_tokenizer_match_the_same(name: str) -> None:
    possessive = getattr(syntax, name)
    atomic = re.compile(spell_out(possessive.pattern.decode("latin-1")).encode("latin-1"))
    texts = [
        b"<p>text<a href='x' title=\"<\">y</a><!-- - -- --><img src=/x.png><img src=//t.example/x><br/>",
        b"<a b='",
        b"</p><svg viewBox='0 0 1 1'><path d='M0 0'/></svg><svg><title><img></title></svg>",
        b'<div style="a:b" style=\'url(x)\' data-x = y ==z><p a="b"c>',
        b"<!doctype html><html lang=fi><head><meta charset=utf-8><meta http-equiv=refresh content=1><title>",
        b"<!-- unfinished <b",
    ]
    for text in texts:
        for start in range(len(text)):
            ends = [found and found.end() for found in (possessive.match(text, start), atomic.match(text, start))]
            assert ends[0] == ends[1], (text, start)

"""How HTML is cut into tags and attributes (WHATWG HTML section 13.2.5), as byte expressions.

Possessive quantifiers keep each expression linear on hostile input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..expressions import compile

WS = rb"[\t\n\f\r ]"
NAME = rb"[a-zA-Z][^\t\n\f\r />]*+"
ENDS = rb"(?=[\t\n\f\r />])"
ATTR_NAME = rb"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
VALUE = rb"""(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r "'>][^\t\n\f\r >]*+|(?=>))"""
GAP = rb"[\t\n\f\r /]++"
# after a name either "= value" whole, or no "=" at all: an unfinished quote must not pass for a name
GIVEN = rb"(?:" + WS + rb"*+=" + WS + rb"*+" + VALUE + rb"|(?!" + WS + rb"*+=))"
REST = rb"""(?: [a-z-]++="[^"]*+")*+(?:""" + GAP + rb"|" + ATTR_NAME + GIVEN + rb")*+>"  # the usual form first
COMMENT = rb"<!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+--!?>)"

_TAG = rb"<(" + NAME + rb")" + REST
TAG = compile(_TAG)
END_TAG = compile(rb"</(" + NAME + rb")" + REST)
TAGS = compile(COMMENT + rb"|<(/?)(" + NAME + rb")" + REST)  # one by one, where all between comments are whole


def any_of(wanted: Iterable[str]) -> bytes:
    """An expression for any of these words in any case: a tree of letters, each in both cases.

    The engine drops a branch by its first letter, which it does not where the case is ignored: a third of the time.
    """
    tree: dict[str, Any] = {}
    for word in wanted:
        node = tree
        for letter in word.lower():
            node = node.setdefault(letter, {})
        node[""] = {}  # a word may end here
    return _spell(tree).encode()


def _spell(tree: dict[str, Any]) -> str:
    branches = [
        (f"[{letter}{letter.upper()}]" if letter.isalpha() else re.escape(letter)) + _spell(rest)
        for letter, rest in sorted(tree.items(), reverse=True)  # the longer word first
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def names(text: str) -> bytes:
    """ "img source" → an expression that matches either, in any case, as a whole tag or attribute name."""
    return any_of(text.split())


# Elements that can make the browser ask for something, or change how what follows is read.
_SPECIAL = (
    "script style iframe frame frameset img image link meta base object embed applet source video audio track input "
    "svg math noscript textarea title xmp noembed noframes plaintext body portal bgsound fencedframe"
).split()


def _name_but(special: list[str]) -> bytes:
    """A tag name that is none of these, tried letter by letter: much faster than one look-ahead over all of them."""
    first = {name[0] for name in special}
    free = "".join(letter + letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in first)
    parts = [f"[{free}]"]
    for letter in sorted(first, key="alpsitfbvnmoex".index):
        rest = any_of(name[1:] for name in special if name[0] == letter).decode()
        parts.append(rf"[{letter}{letter.upper()}](?!{rest}[\t\n\f\r />])")
    return f"(?:{'|'.join(parts)})".encode() + rb"[^\t\n\f\r />]*+"


# Attributes that do so on any element; "style" only with a "(" in it, or a reference that may stand for one.
_ANYWHERE = names("style background ping attributionsrc")
_QUIET_STYLE = rb"(?i:style)" + WS + rb"*+=" + WS + rb"""*+(?:"[^"(&]*+"|'[^'(&]*+')"""
_QUIET = rb"(?!" + _ANYWHERE + rb"(?=[\t\n\f\r />=]))" + ATTR_NAME + GIVEN
# The same for the usual case, name="value" all through: what precedes `="` is looked back at rather than tokenized.
_USUAL = (
    rb"""(?:[^"'>=]*+(?:(?<![eEdDgGcC"'/\t\n\f\r ])"""
    rb"""|(?<!(?i:style))(?<!(?i:background))(?<!(?i:ping))(?<!(?i:attributionsrc))(?<!["'/\t\n\f\r ]))"""
    rb"""="[^"]*+")*+[^"'>=]*+>"""
)
# The most usual form, told apart by the first letter: none of those attributes begins with one of these. It takes a
# third off the time of everything here.
_SIMPLE = rb"""(?: (?:[c-oqrt-z][a-z-]*+="[^"]*+"|style="[^"(&]*+"))*+"""
_PLAIN = (
    _name_but(_SPECIAL)
    + _SIMPLE
    + rb"(?:>|"
    + _USUAL
    + rb"|(?:"
    + GAP
    + rb"|"
    + _QUIET
    + rb"|"
    + _QUIET_STYLE
    + rb")*+>)"
)
# A value without "//", "\", "&", ":" or a tab leads nowhere else.
_HERE = rb"""(?:"[^"/\\&:\t\n\r]*+(?:/[^"/\\&:\t\n\r]++)*+/?"|'[^'/\\&:\t\n\r]*+(?:/[^'/\\&:\t\n\r]++)*+/?')"""
_LOCAL_ATTR = ATTR_NAME + rb"(?:" + WS + rb"*+=" + WS + rb"*+" + _HERE + rb"|(?!" + WS + rb"*+=))"
_LOCAL = names("img source input link video audio track") + ENDS + rb"(?:" + GAP + rb"|" + _LOCAL_ATTR + rb")*+>"
_META = names("meta") + ENDS + rb"(?:" + GAP + rb"|(?!(?i:http-equiv))" + _QUIET + rb"|" + _QUIET_STYLE + rb")*+>"
_END = rb"/" + NAME + WS + rb"*+>"
_BARE = rb"(?=[^a-zA-Z/!?])"
_COMMENT = COMMENT[1:]
_ROOTS = names("svg math foreignobject desc title annotation-xml mi mo mn ms mtext")
_DRAWN = names(
    "path g circle rect line polygon polyline ellipse defs text tspan lineargradient radialgradient stop clippath mask "
    "symbol animate animatetransform animatemotion metadata switch marker pattern filter mrow mstyle msup msub mfrac "
    "msubsup munder mover munderover mtable mtr mtd msqrt mroot mpadded mspace semantics"
)
_DRAWN_VALUE = rb"""(?:"[^"/\\&]*+(?:/[^"/\\&]++)*+"|'[^'/\\&]*+')"""
_DRAWN_ATTR = ATTR_NAME + rb"(?:" + WS + rb"*+=" + WS + rb"*+" + _DRAWN_VALUE + rb"|(?!" + WS + rb"*+=))"


def _run_of(*tags: bytes) -> re.Pattern[bytes]:
    """Text, and tags (written without their `<`) of these kinds; then (1) a start tag if one follows, (2) its name.

    Taking that tag in the same step spares a second match at each stop.
    """
    return compile(rb"[^<]*+(?:<(?:" + b"|".join(tags) + rb"|" + _BARE + rb")[^<]*+)*+(" + _TAG + rb")?+")


# A whole drawing of which nothing leads elsewhere: an icon.
_DRAWING_ATTR = rb"(?!(?i:style))" + ATTR_NAME + rb"(?:" + WS + rb"*+=" + WS + rb"*+\"[^\"(&]*+\"|(?!" + WS + rb"*+=))"
_ICON = (
    names("svg")
    + ENDS
    + rb"(?:"
    + GAP
    + rb"|"
    + _DRAWING_ATTR
    + rb")*+>[^<]*+(?:<(?:/"
    + _DRAWN
    + WS
    + rb"*+>|"
    + _DRAWN
    + ENDS
    + rb"(?:"
    + GAP
    + rb"|"
    + _DRAWN_ATTR
    + rb")*+>)[^<]*+)*+</(?i:svg)"
    + WS
    + rb"*+>"
)

# Runs of what needs no decision, and the tag behind them: in HTML, in HTML inside an SVG or MathML integration point,
# in one for MathML's text, where two elements are MathML all the same, in SVG and MathML.
SKIP = _run_of(_END, _PLAIN, _LOCAL, _META, _ICON, _COMMENT)
_END_INSIDE = rb"/(?!" + _ROOTS + ENDS + rb")" + NAME + WS + rb"*+>"
_PLAIN_TEXT = rb"(?!" + names("mglyph malignmark") + ENDS + rb")" + _PLAIN
SKIP_INSIDE = _run_of(_END_INSIDE, _PLAIN, _LOCAL, _META, _COMMENT)
SKIP_TEXT = _run_of(_END_INSIDE, _PLAIN_TEXT, _LOCAL, _META, _COMMENT)
SKIP_FOREIGN = _run_of(rb"/" + _DRAWN + WS + rb"*+>", _DRAWN + ENDS + rb"(?:" + GAP + rb"|" + _DRAWN_ATTR + rb")*+>")

# What the guard goes behind: doctype, <html>, <head>, comments and harmless <meta> tags. Of those with an http-equiv
# only what is written in plain letters can be told without decoding.
_EQUIV = rb"(?i:http-equiv)" + WS + rb"*+=" + WS + rb"*+"
_EQUIV_WORD = rb"(?!(?i:refresh|content-security))[a-zA-Z-]++"
_HARMLESS_EQUIV = rb"(?:\"" + _EQUIV_WORD + rb"\"|'" + _EQUIV_WORD + rb"'|" + _EQUIV_WORD + rb"(?=[\t\n\f\r >]))"
_HARMLESS_META = (
    rb"<(?i:meta)"
    + ENDS
    + rb"(?:"
    + GAP
    + rb"|"
    + _EQUIV
    + _HARMLESS_EQUIV
    + rb"|(?!(?i:http-equiv)(?=[\t\n\f\r />=]))"
    + _QUIET
    + rb")*+>"
)
PROLOGUE = compile(
    rb"(?:\xef\xbb\xbf)?(?:"
    + WS
    + rb"++|"
    + COMMENT
    + rb"|<![dD][^>]*+>|<\?[^>]*+>|<(?i:html|head)"
    + ENDS
    + rb"(?:"
    + GAP
    + rb"|"
    + _QUIET
    + rb"|"
    + _QUIET_STYLE
    + rb")*+>|"
    + _HARMLESS_META
    + rb")*+"
)
LANGUAGE = re.compile(
    rb"<html" + ENDS + rb"""[^>]*?[\t\n\f\r ]lang[\t\n\f\r ]*=[\t\n\f\r ]*["']?([a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*)""",
    re.I,
)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset" + WS + rb"""*=""" + WS + rb"""*["']?([a-zA-Z0-9_:.-]{2,40})""", re.I)


def next_attribute(wanted: Iterable[bytes]) -> Callable[[bytes, int], re.Match[bytes] | None]:
    """Reads on in a tag from where an attribute ended to the next one of these names: (1) name, (2) value, quoted.

    Matches where it is put and nowhere else, so that nothing inside a value passes for an attribute.
    """
    name = any_of(name.decode() for name in wanted) + rb"(?=[\t\n\f\r />=])"
    other = rb"(?!" + name + rb")" + ATTR_NAME + GIVEN
    value = rb"(?:" + WS + rb"*+=" + WS + rb"*+(" + VALUE + rb"))?+"
    return compile(rb"(?:" + GAP + rb"|" + other + rb")*+(" + name + rb")" + value).match


def find_end_of_comment(buffer: bytes, position: int) -> int:
    """Past the comment that begins at `position`; -1 when its end is not there yet."""
    if buffer.startswith(b">", position + 4):
        return position + 5
    if buffer.startswith(b"->", position + 4):
        return position + 6
    end = buffer.find(b"-->", position + 4)
    bang = buffer.find(b"--!>", position + 4, end if end >= 0 else len(buffer))
    if bang >= 0:
        return bang + 4
    return end + 3 if end >= 0 else -1

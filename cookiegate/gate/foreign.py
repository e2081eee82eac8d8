"""SVG and MathML in a page: what stands in them is read by other rules (WHATWG HTML section 13.2.6.5).

From the outermost svg or math element on every element that is open is kept, HTML inside it too. Where end tags do not
nest, only who knows all elements of the page could tell what they end: from there on it is doubtful whether browsers
are in foreign content, and whoever reads on must see to it that both ways of reading come to the same.
"""

from __future__ import annotations

from html import unescape
from typing import NamedTuple

from ..expressions import compile
from .skipping import IN_FOREIGN, IN_HTML, IN_TEXT, INSIDE, Skip
from .syntax import ATTR_NAME, END_TAG, GIVEN, NAME, TAGS, find_end_of_comment, next_attribute

CDATA = b"<![CDATA["
ROOTS = frozenset((b"svg", b"math"))
_HTML_IN_SVG = frozenset((b"foreignobject", b"desc", b"title"))
_TEXT_IN_MATH = frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext"))
_MATH_IN_TEXT = frozenset((b"mglyph", b"malignmark"))
_HTML_ENCODINGS = ("text/html", "application/xhtml+xml")
# Start tags that end SVG and MathML wherever they stand; font does with one of these attributes.
_BREAKOUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    b"nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
_find_font = next_attribute((b"color", b"face", b"size"))
_find_encoding = next_attribute((b"encoding",))
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr".split()
)
_GAP = rb"[\t\n\f\r /]"
_CLOSES_ITSELF = compile(rb"<" + NAME + rb"(?:" + _GAP + rb"*+" + ATTR_NAME + GIVEN + rb")*+" + _GAP + rb"*?/>")

_DEEPEST = 256  # elements; browsers set themselves a limit too, and not the same

SVG, MATH, TEXT, HTML = range(4)  # how the content of an element is read; TEXT: as HTML, but for two elements
_SKIPS = (IN_FOREIGN, IN_FOREIGN, IN_TEXT, INSIDE)


class Open(NamedTuple):
    name: bytes
    content: int
    foreign: bool  # whether the element itself is SVG or MathML


def closes_itself(tag: bytes) -> bool:
    """Whether a start tag ends with `/>`: behind a value without quotes that slash is part of the value."""
    return tag.endswith(b"/>") and _CLOSES_ITSELF.fullmatch(tag) is not None


class Foreign:
    """The elements that are open from the outermost svg or math element on."""

    def __init__(self) -> None:
        self.stack: list[Open] = []
        self._lost = False  # doubtful for good
        self.closes_cdata = True  # False where no CDATA section ends any more
        self._pending: list[tuple[bytes, int, int]] = []  # drawing passed over: only doubt can come of it
        self._doubtful = False  # doubtful as long as something is open

    @property
    def doubtful(self) -> bool:
        self._catch_up()
        return self._lost or self._doubtful

    @property
    def skip(self) -> Skip:
        """What runs past everything that needs no decision, here."""
        return _SKIPS[self.stack[-1].content] if self.stack else IN_HTML

    @property
    def has_cdata(self) -> bool | None:
        """Whether there are CDATA sections, as in every element of SVG and MathML; None where that is doubtful."""
        if self.doubtful:
            return None
        return (self.stack[-1].foreign or None) if self.stack else False

    def takes(self, tag: bytes, name: bytes) -> bool:
        """Whether a start tag here becomes an element of SVG or MathML."""
        if not self.stack:
            return False
        content = self.stack[-1].content  # the same whatever drawing is pending
        if content >= TEXT:
            return content == TEXT and name in _MATH_IN_TEXT
        return name not in _BREAKOUT and not (name == b"font" and _find_font(tag, 5))

    def enter(self, tag: bytes, name: bytes) -> None:
        """A start tag."""
        if self._lost:
            return
        if len(self.stack) >= _DEEPEST:
            self._lose()
        elif self.takes(tag, name):
            if closes_itself(tag):
                return
            self._catch_up()
            if self.stack:
                content = self._read_content(tag, name)
                self.stack.append(Open(name, content, True))
                if self._doubtful and content >= TEXT:
                    self._lose()
        else:
            self.break_out()
            self._enter_html(tag, name)

    def _enter_html(self, tag: bytes, name: bytes) -> None:
        if name in _MATH_IN_TEXT and any(each.content == TEXT for each in self.stack):
            self._lose()  # browsers may have ignored what seems to stand between
            return
        if self._lost:
            return
        if name in ROOTS:
            if not closes_itself(tag):
                self.stack.append(Open(name, SVG if name == b"svg" else MATH, True))
        elif self.stack and name not in _VOID:
            self.stack.append(Open(name, HTML, False))

    def _read_content(self, tag: bytes, name: bytes) -> int:
        above = self.stack[-1]
        if above.content == SVG:
            return HTML if name in _HTML_IN_SVG else SVG
        if name == b"svg" and above.name == b"annotation-xml":
            return SVG
        if name in _TEXT_IN_MATH:
            return TEXT
        if name == b"annotation-xml":
            said = _find_encoding(tag, 1 + len(name))
            value = (said[2] or b"").strip(b"\"'") if said else b""
            if unescape(value.decode("latin-1")).lower() in _HTML_ENCODINGS:
                return HTML
        return MATH

    def leave(self, name: bytes) -> None:
        """An end tag."""
        if not self.stack:
            return
        if len(self.stack) == 1 and self.stack[0].name == name:
            self._pending.clear()  # all of it ends here
        self._catch_up()
        if not self.stack:
            return
        if self.stack[-1].foreign:
            if name in (b"p", b"br"):
                self.break_out()
                return
            if self._pop_to(name) or name in (b"body", b"html"):
                return
            # HTML outside of this SVG or MathML may end here
            if all(each.foreign and each.content < TEXT for each in self.stack):
                self._doubtful = True
            else:
                self._lose()
        elif self.stack[-1].name == name:
            self.stack.pop()
        elif name != b"br":
            self._lose()

    def pass_over(self, buffer: bytes, start: int, end: int) -> None:
        """What was skipped: text, comments and whole tags."""
        if buffer.find(b"<", start, end) < 0:
            return
        if self.stack[-1].content < TEXT:
            self._pending.append((buffer, start, end))
        else:
            self._follow(buffer, start, end)

    def _catch_up(self) -> None:
        """Takes in what was passed over without a look: mostly its svg element ends before that is needed."""
        pending, self._pending = self._pending, []
        for part in pending:
            self._follow(*part)

    def _follow(self, buffer: bytes, start: int, end: int) -> None:
        for found in TAGS.finditer(buffer, start, end):
            name = found[2]
            if name is None:
                continue
            if found[1]:
                self.leave(name.lower())
            else:
                self.enter(found[0], name.lower())

    def _pop_to(self, name: bytes) -> bool:
        """Ends the innermost of these elements of SVG or MathML unless HTML stands between."""
        for at in range(len(self.stack) - 1, -1, -1):
            if not self.stack[at].foreign:
                return False
            if self.stack[at].name == name:
                del self.stack[at:]
                self._doubtful = self._doubtful and bool(self.stack)
                return True
        return False

    def break_out(self) -> None:
        """What a start tag does that ends SVG and MathML."""
        if self._pending and self.stack[0].content < TEXT and len(self.stack) == 1:
            self._pending.clear()  # all of it ends here
        self._catch_up()
        while self.stack and self.stack[-1].content < TEXT:
            self.stack.pop()
        self._doubtful = self._doubtful and bool(self.stack)

    def _lose(self) -> None:
        self._lost = True
        self.stack.clear()


def pass_other(buffer: bytes, position: int, final: bool, foreign: Foreign) -> int:
    """Past an end tag, a comment, a declaration or a bare `<`; -1 when its end is not there yet."""
    following = buffer[position + 1 : position + 2]
    if following == b"/":
        found = END_TAG.match(buffer, position)
        if found:
            foreign.leave(found[1].lower())
            return found.end()
        third = buffer[position + 2 : position + 3]
        return -1 if not third or third.isalpha() else buffer.find(b">", position) + 1 or -1
    if following == b"!":
        if buffer.startswith(b"<!--", position):
            return find_end_of_comment(buffer, position)
        if foreign.has_cdata is not False and foreign.closes_cdata and buffer.startswith(CDATA, position):
            end = buffer.find(b"]]>", position)
            if end >= 0 or not final or foreign.has_cdata:
                return end + 3 if end >= 0 else -1
            foreign.closes_cdata = False  # looking for one each time would be quadratic
        opening = buffer[position : position + 9]
        if b"<!--".startswith(opening) or (len(opening) < 9 and CDATA.startswith(opening)):
            return -1
    if following in (b"!", b"?"):
        return buffer.find(b">", position) + 1 or -1
    return position + 1 if following and not following.isalpha() else -1

"""SVG and MathML in a page: what stands in them is read by other rules (WHATWG HTML section 13.2.6.5)."""

from __future__ import annotations

from .skipping import IN_FOREIGN, IN_HTML, INSIDE, Skip

ROOTS = frozenset((b"svg", b"math"))
_HTML_INSIDE = frozenset((b"foreignobject", b"desc", b"title", b"annotation-xml", b"mi", b"mo", b"mn", b"ms", b"mtext"))
# Start tags that end SVG and MathML wherever they stand.
_BREAKOUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    b"nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)


class Foreign:
    """The svg and math elements that are open, and the elements in them that hold HTML again."""

    def __init__(self) -> None:
        self.stack: list[bytes] = []

    @property
    def skip(self) -> Skip:
        """What runs past everything that needs no decision, here."""
        if not self.stack:
            return IN_HTML
        return IN_FOREIGN if self.stack[-1] in ROOTS else INSIDE

    @property
    def innermost(self) -> bool:
        """Whether this very place is SVG or MathML, and not HTML inside it."""
        return bool(self.stack) and self.stack[-1] in ROOTS

    def enter(self, tag: bytes, name: bytes) -> bool:
        """Whether a start tag stands inside SVG or MathML itself; keeps count of what it opens there."""
        if not self.innermost:
            return False
        if name in _BREAKOUT:
            self._break_out()
            return False
        if not tag.endswith(b"/>") and (name in ROOTS or name in _HTML_INSIDE):
            self.stack.append(name)
        return True

    def leave(self, name: bytes) -> None:
        """An end tag."""
        if not self.stack:
            return
        if name in (b"p", b"br"):
            self._break_out()
        elif name in self.stack and (self.innermost or self.stack[-1] == name):
            while self.stack.pop() != name:
                pass

    def _break_out(self) -> None:
        while self.innermost:
            self.stack.pop()

"""Runs past everything in a document that needs no decision, to the next tag that may need one.

The expressions of `syntax` say what may be passed. Where native/next_tag.c was compiled it stops at the same places, in
a fraction of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import syntax

# (the tag, its name as written, where it begins, where it ends); without a tag where the run ended for another reason
Stop = tuple[bytes | None, bytes | None, int, int]
Skip = Callable[[bytes, int], Stop]


def _skip_by(expression: re.Pattern[bytes]) -> Skip:
    match = expression.match

    def next_tag(buffer: bytes, position: int) -> Stop:
        found = match(buffer, position)
        assert found is not None  # a run may be empty
        tag, name = found.group(1, 2)
        if tag is None:
            at = found.end()
            return None, None, at, at
        start, end = found.span(1)
        return tag, name, start, end

    return next_tag


PURE = (_skip_by(syntax.SKIP), _skip_by(syntax.SKIP_INSIDE), _skip_by(syntax.SKIP_FOREIGN))
IN_TEXT = _skip_by(syntax.SKIP_TEXT)  # rare: not compiled
try:
    from . import _native
except ImportError:  # no compiler where this was installed
    NATIVE = False
    IN_HTML, INSIDE, IN_FOREIGN = PURE
else:
    NATIVE = True
    IN_HTML, INSIDE, IN_FOREIGN = _native.in_html, _native.inside, _native.in_foreign

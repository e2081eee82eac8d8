"""Where elements end that hold text and no tags: script, style, title and the like (WHATWG HTML section 13.2.5.1)."""

from __future__ import annotations

import re

from .syntax import ENDS

LOOK_CLOSER = -2


def find_usual_end_by_bytes(buffer: bytes, start: int) -> int:
    """Where a script ends whose end is the first `</` in it, with no comment before that; -1 when it is not there yet,
    LOOK_CLOSER for any other script."""
    end = buffer.find(b"</", start)
    if end < 0:
        return -1
    usual = buffer.startswith(b"script>", end + 2) and (end == start or buffer.find(b"<!--", start, end) < 0)
    return end if usual else LOOK_CLOSER


try:
    from ._native import script_end as find_usual_end
except ImportError:  # no compiler where this was installed
    find_usual_end = find_usual_end_by_bytes


def find_end_of_raw(name: bytes, buffer: bytes, start: int) -> int:
    """Where `</name` ends a raw text element whose content begins at `start`; -1 when it is not there yet."""
    if name == b"script":
        end = find_usual_end(buffer, start)
        return end if end > LOOK_CLOSER else _find_end_of_script(buffer, start)
    found = _RAW_ENDS[name].search(buffer, start)
    return found.start() if found else -1


_RAW_ENDS = {
    name: re.compile(rb"</" + name + ENDS, re.I)
    for name in b"style xmp iframe noembed noframes title textarea noscript".split()
}
_SCRIPT_STEP = re.compile(rb"<!--|</script" + ENDS, re.I)
_ESCAPED_STEP = re.compile(rb"-->|<(/?)script" + ENDS, re.I)


def _find_end_of_script(buffer: bytes, start: int) -> int:
    """The same for a script, whose end hides inside `<!-- <script>` (section 13.2.5.20 to 13.2.5.31)."""
    at = start
    while True:
        step = _SCRIPT_STEP.search(buffer, at)
        if step is None:
            return -1
        if step[0] != b"<!--":
            return step.start()
        at, double = step.start() + 2, False  # "<!-->" closes itself
        while True:
            inner = _ESCAPED_STEP.search(buffer, at)
            if inner is None:
                return -1
            at = inner.end()
            if inner[1] is None:
                break
            if not double and inner[1]:
                return inner.start()
            double = not inner[1]

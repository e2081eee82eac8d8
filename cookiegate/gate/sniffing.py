"""What a body is whose type nobody said: by its first bytes, as browsers tell it (WHATWG MIME Sniffing section 7.1)."""

from __future__ import annotations

import re

from .coding import CodingError, open_beginning

_SEEN = 1445  # bytes that a browser looks at
_LONGEST = 10  # bytes that tell, behind the white space
# What any browser takes for HTML. Chromium asks for no end of the name, Firefox takes all that begins with <! or <?.
_HTML = re.compile(
    rb"<(?:[!abp]|\?(?!xml)|script|html|head|iframe|h[1-6]|div|font|table|style|title|frameset|img|link|meta|center|form"
    rb"|isindex)",
    re.I,
)


def tell_page(begun: bytes, coding: bytes | None, final: bool) -> bool | None:
    """Whether browsers read as a page what begins like this; None where more must come before that can be told.

    `coding`: the Content-Encoding of what has come. `final`: that no more will come.
    """
    try:
        begun = open_beginning(begun, coding, _SEEN)
    except CodingError:
        return True  # to be treated as any page that cannot be opened
    head = begun[:_SEEN].lstrip(b"\xef\xbb\xbf\t\n\f\r ")
    if not final and len(begun) < _SEEN and len(head) < _LONGEST and head[:1] in (b"", b"<"):
        return None
    return _HTML.match(head) is not None

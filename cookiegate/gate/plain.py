"""The short way out, for what is plainly no page and says nothing that the gate minds: most images and data.

`GatedResponse.start` says the same of these (tests hold the two equal) and takes several times as long.
"""

from __future__ import annotations

from . import headers as rules
from .allowance import Allowance
from .media import is_plain
from .visit import Visit

Headers = list[tuple[bytes, bytes]]

# What the website tells us alone: never the browser's.
EVENT = b"cookiegate-event"
# Headers that are filtered, whatever the body is.
FILTERED = frozenset((b"set-cookie", b"link", b"refresh", b"location", EVENT)) | rules.REPORTING | rules.POLICIES


# The names that most answers carry, told without looking at their letters.
_USUAL = frozenset(
    (b"content-length", b"cache-control", b"etag", b"last-modified", b"vary", b"date", b"server", b"expires",
     b"accept-ranges", b"content-encoding", b"content-disposition", b"x-content-type-options")
)  # fmt: skip


def pass_plain(status: int, headers: object, allowance: Allowance, visit: Visit) -> Headers | None:
    """The headers to send where the short way is open, and the body may then go as it is; otherwise None."""
    if type(headers) is not list or visit.worker or visit.program:
        return None
    plain = status == 304  # says nothing of its type
    if plain and visit.document:
        return None
    for name, value in headers:
        if name == b"content-type":
            plain = is_plain(value)
        elif name not in _USUAL and (name in FILTERED or not name.islower()):
            return None  # to be filtered, or perhaps to be, in capitals
    return [*headers, allowance.csp_header] if plain else None

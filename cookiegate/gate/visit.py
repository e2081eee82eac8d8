"""What the gate needs to know of a request."""

from __future__ import annotations

from typing import NamedTuple


class Visit(NamedTuple):
    """What of the request the gate needs to know about the page it was for."""

    document: bool  # the browser navigates (a page or a frame), or may be doing so
    top: bool  # a page of its own, not one in a frame
    fragment: bool  # asked for by a script: a piece of a page, or one that will be taken apart
    worker: bool = False  # the script of a service worker
    program: bool = False  # the script of another worker: it obeys the policy that its own response brings

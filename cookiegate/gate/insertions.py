"""What of ours goes into a page."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from .tags import Decision

if TYPE_CHECKING:
    from .memory import Pages


class Placeholder(Protocol):
    def __call__(self, service: str, host: str) -> bytes: ...


def no_placeholder(service: str, host: str) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Insertions:
    """What of ours goes into a page: ASCII bytes, so that they fit any charset that contains ASCII."""

    guard: bytes = b""  # first thing in the head, before any script of the site
    control: bytes = b""  # first thing in the body: the banner, or the control that reopens it
    at_end: bool = True  # a page without a body tag gets the control at its end
    placeholder: Placeholder = no_placeholder
    worker: bytes = b""  # goes before the script of a service worker
    memory: dict[bytes, Decision] = field(default_factory=dict)  # decisions on tags, kept from page to page
    pages: Pages | None = None  # where whole pages are remembered, if this one may be
    place: Hashable = None  # what tells the page, state and language apart in there
    speak: Callable[[bytes], Insertions] | None = None  # the same in the language that the page says it is in

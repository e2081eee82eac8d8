"""Pages as they last came and went: the same page again needs no rewriting, only to be recognised.

What is remembered is what went in and what came out, step by step, so that the output is that of a full rewrite in
any case: the first step that differs is where real rewriting begins.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from .allowance import Allowance, Verdict
from .html import Rewriter
from .insertions import Insertions

_OWN = re.compile(rb"no-store|private", re.I)
_MOST = 32 * 1024 * 1024  # bytes of pages kept per process
_LARGEST = 4 * 1024 * 1024  # of one page, before and after


class Step(NamedTuple):
    came: bytes
    went: bytes


@dataclass(slots=True)
class Page:
    """One page, from its first chunk to its end."""

    insertions: Insertions  # what of ours is in it
    steps: list[Step] = field(default_factory=list)
    last: bytes = b""
    came: bytes = b""  # all of it together
    went: bytes = b""
    judged: frozenset[Verdict] = frozenset()
    size: int = 0


class Pages:
    """The pages kept, each under what tells its place and state apart. The one not asked for longest goes first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._size = 0
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()

    def find(self, key: Hashable) -> Page | None:
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def keep(self, key: Hashable, page: Page) -> None:
        """In place of what was kept under this key."""
        before = self._pages.pop(key, None)
        self._size += page.size - (before.size if before else 0)
        self._pages[key] = page
        while self._size > self._most:
            self._size -= self._pages.popitem(last=False)[1].size


class RememberingRewriter:
    """Does what `Rewriter` does, and remembers it for the next time. Give it no page that may not be kept."""

    def __init__(self, allowance: Allowance, insertions: Insertions, pages: Pages) -> None:
        self.judged: set[Verdict] = set()
        self.failure: Exception | None = None
        self._allowance = allowance
        self._insertions = insertions
        self._pages = pages
        known = pages.find(insertions.place)
        self._known = known if known is not None and _are_same(known.insertions, insertions) else None
        self._followed = 0  # steps of the known page that came again
        self._new: Page | None = None
        self._rewriter: Rewriter | None = None

    def recall(self, body: bytes) -> bytes | None:
        """Feeds a whole page and closes, where it is the known one; None where it is not."""
        known = self._known
        if known is None or self._followed or known.came != body:
            return None
        self.judged = set(known.judged)
        return known.went

    def feed(self, chunk: bytes) -> bytes:
        known = self._known
        if not chunk:
            return b""
        if known is not None:
            if self._followed < len(known.steps) and known.steps[self._followed].came == chunk:
                self._followed += 1
                return known.steps[self._followed - 1].went
            self._catch_up()
        return self._rewrite(chunk)

    def close(self) -> bytes:
        known = self._known
        if known is not None and self._followed == len(known.steps):
            self.judged = set(known.judged)
            return known.last
        rewriter = self._catch_up()
        last = rewriter.close()
        self.judged, self.failure = rewriter.judged, rewriter.failure
        new = self._find_new()
        new.last = last
        new.size += len(self._insertions.guard) + len(self._insertions.control) + len(last)
        if new.size <= _LARGEST and self.failure is None:
            new.judged = frozenset(self.judged)
            new.came = b"".join([came for came, _ in new.steps])
            new.went = b"".join([*(went for _, went in new.steps if went), *([last] if last else ())])
            if len(new.steps) > 1:  # they are kept beside the whole
                new.size *= 2
            self._pages.keep(self._insertions.place, new)
        return last

    def _rewrite(self, chunk: bytes) -> bytes:
        if self._rewriter is None:
            self._rewriter = Rewriter(self._allowance, self._insertions)
        out = self._rewriter.feed(chunk)
        new = self._find_new()
        new.size += len(chunk) + len(out)
        if new.size <= _LARGEST:
            new.steps.append(Step(chunk, out))
        else:
            new.steps.clear()
        return out

    def _find_new(self) -> Page:
        """Made only once the page turns out to be another than the known one."""
        if self._new is None:
            self._new = Page(self._insertions)
        return self._new

    def _catch_up(self) -> Rewriter:
        """From here on the page is another: brings a rewriter to where the page known so far was left."""
        if self._rewriter is None:
            self._rewriter = Rewriter(self._allowance, self._insertions)
        known, self._known = self._known, None
        for came, _ in known.steps[: self._followed] if known else ():
            self._rewrite(came)  # what comes out was sent already
        return self._rewriter


def _are_same(one: Insertions, other: Insertions) -> bool:
    return one is other or (one.control == other.control and one.guard == other.guard)


def open_rewriter(allowance: Allowance, insertions: Insertions, cache_control: bytes) -> Rewriter | RememberingRewriter:
    """A rewriter for a page with this Cache-Control: what is one visitor's own is not kept."""
    if insertions.pages is None or (cache_control and _OWN.search(cache_control)):
        return Rewriter(allowance, insertions)
    return RememberingRewriter(allowance, insertions, insertions.pages)

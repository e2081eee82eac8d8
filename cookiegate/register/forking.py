"""No process is forked while a writer has the store open.

SQLite must not be carried over a fork: the child would believe that it holds its parent's locks, and could lock
itself out, or overwrite what the parent writes. So before a fork every writer is stopped between two transactions with
its connection closed; afterwards the parent's go on, and the child makes its own.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Pausable(Protocol):
    def pause(self) -> None:
        """Close the connection, and open none until `resume`."""

    def resume(self) -> None: ...

    def disown(self) -> None:
        """In the child: let go of what is the parent's."""


_watched: WeakSet[Pausable] = WeakSet()
_paused: list[Pausable] = []


def watch(writer: Pausable) -> None:
    _watched.add(writer)


def _before() -> None:
    for writer in list(_watched):
        writer.pause()
        _paused.append(writer)


def _after_in_parent() -> None:
    while _paused:
        _paused.pop().resume()


def _after_in_child() -> None:
    # The parent's writers are dead here: their threads were not forked.
    for writer in _watched:
        writer.disown()
    _paused.clear()
    _watched.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)

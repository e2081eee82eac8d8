"""Columns over time, as the places and sizes that the template draws. The figures stand in a table under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 12, 28
_MOST_LABELS = 8
_GAP = 0.25  # of a column's room


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    inner: float  # height of the part that is shown darker


class Mark(NamedTuple):
    at: float  # x under the columns, y beside them
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    id: str
    bars: tuple[Bar, ...]
    below: tuple[Mark, ...]
    beside: tuple[tuple[float, int], ...]  # y and the number there
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM


def draw(id: str, steps: Sequence[tuple[str, int, int]]) -> Chart | None:
    """Of each step its name, the whole number, and how much of it is shown darker; None for no more than one."""
    if len(steps) < 2:
        return None
    unit = _find_unit(max(whole for _, whole, _ in steps))
    lines = max(1, -(-max(whole for _, whole, _ in steps) // unit))
    room, tall = (WIDTH - _LEFT - _RIGHT) / len(steps), HEIGHT - _TOP - _BOTTOM
    floor, scale = HEIGHT - _BOTTOM, tall / (unit * lines)
    bars = tuple(
        Bar(
            round(_LEFT + room * (at + _GAP / 2), 2),
            round(floor - whole * scale, 2),
            round(room * (1 - _GAP), 2),
            round(whole * scale, 2),
            round(inner * scale, 2),
        )
        for at, (_, whole, inner) in enumerate(steps)
    )
    every = -(-len(steps) // _MOST_LABELS)
    below = tuple(
        Mark(round(_LEFT + room * (at + 0.5), 2), name) for at, (name, _, _) in enumerate(steps) if at % every == 0
    )
    beside = tuple((round(floor - unit * line * scale, 2), unit * line) for line in range(lines + 1))
    return Chart(id, bars, below, beside)


def _find_unit(most: int) -> int:
    """A round number of which at most five reach up to the highest column."""
    size = 1
    while True:
        for unit in (size, 2 * size, 5 * size):
            if unit * 5 >= most:
                return unit
        size *= 10

"""Columns over time: to scale, on round numbers, and none where there is nothing to compare."""

from __future__ import annotations

import itertools

import pytest

from cookiegate.admin.charts import HEIGHT, WIDTH, draw


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (4, 4), (7, 8), (10, 10), (23, 25), (99, 100), (101, 150), (1234, 1500)]
)
def test_numbers_beside_are_round_and_reach_over_the_highest(most: int, top: int) -> None:
    chart = draw("x", [("a", 0, 0), ("b", most, 0)])
    assert chart
    numbers = [number for _, number in chart.beside]
    assert (numbers[0], numbers[-1]) == (0, top)
    assert len(numbers) <= 6
    assert len({high - low for low, high in itertools.pairwise(numbers)}) == 1


def test_columns_are_to_scale_inside_the_picture_and_beside_each_other() -> None:
    chart = draw("x", [(f"2026-03-{day:02}", day * 10, day * 4) for day in range(1, 31)])
    assert chart
    for at, bar in enumerate(chart.bars, 1):
        assert bar.height == pytest.approx(chart.bars[0].height * at, abs=0.2)
        assert bar.inner == pytest.approx(bar.height * 0.4, abs=0.02)
        assert bar.y + bar.height == pytest.approx(chart.floor, abs=0.02)
        assert 0 < bar.x < bar.x + bar.width < WIDTH
        assert 0 < bar.y <= HEIGHT
    assert all(one.x + one.width < other.x for one, other in itertools.pairwise(chart.bars))
    assert len(chart.below) <= 8


def test_one_step_or_none_is_no_chart() -> None:
    assert draw("x", []) is None
    assert draw("x", [("a", 5, 1)]) is None

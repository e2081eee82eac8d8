"""What was put on disk while the store was down is stored just once, whenever the process that holds it is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.register.dying import Nursery, open_nursery
from tests.register.tree import check_tree, read_ids

FEW = 10  # deaths of each kind


def list_deaths(steps: int, most: int) -> list[int]:
    return sorted({1 + number * (steps - 1) // most for number in range(most)})


def die_everywhere(nursery: Nursery, most: int) -> int:
    """Die in an outage, with a gateway that starts afterwards; and start after an outage, and die at that."""
    deaths = 0
    steps = nursery.play("outage", "whole")
    for step in list_deaths(steps, min(most, steps)):
        nursery.play("outage", f"outage{step}", step)
        nursery.play("start", f"after{step}")
        deaths += 1
    nursery.play("ruin", "ruin")
    steps = nursery.play("start", "heir")
    for step in list_deaths(steps, min(most, steps)):
        nursery.play("ruin", f"ruin{step}")
        nursery.play("start", f"heir{step}", step)
        nursery.play("start", f"next{step}")
        deaths += 1
    return deaths


def require_all(url: str, nursery: Nursery, folder: Path) -> None:
    found = read_ids(url)
    assert len(found) == len(set(found)), "stored twice"
    assert set(nursery.kept) <= set(found), "lost"
    assert check_tree(url)
    assert not list(folder.glob("*.spool.*"))


def test_decisions_on_disk_are_stored_once_wherever_their_process_is_killed(url: str, tmp_path: Path) -> None:
    with open_nursery(url, tmp_path) as nursery:
        assert die_everywhere(nursery, FEW) == 2 * FEW
        require_all(url, nursery, tmp_path)


@pytest.mark.torture
def test_that_holds_between_any_two_steps(url: str, tmp_path: Path) -> None:
    with open_nursery(url, tmp_path) as nursery:
        deaths = die_everywhere(nursery, 1_000_000)
        require_all(url, nursery, tmp_path)
    print(f"{deaths} deaths, {len(nursery.kept)} decisions")
    assert deaths > 500

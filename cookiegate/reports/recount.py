"""Whether the figures that were kept are those of the visits, for the days of which both are there."""

from __future__ import annotations

from dataclasses import dataclass

from cookiegate.figures import count_day, publish, whole
from cookiegate.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Recount:
    days: int  # that were counted again
    differing: tuple[str, ...]  # of them, those whose figures are others than their visits say: "2026-03-01"


def recount_figures(store_url: str) -> Recount:
    """Count again each day that has its visits still, and that nothing was written for since it was counted.

    Raises StoreError where the store cannot be read.
    """
    store = open_store(store_url, readonly=True)
    try:
        with store.snapshot():
            days = [(str(day), whole(threshold)) for day, threshold in store.query("settled_days")]
            return Recount(len(days), tuple(day for day, threshold in days if _differs(store, day, threshold)))
    finally:
        store.close()


def _differs(store: Store, day: str, threshold: int) -> bool:
    figures = publish(count_day(store, day), threshold)
    cells = sorted(figures.list_cells())
    pages = sorted((page.path, *page.numbers) for page in figures.pages)
    return cells != sorted(store.query("figures_of_day", day=day)) or pages != sorted(
        store.query("page_figures_of_day", day=day)
    )

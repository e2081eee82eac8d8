"""A day's figures out of its visits: the same for the register that keeps them and the reports that read them."""

from __future__ import annotations

from .counting import ANSWERS, COUNTED_AT_ONCE, FUNNEL, LISTS, SPANS, TOTALS, DayFigures, PageRow, count_day, whole
from .threshold import OTHER, publish

__all__ = [
    "ANSWERS",
    "COUNTED_AT_ONCE",
    "FUNNEL",
    "LISTS",
    "OTHER",
    "SPANS",
    "TOTALS",
    "DayFigures",
    "PageRow",
    "count_day",
    "publish",
    "whole",
]

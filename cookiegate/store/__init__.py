"""The shelf under register and reports: what is kept, in which tables, and how it gets there and back."""

from __future__ import annotations

from .lock import claim, hold
from .naming import name_store
from .opening import check_store, companion, has_ledger, is_shared, open_store, reading, upgrade_store
from .owner import make_private, share_owner
from .rows import AnswerRow, Batch, Change, Grow, Growth, Head, Observation, Row, Store, Value, VisitRow

__all__ = [
    "AnswerRow",
    "Batch",
    "Change",
    "Grow",
    "Growth",
    "Head",
    "Observation",
    "Row",
    "Store",
    "Value",
    "VisitRow",
    "check_store",
    "claim",
    "companion",
    "has_ledger",
    "hold",
    "is_shared",
    "make_private",
    "name_store",
    "open_store",
    "reading",
    "share_owner",
    "upgrade_store",
]

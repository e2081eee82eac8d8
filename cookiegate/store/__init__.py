"""The shelf under register and reports: what is kept, in which tables, and how it gets there and back."""

from __future__ import annotations

from .lock import hold
from .opening import companion, open_store
from .rows import Batch, Decision, LedgerRow, Link, Observation, Store, Value, VisitRow

__all__ = [
    "Batch",
    "Decision",
    "LedgerRow",
    "Link",
    "Observation",
    "Store",
    "Value",
    "VisitRow",
    "companion",
    "hold",
    "open_store",
]

"""What is written: decisions into the ledger, visits and observations beside it. Only this chapter writes."""

from __future__ import annotations

from .register import Register
from .visits import Visit, visit_from

__all__ = ["Register", "Visit", "visit_from"]

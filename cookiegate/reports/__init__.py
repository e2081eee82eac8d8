"""What can be read: statistics of visits, the consent ledger, what the policy does not name. Nothing here writes."""

from __future__ import annotations

from .consents import Verification, export, verify_chain
from .statistics import Count, PageFigures, VisitStatistics, visit_statistics
from .tables import render
from .undeclared import Undeclared, find_undeclared

__all__ = [
    "Count",
    "PageFigures",
    "Undeclared",
    "Verification",
    "VisitStatistics",
    "export",
    "find_undeclared",
    "render",
    "verify_chain",
    "visit_statistics",
]

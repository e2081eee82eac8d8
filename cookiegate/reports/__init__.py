"""What can be read: statistics of visits, the consent ledger, what the policy does not name. Nothing here writes."""

from __future__ import annotations

from .consents import Verification, export, verify_chain
from .statistics import Count, PageFigures, VisitStatistics, visit_statistics
from .tables import render

__all__ = [
    "Count",
    "PageFigures",
    "Verification",
    "VisitStatistics",
    "export",
    "render",
    "verify_chain",
    "visit_statistics",
]

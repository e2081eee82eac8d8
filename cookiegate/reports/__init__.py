"""What can be read: statistics of visits, the consent ledger, what the policy does not name. Nothing here writes."""

from __future__ import annotations

from .bundle import write_bundle
from .cells import write_cell
from .consents import export
from .decisions import Decisions, count_decisions
from .proof import Proof, last_checkpoint, prove, read_proof
from .receipt import write_receipt
from .receiptcheck import Receipt, find_receipt_faults, read_receipt
from .statistics import Count, PageFigures, VisitStatistics, visit_statistics
from .subject import Dossier, read_dossier, render_dossier, write_csv, write_html, write_json
from .tables import render
from .undeclared import Undeclared, find_undeclared
from .verification import Verification

__all__ = [
    "Count",
    "Decisions",
    "Dossier",
    "PageFigures",
    "Proof",
    "Receipt",
    "Undeclared",
    "Verification",
    "VisitStatistics",
    "count_decisions",
    "export",
    "find_receipt_faults",
    "find_undeclared",
    "last_checkpoint",
    "prove",
    "read_dossier",
    "read_proof",
    "read_receipt",
    "render",
    "render_dossier",
    "visit_statistics",
    "write_bundle",
    "write_cell",
    "write_csv",
    "write_html",
    "write_json",
    "write_receipt",
]

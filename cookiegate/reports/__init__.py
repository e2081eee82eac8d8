"""What can be read: statistics of visits, the consent ledger, what the policy does not name. Nothing here writes."""

from __future__ import annotations

from .bundle import write_bundle
from .cells import write_cell
from .consents import export
from .decisions import Decisions, count_decisions
from .funnel import By, ConsentFigures, FunnelRow, Gap, consent_figures
from .proof import Proof, last_checkpoint, prove, read_proof
from .receipt import write_receipt
from .receiptcheck import Receipt, find_receipt_faults, read_receipt
from .recount import Recount, recount_figures
from .sheets import render_csv, render_json
from .statistics import Count, Length, PageFigures, Step, VisitStatistics, visit_statistics
from .subject import Dossier, read_dossier, render_dossier, write_csv, write_html, write_json
from .tables import render, render_funnel
from .undeclared import Undeclared, find_undeclared
from .verification import Verification

__all__ = [
    "By",
    "ConsentFigures",
    "Count",
    "Decisions",
    "Dossier",
    "FunnelRow",
    "Gap",
    "Length",
    "PageFigures",
    "Proof",
    "Receipt",
    "Recount",
    "Step",
    "Undeclared",
    "Verification",
    "VisitStatistics",
    "consent_figures",
    "count_decisions",
    "export",
    "find_receipt_faults",
    "find_undeclared",
    "last_checkpoint",
    "prove",
    "read_dossier",
    "read_proof",
    "read_receipt",
    "recount_figures",
    "render",
    "render_csv",
    "render_dossier",
    "render_funnel",
    "render_json",
    "visit_statistics",
    "write_bundle",
    "write_cell",
    "write_csv",
    "write_html",
    "write_json",
    "write_receipt",
]

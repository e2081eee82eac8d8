"""What is written: decisions onto the ledger, and visits, requests, permits, events to be forwarded and the staff
beside it. Only this chapter writes."""

from __future__ import annotations

from .accesslog import LONGEST_LINE
from .acts import acting, note_act
from .addresses import CHANNELS, normalise
from .events import Event
from .growth import find_subject
from .importing import Imported, LogImport
from .landing import SECONDS
from .ledgerkey import LedgerKey, load_ledger_key, make_ledger_key, rotate_ledger_key
from .onetime import find_step, make_secret, write_uri
from .outbox import Outbox, Sendable, Taken, Waiting, list_waiting, purge_outbox
from .passwords import check_password, make_decoy
from .permits import (
    Offer,
    Permit,
    add_permits,
    ban,
    judge_offer,
    list_due,
    list_permits,
    may_send,
    note_review,
    unban,
    withdraw,
)
from .redaction import reduce_path, reduce_value
from .register import Register
from .requests import (
    KINDS,
    OUTCOMES,
    Request,
    Task,
    add_request,
    close_request,
    extend_request,
    find_request,
    finish_task,
    list_days_received,
    list_requests,
    list_tasks,
)
from .restoring import Restored, accept_restore, look_at_restore
from .retention import Retention, Rule, list_rules, run_out
from .sessions import IDLE_SECONDS, Session, begin_session, end_session, find_session, sign_in, touch_session
from .signer import Signer, sign_ledger
from .spool import forget_spooled
from .staff import (
    ROLES,
    Account,
    add_staff,
    change_password,
    disable_staff,
    find_staff,
    is_name,
    list_staff,
    reset_staff,
    set_language,
    set_role,
    set_secret,
)
from .subjects import Erased, Recipient, erase_subject, list_recipients, rectify_record, restrict_subject
from .visits import FILE_ENDINGS, Visit, is_page_path, reduce_referrer, visit_from

__all__ = [
    "CHANNELS",
    "FILE_ENDINGS",
    "IDLE_SECONDS",
    "KINDS",
    "LONGEST_LINE",
    "OUTCOMES",
    "ROLES",
    "SECONDS",
    "Account",
    "Erased",
    "Event",
    "Imported",
    "LedgerKey",
    "LogImport",
    "Offer",
    "Outbox",
    "Permit",
    "Recipient",
    "Register",
    "Request",
    "Restored",
    "Retention",
    "Rule",
    "Sendable",
    "Session",
    "Signer",
    "Taken",
    "Task",
    "Visit",
    "Waiting",
    "accept_restore",
    "acting",
    "add_permits",
    "add_request",
    "add_staff",
    "ban",
    "begin_session",
    "change_password",
    "check_password",
    "close_request",
    "disable_staff",
    "end_session",
    "erase_subject",
    "extend_request",
    "find_request",
    "find_session",
    "find_staff",
    "find_step",
    "find_subject",
    "finish_task",
    "forget_spooled",
    "is_name",
    "is_page_path",
    "judge_offer",
    "list_days_received",
    "list_due",
    "list_permits",
    "list_recipients",
    "list_requests",
    "list_rules",
    "list_staff",
    "list_tasks",
    "list_waiting",
    "load_ledger_key",
    "look_at_restore",
    "make_decoy",
    "make_ledger_key",
    "make_secret",
    "may_send",
    "normalise",
    "note_act",
    "note_review",
    "purge_outbox",
    "rectify_record",
    "reduce_path",
    "reduce_referrer",
    "reduce_value",
    "reset_staff",
    "restrict_subject",
    "rotate_ledger_key",
    "run_out",
    "set_language",
    "set_role",
    "set_secret",
    "sign_in",
    "sign_ledger",
    "touch_session",
    "unban",
    "visit_from",
    "withdraw",
    "write_uri",
]

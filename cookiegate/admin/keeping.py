"""How the register is kept: the ledger and its check, the periods, what is set, what the policy does not name yet."""

from __future__ import annotations

from functools import partial

from cookiegate.consent import read_checkpoint
from cookiegate.errors import LedgerError
from cookiegate.register import list_rules
from cookiegate.reports import Verification, find_undeclared, last_checkpoint
from cookiegate.store import name_store

from .office import Answer, Ask, go
from .period import find_period
from .tables import Column, Page, Table

_UNDECLARED = (Column("kind", "word:observation"), Column("name"), Column("page"), Column("times", "number"))
_RULES = (Column("table"), Column("days", "number"), Column("purpose", "english"), Column("basis", "english"))
_SERVICES = (Column("service"), Column("provider"), Column("purpose"), Column("country"), Column("hosts"))
_SETTINGS = (Column("setting", "word:setting"), Column("value"))


def show_undeclared(ask: Ask) -> Answer:
    period = find_period(ask)
    with ask.office.reading() as store:
        found = find_undeclared(store, ask.office.policy, period.first, period.last, most=200)
    rows = [(each.kind, each.name, each.path, each.times) for each in found]
    table = Table("undeclared", _UNDECLARED, rows, bars="times")
    return Page("undeclared.html", "undeclared.title", (table,), {"period": period})


def show_ledger(ask: Ask) -> Answer:
    """What can be told at once: how long it is, what was signed last, and whether one of our keys signed it."""
    with ask.office.reading() as store:
        ((size,),) = store.query("ledger_size")
    signed, fault = None, ""
    try:
        signed = read_checkpoint(last_checkpoint(ask.office.store_url), ask.office.find_keys()[1])
        if int(str(size)) < signed.size:
            fault = ask.words("ledger.shorter", size=size, signed=signed.size)
    except LedgerError as error:
        fault = str(error)
    more = {"size": size, "signed": signed, "fault": fault, "check": ask.office.verifying.last}
    return Page("ledger.html", "ledger.title", (), more)


def verify(ask: Ask) -> Answer:
    """Begin the whole check on a thread of its own; the page tells how it goes."""
    index, keys = ask.office.find_keys()
    make = partial(Verification, ask.office.store_url, keys, index_key=index, checkpoint=ask.office.checkpoint)
    if ask.office.verifying.begin(ask.account.name, ask.office.clock, make):
        ask.note("ledger verify")
    return go("/ledger")


def show_retention(ask: Ask) -> Answer:
    rows = [(each.table, each.days, each.purpose, each.basis) for each in list_rules(ask.office.policy)]
    return Page("retention.html", "retention.title", (Table("retention", _RULES, rows),))


def show_settings(ask: Ask) -> Answer:
    """What is set, without a secret."""
    office, policy = ask.office, ask.office.policy
    settings = [
        ("version", office.version),
        ("site", policy.site.name),
        ("hosts", ", ".join(policy.site.hosts)),
        ("languages", ", ".join(policy.site.languages)),
        ("controller", f"{policy.controller.name}, {policy.controller.email}"),
        ("policy_version", policy.version),
        ("unknown", policy.gate.unknown),
        ("validity", f"{policy.consent.validity_days} d"),
        ("visits", f"{policy.visits.retention_days} d" if policy.visits.assessment else "off"),
        ("visitor", policy.visits.visitor),
        ("gpc", ", ".join(sorted(policy.signals.gpc)) or "ignore"),
        ("look", policy.banner.look),
        ("store", name_store(office.store_url)),
        ("public", office.public or "http://localhost"),
        ("need_codes", "yes" if office.need_codes else "no"),
    ]
    services = [
        (each.name, each.provider, policy.purpose_of[each.id], each.country, ", ".join(each.hosts))
        for each in policy.services.values()
    ]
    tables = Table("settings", _SETTINGS, settings), Table("services", _SERVICES, services)
    return Page("settings.html", "settings.title", tables)

"""The records of one person, found by consent id alone, looked at for a reason that the ledger keeps (GDPR art. 5(2)).

What is looked at, taken out or erased stands on the ledger with the name of whoever did it; whose it was does not.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from starlette.responses import Response

from cookiegate.register import (
    erase_subject,
    find_request,
    find_subject,
    forget_spooled,
    list_recipients,
    list_requests,
    rectify_record,
    restrict_subject,
)
from cookiegate.reports import Dossier, read_dossier, write_csv, write_html, write_json

from .cases import Case
from .office import Answer, Ask, Refused, go
from .requests import read_number, require
from .tables import Column, Page, Table

_COLUMNS = (
    Column("number", "number"),
    Column("time", "day"),
    Column("event", "word:event"),
    Column("purposes"),
    Column("services"),
    Column("language"),
    Column("policy", "day"),
    Column("restricted", "word:yes"),
    Column("correction"),
)
_FORMS = {"json": ("application/json", write_json), "html": ("text/html", write_html)}
_LONGEST_ID = 64


def ask_who(ask: Ask) -> Answer:
    with ask.office.reading() as store:
        waiting = [each.id for each in list_requests(store) if not each.closed]
    return ask.render("subject.html", "subject.title", waiting=waiting)


def open_case(ask: Ask) -> Answer:
    """Find the person by what was sent in, and ask for a reason first."""
    why = require(ask, "why")
    said = _read_who(require(ask, "who"))
    request = ask.form.get("request", "").strip()
    if request:
        with ask.office.reading() as store:
            find_request(store, request)
    with ask.acting(why):  # refuses a reason that names somebody, before anything is looked up
        found = _read(ask, str(said["consent_id"]))
        if not found.decisions or (len(said) > 1 and not found.agrees_with(said)):
            ask.note("subject not found", why)
            raise Refused(ask.words("subject.not_found"))
        case = Case(str(said["consent_id"]), why, request)
        ask.note("subject found", why, **_name_request(case))  # that they are in the register is told by the answer
    return go(f"/subject/{ask.desk.open(case)}")


def show_case(ask: Ask) -> Answer:
    case, dossier = _find(ask)
    ask.note("subject show", case.why, records=len(dossier.entries), **_name_request(case))
    rows = []
    for entry in dossier.entries:
        said, correction = entry.payload, ""
        if entry.event == "rectified":
            correction, said = str(said["said"]), {"states": {}, "services": (), "language": "", "policy_version": ""}
        purposes = ", ".join(
            f"{purpose}: {ask.words.say('event', state)}" for purpose, state in sorted(said["states"].items())
        )
        time, services = entry.time[:19].replace("T", " "), ", ".join(said["services"])
        rows.append(
            (entry.seq, time, entry.event, purposes, services, said["language"], said["policy_version"][:8],
             "yes" if entry.restricted else "", correction)
        )  # fmt: skip
    more = {"case": case, "handle": ask.path["case"], "done": ask.query.get("done", ""),
            "restricted": any(each.restricted for each in dossier.entries)}  # fmt: skip
    # files of it are copies for the person, and stand on the ledger as such: POST …/export
    return Page("case.html", "case.title", (), {**more, "table": Table("records", _COLUMNS, rows)})


def export(ask: Ask) -> Answer:
    """A copy for the person (GDPR art. 15(3), 20)."""
    case, dossier = _find(ask)
    form = ask.form.get("format", "json")
    made = datetime.fromtimestamp(ask.now, UTC)
    if form == "csv":
        media, text = "text/csv", write_csv(dossier)
    elif form in _FORMS:
        media, write = _FORMS[form]
        text = write(dossier, made)
    else:
        raise Refused(ask.words("subject.no_format"))
    ask.note("subject export", case.why, records=len(dossier.entries), **_name_request(case))
    headers = {"content-disposition": f'attachment; filename="records-{made:%Y-%m-%d}.{form}"'}
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)


def restrict(ask: Ask) -> Answer:
    """Keep the records and use them for nothing (GDPR art. 18)."""
    return _restrict(ask, True)


def release(ask: Ask) -> Answer:
    """End that; the person is told before (GDPR art. 18(3))."""
    return _restrict(ask, False)


def _restrict(ask: Ask, restricted: bool) -> Answer:
    case, _ = _find(ask)
    with ask.acting(case.why):
        restrict_subject(ask.office.store_url, _subject(ask, case.consent_id), ask.now, restricted=restricted)
    return go(f"/subject/{ask.path['case']}?done={'restricted' if restricted else 'released'}")


def rectify(ask: Ask) -> Answer:
    """Put beside a record what is wrong with it (GDPR art. 16)."""
    case, _ = _find(ask)
    number, text = read_number(ask, "number"), require(ask, "text")
    with ask.acting(case.why):
        if not rectify_record(ask.office.store_url, _subject(ask, case.consent_id), number, text, ask.now):
            raise Refused(ask.words("case.no_record", number=number))
    return go(f"/subject/{ask.path['case']}?done=rectified")


def erase(ask: Ask) -> Answer:
    """Take the person out of the register (GDPR art. 17); the request that it answers tells whom to tell."""
    case, _ = _find(ask)
    if ask.form.get("sure") != "yes":
        raise Refused(ask.words("case.not_sure"))
    with ask.acting(case.why):
        forget_spooled(ask.office.store_url, case.consent_id)
        done = erase_subject(
            ask.office.store_url, _subject(ask, case.consent_id), ask.now, whole=ask.form.get("extent") == "all",
            recipients=list_recipients(ask.office.policy), request=case.request,
        )  # fmt: skip
    if done is None:  # somebody else was faster
        raise Refused(ask.words("case.gone"), 404)
    return go(f"/requests/{done.request}?done={'erased' if done.scrubbed else 'erased_later'}")


def _read_who(text: str) -> dict[str, object]:
    """A receipt, or the consent id alone."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and isinstance(said.get("consent_id"), str):
        return said
    return {"consent_id": text}


def _subject(ask: Ask, consent_id: str) -> bytes:
    index, _ = ask.office.find_keys()
    return find_subject(index, consent_id)


def _read(ask: Ask, consent_id: str) -> Dossier:
    if not consent_id.isascii() or len(consent_id) > _LONGEST_ID:  # ours all are
        return Dossier(())
    return read_dossier(ask.office.store_url, _subject(ask, consent_id), consent_id)


def _find(ask: Ask) -> tuple[Case, Dossier]:
    case = ask.desk.find(ask.path["case"])
    dossier = _read(ask, case.consent_id) if case else Dossier(())
    if case is None or not dossier.entries:
        raise Refused(ask.words("case.gone"), 404)
    return case, dossier


def _name_request(case: Case) -> dict[str, str]:
    return {"request": case.request} if case.request else {}

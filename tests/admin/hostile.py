"""Markup, formulas and control characters in every field that a visitor or a letter can fill."""

from __future__ import annotations

from pathlib import Path

from cookiegate.consent import ConsentRecord
from cookiegate.register import add_request, find_subject, load_ledger_key, rectify_record, sign_ledger
from cookiegate.register.growth import Kept, grow_by
from cookiegate.store import Batch, Change, Observation, VisitRow, open_store

EXECUTED = "window.executed ?? null"
# What our pages never have, and what a payload would have made.
ELEMENTS = """[...document.querySelectorAll(
    "script, iframe, object, embed, img, video, audio, base, template, body svg a, marquee, math, style"
)].map(it => it.outerHTML).concat([...document.querySelectorAll("*")].flatMap(it => [...it.attributes]
  .filter(each => each.name.startsWith("on")
    || (["href", "src", "action", "formaction"].includes(each.name) && /^\\s*javascript:/i.test(each.value)))
  .map(each => each.name)))"""
PAYLOADS = (
    "<script>window.executed=1</script>",
    "<img src=x onerror=window.executed=1>",
    '"><svg onload=window.executed=1>',
    "'><img src=x onerror=window.executed=1>",
    '" autofocus onfocus="window.executed=1" x="',
    "</textarea><script>window.executed=1</script>",
    "</title></style><img src=x onerror=window.executed=1>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=window.executed=1 )//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    "\\x3csVg/<sVg/oNloAd=window.executed=1//>\\x3e",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1;1)", "\t=1+1", "\r=1+1", "＝1+1", '=HYPERLINK("http://evil.example";"x")',
            "x;=1+1", 'x",=1+1', "=cmd|' /C calc'!A0", " =1+1", "{=1+1}", "%0A=1+1")  # fmt: skip
CONSENT_ID = "Pa" * 11
_DAY = 86_400


def fill_with_markup(url: str, key_file: Path, checkpoint: Path, now: float) -> str:
    """Fill an empty store; the consent id of somebody whose records are full of it."""
    texts = (*PAYLOADS, *FORMULAS)
    store = open_store(url)
    index = load_ledger_key(key_file).index
    try:
        rows = []
        for at, text in enumerate(texts):
            for views in range(3):
                rows.append(
                    VisitRow(int(now) - _DAY + at * 10 + views, "2026-02-28", text, text, text, 0, text, text, text,
                             200, 0, b"%08d" % at)
                )  # fmt: skip
        seen = [Observation("2026-02-28", kind, text, text, 3) for kind in ("host", "cookie", text) for text in texts]
        store.write(Batch(changes=[Change("add_visit", rows), Change("add_observation", seen)]))
        records = [_write_record(int(now) - _DAY + at, text) for at, text in enumerate(texts)]
        subject = find_subject(index, CONSENT_ID)
        store.write(Batch(grow_by([Kept(each.seal(bytes(64)), subject) for each in records])))
        ((first, *_), *_) = store.query("records_of", subject=subject)
    finally:
        store.close()
    for text in PAYLOADS:
        rectify_record(url, subject, int(str(first)), text, int(now))
        add_request(url, "access", now, channel=text, identity=text, notes=text)
    sign_ledger(url, load_ledger_key(key_file), checkpoint, now)
    return CONSENT_ID


def _write_record(time: int, text: str) -> ConsentRecord:
    return ConsentRecord(
        time=time * 1000, event="given", states={text: "given"}, services=(text,), method=text, language=text,
        policy_version=text, banner=text, validity_days=183, consent_id=CONSENT_ID,
    )  # fmt: skip

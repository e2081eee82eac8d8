"""Two months in the life of a company's website, for the dashboard to show: `fill(url, ...)`.

Everything is drawn from one seed, so that two runs give the same store.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cookiegate.consent import ConsentRecord
from cookiegate.register import (
    add_request,
    add_staff,
    find_subject,
    load_ledger_key,
    make_ledger_key,
    sign_ledger,
)
from cookiegate.register.growth import Kept, grow_by
from cookiegate.store import AnswerRow, Batch, Change, Observation, VisitRow, open_store

SEED = 20261128
_HOUR = 3600
PAGES = ("/", "/huvilat", "/huvilat/lumme", "/huvilat/kaisla", "/saunat", "/tarjouspyynto", "/yhteystiedot",
         "/toimitus", "/sv/stugor", "/en/cabins", "/blogi/hirsi-ja-pakkanen", "/tietosuoja")  # fmt: skip
WEIGHTS = (30, 22, 9, 8, 12, 7, 6, 4, 5, 4, 3, 1)
REFERRERS = ("https://www.google.com", "https://duckduckgo.com", "https://www.facebook.com", "https://www.bing.com",
             "https://www.rakentaja.example", "https://uutiskirje.example", "")  # fmt: skip
BROWSERS = (("Chrome 131", "Windows", "desktop"), ("Mobile Safari 18", "iOS", "mobile"),
            ("Chrome Mobile 131", "Android", "mobile"), ("Firefox 133", "Windows", "desktop"),
            ("Edge 131", "Windows", "desktop"), ("Safari 18", "Mac OS X", "desktop"),
            ("Samsung Internet 27", "Android", "mobile"), ("Firefox 133", "Linux", "desktop"))  # fmt: skip
LANGUAGES = ("fi", "sv", "en")
CAMPAIGN = "uutiskirje / email / hirsiviikot"
ANSWERS = ("given", "partly", "refused", "")
MARK = "8d969eef"
SEEN = (("host", "cdn.chatti.example", "/"), ("host", "fonts.kirjasin.example", "/huvilat"),
        ("cookie", "_kuumakartta", "/saunat"), ("storage", "chatti.session", "/"),
        ("host", "pikseli.mainos.example", "/blogi/hirsi-ja-pakkanen"))  # fmt: skip


def fill(url: str, key_file: Path, checkpoint: Path, now: float, days: int = 60) -> str:
    """Fill an empty store as a gateway would have; a consent id that has records in it."""
    chance = random.Random(SEED)
    store = open_store(url)
    today = datetime.fromtimestamp(now, UTC).date()
    try:
        for back in range(days, -1, -1):
            visits, answers = _draw_day(chance, today - timedelta(back))
            store.write(Batch(changes=[Change("add_visit", visits), Change("add_answer", answers)]))
        seen = [
            Observation(str(today - timedelta(back)), *each, chance.randrange(1, 40))
            for each in SEEN
            for back in range(0, 28, 3)
        ]
        store.write(Batch(changes=[Change("add_observation", seen)]))
        index, first = load_ledger_key(key_file).index, ""
        for back in range(days, -1, -1):
            made = [_draw_decision(chance, int(now) - 86_400 * back - chance.randrange(20_000)) for _ in range(12)]
            first = first or next(each.consent_id for each in made if each.consent_id)
            entries = [
                Kept(each.seal(chance.randbytes(64)), find_subject(index, each.consent_id) if each.consent_id else None)
                for each in made
            ]
            store.write(Batch(grow_by(entries)))
    finally:
        store.close()
    _add_requests(url, now)
    sign_ledger(url, load_ledger_key(key_file), checkpoint, now)
    return first


def _draw_day(chance: random.Random, day: date) -> tuple[list[VisitRow], list[AnswerRow]]:
    """Fewer on weekends, more in autumn's end; a few programs and a few pages that are not there."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    rows: list[VisitRow] = []
    answers: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for _ in range(int(chance.gauss(26 if day.weekday() < 5 else 15, 4))):
        moment, visitor = midnight + chance.randrange(5 * _HOUR, 21 * _HOUR), chance.randbytes(8)
        agent, referrer = (
            chance.choices(BROWSERS, (30, 24, 20, 8, 9, 5, 3, 1))[0],
            chance.choices(REFERRERS, (40, 6, 14, 5, 4, 6, 25))[0],
        )
        language, campaign = chance.choices(LANGUAGES, (80, 9, 11))[0], "" if chance.random() < 0.9 else CAMPAIGN
        answer, decision = chance.choices(ANSWERS, (30, 10, 32, 28))[0], ""
        for view in range(1 + int(chance.expovariate(0.5))):
            path = chance.choices(PAGES, WEIGHTS)[0]
            status = 200
            if chance.random() < 0.02:
                path, status = chance.choice(("/huvilat/vanha", "/favicon.png", "/kampanja-2024")), 404
            came = "" if view else referrer
            group, measured = "/" + path.split("/")[1], int(decision in ("given", "partly"))
            rows.append(
                VisitRow(
                    moment, str(day), "203.0.113.0/24", path, came, int(view > 0), *agent, status, 0, visitor, language,
                    "" if view else campaign, decision, measured, measured and int(chance.random() < 0.9), group,
                    "" if decision else MARK,
                )
            )  # fmt: skip
            if not decision and answer:
                decision = answer
                answers[str(day), group, language, agent[2], MARK, answer] += 1
            moment += chance.randrange(8, 300)
    for _ in range(chance.randrange(4, 14)):
        moment, path = midnight + chance.randrange(86_400), chance.choice(PAGES)
        rows.append(VisitRow(moment, str(day), "198.51.100.0/24", path, "", 0, "Googlebot", "", "", 200, 1, None))
    return rows, [AnswerRow(*key, times) for key, times in answers.items()]


def _draw_decision(chance: random.Random, moment: int) -> ConsentRecord:
    event = chance.choices(("given", "partly-given", "refused", "withdrawn"), (38, 14, 44, 4))[0]
    services = {"given": ("google-analytics", "meta-pixel", "youtube"), "partly-given": ("google-analytics",)}
    given = services.get(event, ())
    states = {"statistics": "given" if given else "refused", "marketing": "given" if len(given) > 1 else "refused"}
    return ConsentRecord(
        time=moment * 1000 + chance.randrange(1000),
        event=event,
        states=states,
        services=given,
        method=f"banner:{'accept' if event == 'given' else 'refuse' if event == 'refused' else 'save'}",
        language=chance.choices(("fi", "sv", "en"), (80, 8, 12))[0],
        policy_version="8d969eef6ecad3c2",
        banner="ab" * 32,
        validity_days=183,
        consent_id="" if event == "refused" else "".join(chance.choices("abcdefghjkmnpqrstuvwxyzABCDEFGH", k=22)),
    )


def _add_requests(url: str, now: float) -> None:
    for kind, back, channel, identity, notes in (
        ("access", 26, "e-mail", "receipt", "wants a copy of all choices"),
        ("erasure", 12, "letter", "consent id", ""),
        ("objection", 3, "phone", "none needed", "objects to the visit log"),
        ("portability", 35, "e-mail", "receipt", ""),
    ):
        received = datetime.fromtimestamp(now - back * 86_400, UTC).date()
        add_request(url, kind, now, received=received, channel=channel, identity=identity, notes=notes)


def main() -> None:
    """Make such a store in a folder, and say how to look at it: `python3 -m tests.admin.company FOLDER`."""
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    url, key_file = f"sqlite:///{folder}/site.db", folder / "ledger.key"
    make_ledger_key(key_file, "www.koivurannansaha.example")
    consent_id = fill(url, key_file, folder / "checkpoint", time.time())
    password = add_staff(url, "aino.esimerkki", "admin", time.time())
    print(f"cookiegate admin --policy examples/company/cookiegate.toml --store {url} --key {key_file}")
    print(f"Sign in as aino.esimerkki with {password}. A consent id: {consent_id}")


if __name__ == "__main__":
    main()

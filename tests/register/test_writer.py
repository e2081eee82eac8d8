"""The writing thread: what it leaves on the disk, at midnight, and when processes fork or share a file."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.errors import StoreError
from cookiegate.policy import Policy
from cookiegate.register import Event, Register, Visit, visit_from
from cookiegate.register.upkeep import Upkeep
from cookiegate.register.writer import Writer
from cookiegate.store import Batch, Change, Observation, Row, Value, VisitRow, companion, is_shared, open_store
from tests.databases.asking import ask
from tests.register.tree import check_tree

MIDNIGHT = 1_772_409_600  # 2026-03-02 00:00 UTC
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"

Records = Callable[..., ConsentRecord]
Select = Callable[[str], list[tuple[Any, ...]]]


def visit(policy: Policy, **given: Any) -> Visit:
    request: dict[str, Any] = {
        "time": MIDNIGHT, "address": "203.0.113.77", "path": "/", "referrer": "", "agent": FIREFOX, "status": 200
    } | given  # fmt: skip
    return visit_from(policy, **request)


def change(policy: Policy, **visits: Any) -> Policy:
    return dataclasses.replace(policy, visits=dataclasses.replace(policy.visits, **visits))


def test_no_file_holds_more_of_a_person_than_the_policy_allows(tmp_path: Path, url: str, policy: Policy) -> None:
    addresses = {
        f"203.0.{high}.{low}": f"2001:db8:{high:x}:{low:x}:1319:8a2e:370:7{low:03}"
        for high in range(1, 41)
        for low in range(1, 6)
    }
    register = Register(url, policy, clock=lambda: MIDNIGHT)
    for number, address in enumerate([*addresses, *addresses.values()]):
        register.visit(
            visit(
                policy,
                address=address,
                path=f"/peruuta/aino{number}@posti.example/lauta?token=hushhush{number}",
                referrer=f"https://search.example/find?q=kysymys{number}",
                agent=f"{FIREFOX} build-very-own-{number}",
            )
        )
        register.observe("host", "cdn.tracker.example", f"/page?token=hushhush{number}")
        register.record_later(
            ConsentRecord(MIDNIGHT * 1000, "refused", {"statistics": "refused"}, (), "banner:refuse", "fi", "", "", 183)
        )
    asyncio.run(asyncio.sleep(0.2))  # part of it is on its way, part is not
    during = [file.read_bytes() for file in copies(tmp_path)]
    register.close()
    after = [file.read_bytes() for file in tmp_path.iterdir()] + read_tables(url)
    assert any(b"203.0.1.0/24" in content for content in after)
    for content in during + after:
        for secret in (b"@posti", b"hushhush", b"kysymys", b"build-very-own", b"Gecko"):
            assert secret not in content
        for ipv4, ipv6 in addresses.items():
            assert not re.search(rb"(?<!\d)" + re.escape(ipv4.encode()) + rb"(?!\d)", content)
            assert ipv6.encode() not in content


def read_tables(url: str) -> list[bytes]:
    """All that lies in a server, as it shows it; nothing of a file, which is read as it is."""
    tables = ("visits", "observations", "ledger_leaves", "ledger_records", "shown") if is_shared(url) else ()
    return [str(ask(url, f"SELECT t::text FROM {table} t")).encode() for table in tables]


def copies(directory: Path) -> list[Path]:
    """The files as another process sees them: reading them here would drop this process's locks on them."""
    target = directory.with_name(f"{directory.name}-copy")
    subprocess.run(["cp", "-r", str(directory), str(target)], check=True)
    return list(target.iterdir())


def test_visitors_are_joined_within_a_day_and_not_across_midnight(url: str, policy: Policy, select: Select) -> None:
    now = [MIDNIGHT - 100.0]
    register = Register(url, policy, clock=lambda: now[0])
    for moment in (MIDNIGHT - 100, MIDNIGHT - 90):
        register.visit(visit(policy, time=moment))
    register.visit(visit(policy, time=MIDNIGHT - 80, agent="Opera/9.80 (Windows NT 6.1)"))
    register.close()
    now[0] = MIDNIGHT + 100.0
    register = Register(url, policy, clock=lambda: now[0])
    register.visit(visit(policy, time=MIDNIGHT - 70))  # written late, still joined
    register.visit(visit(policy, time=MIDNIGHT + 90))
    register.close()
    found: dict[int, bytes] = dict(select("SELECT time, visitor FROM visits"))
    assert found[MIDNIGHT - 100] == found[MIDNIGHT - 90] == found[MIDNIGHT - 70]
    assert len(set(found.values())) == 3
    assert all(found.values())


def test_the_key_of_yesterday_is_gone_from_the_disk(tmp_path: Path, url: str, policy: Policy, select: Select) -> None:
    now = [MIDNIGHT - 100.0]
    register = Register(url, policy, clock=lambda: now[0])
    register.visit(visit(policy, time=MIDNIGHT - 100))
    register.close()
    yesterday = companion(url, ".daykey").read_bytes()[10:42]
    assert any(yesterday)
    now[0] = MIDNIGHT + 1800.0
    register = Register(url, policy, clock=lambda: now[0])
    asyncio.run(register.record(make(policy)))  # chores come with the first work
    register.visit(visit(policy, time=MIDNIGHT - 50))
    register.close()
    assert all(yesterday not in file.read_bytes() for file in tmp_path.iterdir())
    assert select(f"SELECT visitor FROM visits WHERE time = {MIDNIGHT - 50}") == [(None,)]


def make(policy: Policy) -> ConsentRecord:
    return ConsentRecord(MIDNIGHT * 1000, "given", {}, (), "banner:accept", "fi", policy.version, "", 183)


def test_without_visitor_ids_there_is_no_key_and_no_id(
    tmp_path: Path, url: str, policy: Policy, select: Select
) -> None:
    policy = change(policy, visitor="off")
    register = Register(url, policy, clock=lambda: MIDNIGHT)
    register.visit(visit(policy))
    register.close()
    assert select("SELECT visitor FROM visits") == [(None,)]
    assert not companion(url, ".daykey").exists()


def test_without_an_assessment_nothing_is_logged(url: str, policy: Policy, record: Records, select: Select) -> None:
    policy = change(policy, assessment=None)
    register = Register(url, policy, clock=lambda: MIDNIGHT)
    register.visit(visit(policy))
    register.record_later(record(event="refused"))
    register.close()
    assert select("SELECT (SELECT count(*) FROM visits), (SELECT size FROM ledger_head)") == [(0, 1)]


def test_a_clock_that_jumped_years_ahead_deletes_nothing(
    url: str, policy: Policy, record: Records, select: Select
) -> None:
    then = Register(url, policy, clock=lambda: MIDNIGHT)
    asyncio.run(then.record(record("a")))
    then.close()
    for _ in range(2):  # nor when it is started again with the wrong time
        now = Register(url, policy, clock=lambda: MIDNIGHT + 10 * 365 * 86_400.0)
        asyncio.run(now.record(record("b")))
        asyncio.run(asyncio.sleep(1.5))
        now.close()
    assert select("SELECT count(*) FROM ledger_records WHERE event = 'given'") == [(3,)]


def test_the_old_is_deleted_when_the_register_starts(url: str, policy: Policy, record: Records, select: Select) -> None:
    days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02", "2026-03-01"]
    rows = [VisitRow(0, day, "", f"/{day}", "", 0, "", "", "desktop", 200, 0, None) for day in days] * 3000
    seen = [Observation(day, "host", "cdn.tracker.example", "/", 1) for day in days]
    store = open_store(url)
    worked = Change("add_day", [("2026-02-26",), ("2026-02-27",), ("2026-02-28",)])
    store.write(Batch(changes=[Change("add_visit", rows), Change("add_observation", seen), worked]))
    store.close()
    register = Register(url, policy, clock=lambda: MIDNIGHT - 43_200.0)
    asyncio.run(register.record(record("a")))
    register.visit(visit(policy, time=MIDNIGHT - 43_200))
    wait_for_day(select, "2025-12-01")
    register.close()
    kept = [each for (each,) in select("SELECT DISTINCT day FROM visits ORDER BY day")]
    assert kept == ["2025-12-01", "2025-12-02", "2026-03-01"]
    assert select("SELECT count(*) FROM visits") == [(9001,)]
    assert [each for (each,) in select("SELECT day FROM observations ORDER BY day")] == kept


def wait_for_day(select: Select, oldest: str) -> None:
    for _ in range(3000):
        if select("SELECT (SELECT min(day) FROM visits), (SELECT min(day) FROM observations)") == [(oldest, oldest)]:
            return
        asyncio.run(asyncio.sleep(0.01))
    pytest.fail("what is old was not deleted")


def test_a_forked_child_has_a_writer_of_its_own(
    url: str, policy: Policy, record: Records, recorded: Callable[[], list[str]]
) -> None:
    run(
        "import asyncio, os, sys\n"
        "from tests_policy import policy, record\n"
        "from cookiegate.register import Register\n"
        f"register = Register({url!r}, policy)\n"
        "async def fill(name):\n"
        "    await asyncio.gather(*(register.record(record(f'{name}{number}')) for number in range(50)))\n"
        "for child in range(5):\n"
        "    for number in range(50): register.record_later(record(f'queued{child}-{number}'))\n"  # written meanwhile
        "    if os.fork() == 0:\n"
        "        asyncio.run(fill(f'child{child}-'))\n"
        "        sys.exit(0)\n"
        "    asyncio.run(fill(f'parent{child}-'))\n"
        "for child in range(5): assert os.wait()[1] == 0\n"
    )
    names = ("child", "parent", "queued")
    assert sorted(recorded()) == sorted(f"{name}{fork}-{n}" for name in names for fork in range(5) for n in range(50))
    assert len(check_tree(url)) == 750


def test_a_process_that_merely_ends_has_written_everything(
    url: str, policy: Policy, recorded: Callable[[], list[str]]
) -> None:
    run(
        "from tests_policy import policy, record\n"
        "from cookiegate.register import Register\n"
        f"register = Register({url!r}, policy)\n"
        "for number in range(700): register.record_later(record(str(number)))\n"
    )
    assert recorded() == [str(number) for number in range(700)]


def run(script: str) -> None:
    subprocess.run([sys.executable, "-c", PREPARE + script], check=True, timeout=60)


# Gives a child process the policy and the records of conftest.py under the name `tests_policy`.
PREPARE = (
    "import importlib.util, sys\n"
    f"spec = importlib.util.spec_from_file_location('tests_policy', {str(Path(__file__).with_name('conftest.py'))!r})\n"
    "module = importlib.util.module_from_spec(spec)\n"
    "sys.modules['tests_policy'] = module\n"
    "spec.loader.exec_module(module)\n"
    "module.policy, module.record = module.make_policy(), module.make_record\n"
)


def test_a_refusal_is_written_at_closing_though_another_program_holds_the_store(
    tmp_path: Path, policy: Policy, record: Records
) -> None:
    file = tmp_path / "site.db"
    register = Register(f"sqlite:///{file}", policy)
    asyncio.run(register.record(record("a")))
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(4.0, other.execute, ("ROLLBACK",))  # longer than one try waits
    release.start()
    register.record_later(record("b", "refused"))
    register.close()
    release.join()
    assert [seq for (seq,) in other.execute("SELECT seq FROM ledger_leaves")] == [0, 1]
    other.close()


def test_what_waits_stays_where_the_names_of_the_day_cannot_be_read(
    url: str, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Any:
        raise AssertionError

    upkeep = Upkeep(url, policy, none, Path("checkpoint"), None, none, lambda: float(MIDNIGHT))
    writer = Writer(url, policy, upkeep, lambda: float(MIDNIGHT))
    monkeypatch.setattr(writer, "_rouse", lambda: None)  # its thread is this one
    with closing(open_store(url)) as store:
        writer.forward(Event("matomo", "id", MIDNIGHT * 1000, "{}"))
        writer.observe("cookie", "_ga", "/")
        writer.visit(visit(policy))
        query = store.query

        def fail(name: str, **parameters: Value) -> list[Row]:
            if name == "names":
                raise StoreError("connection lost")
            return query(name, **parameters)

        monkeypatch.setattr(store, "query", fail)
        for _ in range(2):
            with pytest.raises(StoreError, match="connection lost"):
                writer._write_visits(store)
    assert (writer.health()["queued_visits"], writer.health()["queued_events"], len(writer._observations)) == (1, 1, 1)

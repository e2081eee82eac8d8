"""What becomes of an access log in the store, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.errors import CookiegateError
from cookiegate.policy import Policy
from cookiegate.register import Imported, LogImport, run_out
from cookiegate.register.names import MOST, OTHER

NOW = 1_772_452_800.0  # 2026-03-02 12:00 UTC
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
Select = Callable[[str], list[tuple[Any, ...]]]


def write(
    path: str = "/", *, address: str = "203.0.113.77", time: str = "01/Mar/2026:12:02:33 +0000", status: int = 200,
    method: str = "GET", referrer: str = "-", agent: str = FIREFOX, host: str = "",
) -> bytes:  # fmt: skip
    """A line of an access log."""
    return (f'{host}{address} - - [{time}] "{method} {path} HTTP/1.1" {status} 512 "{referrer}" "{agent}"\n').encode()


def take(url: str, policy: Policy, lines: Iterable[bytes], now: float = NOW, **options: Any) -> Imported:
    taking = LogImport(url, policy, now, **({"add": False} | options))
    try:
        for number, line in enumerate(lines, 1):
            taking.take("access.log", number, line)
        taking.finish()
    finally:
        taking.close()
    return taking.done


def test_a_visit_is_kept_as_the_gateway_keeps_it(url: str, policy: Policy, select: Select) -> None:
    path = "/peruuta/aino%40posti.example?utm_source=kirje&utm_medium=e&token=x"
    line = write(path, referrer="https://haku.example/?q=y")
    done = take(url, policy, [line])
    assert (done.lines, done.visits, done.programs, done.days) == (1, 1, 0, {"2026-03-01"})
    sql = "SELECT time, day, address, path, referrer, campaign, browser, decision, grp, banner, beacon FROM visits"
    assert select(sql) == [
        (1_772_366_553, "2026-03-01", "203.0.113.0/24", "/peruuta/[email]", "https://haku.example", "kirje / e / -",
         "Firefox 131", "none", "/peruuta", "", 0)
    ]  # fmt: skip


def test_only_requests_for_pages_of_this_site_are_visits(url: str, policy: Policy, select: Select) -> None:
    lines = [
        write("/"),
        write("/missing", status=404),
        write("/again", status=304),
        write("/robot", agent="curl/8.5.0"),
        write("/", method="POST"),
        write("/", method="HEAD"),
        write("/app.JS?v=3"),
        write("/part", status=206),
        write("/_cookiegate/settings"),
        write("/", host="www.koivurannansaha.example:443 "),
        write("/", host="muu.example:443 "),
        write("/", time="03/Mar/2026:12:00:00 +0000"),
    ]
    done = take(url, policy, lines)
    assert (done.visits, done.programs, done.others, done.elsewhere, done.ahead) == (5, 1, 5, 1, 1)
    found = select("SELECT path, status, bot FROM visits ORDER BY path")
    assert found == [("/", 200, 0), ("/", 200, 0), ("/again", 304, 0), ("/missing", 404, 0), ("/robot", 200, 1)]


def test_other_hosts_are_taken_where_they_are_named(url: str, policy: Policy) -> None:
    lines = [write(host="muu.example "), write(host="www.koivurannansaha.example ")]
    assert take(url, policy, lines, hosts=["muu.example"]).visits == 1


def test_one_log_is_brought_in_at_a_time(url: str, policy: Policy) -> None:
    one = LogImport(url, policy, NOW, add=False)
    try:
        with pytest.raises(CookiegateError, match="another import into this store is under way"):
            LogImport(url, policy, NOW, add=False)
    finally:
        one.close()
    assert take(url, policy, [write()]).visits == 1


def test_a_day_that_became_final_meanwhile_is_left_out(
    url: str, policy: Policy, select: Select, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiegate.register.importing._BATCH", 2)
    old = write(time="01/Jun/2025:12:02:33 +0000")
    taking = LogImport(url, policy, NOW, add=False)
    try:
        for number, line in enumerate([old, old]):
            taking.take("log", number, line)
        run_out(url, policy, NOW)
        for number, line in enumerate([old, write()]):
            taking.take("log", number, line)
        taking.finish()
    finally:
        taking.close()
    done = taking.done
    assert (done.visits, done.final, done.days) == (3, {"2025-06-01": 1}, {"2025-06-01", "2026-03-01"})
    assert select("SELECT day, written FROM figured_days ORDER BY day") == [("2025-06-01", 2), ("2026-03-01", 1)]


def test_what_is_older_than_figures_are_kept_is_left_out(url: str, policy: Policy) -> None:
    """Figures go by whole months, 25 months back."""
    lines = [write(time=f"{day} +0000") for day in ("31/Dec/2023:23:59:59", "01/Jan/2024:00:00:00")]
    done = take(url, policy, lines)
    assert (done.visits, done.forgotten, done.days) == (1, 1, {"2024-01-01"})


@pytest.mark.parametrize("add", [False, True])
def test_a_day_whose_visits_are_gone_is_left_out(url: str, policy: Policy, select: Select, add: bool) -> None:
    old = [write(time="01/Jun/2025:12:02:33 +0000"), write(time="01/Jun/2025:12:03:33 +0000")]
    assert take(url, policy, old).visits == 2
    run_out(url, policy, NOW)
    again = take(url, policy, [*old, write()], add=add)
    assert (again.visits, again.final, again.held) == (1, {"2025-06-01": 2}, {})
    assert select("SELECT day FROM visits") == [("2026-03-01",)]
    assert select("SELECT written, counted FROM figured_days WHERE day = '2025-06-01'") == [(2, 2)]


def test_a_day_that_holds_visits_is_left_out_unless_told_otherwise(url: str, policy: Policy, select: Select) -> None:
    log = [write(), write(time="28/Feb/2026:23:59:59 +0000")]
    assert take(url, policy, log).visits == 2
    again = take(url, policy, [*log, write(time="27/Feb/2026:12:00:00 +0000")])
    assert (again.visits, again.held) == (1, {"2026-03-01": 1, "2026-02-28": 1})
    assert take(url, policy, log, add=True).visits == 2
    assert select("SELECT count(*) FROM visits") == [(5,)]


def test_visitors_are_told_apart_within_a_day_and_never_across_two_runs(
    url: str, policy: Policy, select: Select, tmp_path: Path
) -> None:
    people = [write(address="203.0.113.1"), write(address="203.0.113.200"), write(address="198.51.100.1")]
    days = [*people, write(time="28/Feb/2026:12:00:00 +0000")]
    take(url, policy, days)
    take(url, policy, days, add=True)
    found = select("SELECT day, visitor FROM visits")
    assert len({visitor for day, visitor in found if day == "2026-03-01"}) == 4  # two networks, two runs
    assert len({visitor for _, visitor in found}) == 6
    assert not list(tmp_path.glob("*.daykey")), "keys of past days are nowhere but in memory"


def test_visits_past_the_retention_are_taken_and_counted(url: str, policy: Policy) -> None:
    done = take(url, policy, [write(), write(time="01/Mar/2025:12:00:00 +0000")])
    assert (done.visits, done.older) == (2, 1)


def test_of_malformed_lines_the_numbers_are_told(url: str, policy: Policy) -> None:
    lines = [write(), *[b"aino@posti.example\n"] * 9, b"x" * 65_536]
    done = take(url, policy, lines)
    assert (done.visits, done.malformed) == (1, 10)
    assert done.shown == [("access.log", number, "no time in brackets") for number in range(2, 7)]


def test_a_scan_fills_no_table_with_names(url: str, policy: Policy, select: Select) -> None:
    scan = (write(f"/{number}/wp-login.php", status=404) for number in range(6000))
    shop = "/tuote/{0}?utm_source=s{0}"
    pages = (write(shop.format(number), referrer=f"https://r{number}.example/") for number in range(3000))
    take(url, policy, [write(), *scan, write("/yhteys"), *pages])
    columns = ("path", "grp", "campaign", "referrer")
    sql = ", ".join(f"count(DISTINCT {column})" for column in columns)
    ((paths, groups, campaigns, referrers),) = select(f"SELECT {sql} FROM visits")
    assert paths == MOST["path"] + MOST["missing"] + 1
    assert groups <= MOST["group"] + 1
    assert (campaigns, referrers) == (MOST["campaign"] + 2, MOST["referrer"] + 2)  # those, OTHER and none
    unnamed = select(f"SELECT count(*) FROM visits WHERE path = '{OTHER}' AND status = 404")
    assert unnamed == [(6000 - MOST["missing"],)]
    assert select("SELECT count(*) FROM visits WHERE path = '/yhteys'") == [(1,)]
    names = dict(select("SELECT kind, count(*) FROM names GROUP BY kind"))
    assert all(count <= MOST[kind] for kind, count in names.items())


@pytest.mark.parametrize("engines", [1, 3])
def test_gateways_of_one_store_count_their_names_together(
    url: str, policy: Policy, select: Select, engines: int
) -> None:
    for number in range(engines):
        pages = [write(f"/g{number}/{page}") for page in range(1500)]
        take(url, policy, pages, add=True)
    ((paths,),) = select(f"SELECT count(DISTINCT path) FROM visits WHERE path <> '{OTHER}'")
    assert paths == min(1500 * engines, MOST["path"])

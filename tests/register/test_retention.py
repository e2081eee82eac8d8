"""How long each table keeps what it keeps, that no table is forgotten, and that what is deleted is accounted for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from cookiegate.consent import ConsentRecord
from cookiegate.policy import Policy
from cookiegate.register.growth import Kept, grow_by, keep_statement
from cookiegate.register.retention import CONSENT_DAYS, Retention, Rule, list_rules
from cookiegate.register.rollup import roll_up
from cookiegate.store import Batch, Change, Observation, Store, VisitRow, is_shared
from tests.databases.asking import ask
from tests.register.tree import check_tree, read_records

NOON = 1_772_366_400  # 2026-03-01 12:00 UTC
HOUR, DAY = 3600, 86_400
Records = Callable[..., ConsentRecord]


def find_rule(policy: Policy, table: str) -> Rule:
    (rule,) = [rule for rule in list_rules(policy) if rule.table == table]
    return rule


def list_tables(url: str) -> set[str]:
    if is_shared(url):
        found = ask(url, "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                         "AND relnamespace = 'public'::regnamespace")  # fmt: skip
        return {name for (name,) in found} - {"schema_version"}
    found = ask(url, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name for (name,) in found}


def test_every_table_has_a_rule_and_every_rule_a_table(store: Store, url: str, policy: Policy) -> None:
    rules = list_rules(policy)
    assert {rule.table for rule in rules} == list_tables(url)
    assert len({rule.table for rule in rules}) == len(rules)
    assert all(rule.purpose and rule.basis for rule in rules)


def test_the_policy_says_how_long_visits_observations_and_consents_are_kept(policy: Policy) -> None:
    tables = ("visits", "observations", "ledger_records")
    assert [find_rule(policy, table).days for table in tables] == [90, 90, CONSENT_DAYS]
    shorter = dataclasses.replace(
        policy,
        visits=dataclasses.replace(policy.visits, retention_days=14),
        retention={"observations": 7, "consents": 400},
    )
    assert [find_rule(shorter, table).days for table in tables] == [14, 7, 400]


def run(store: Store, policy: Policy, now: int) -> None:
    retention = Retention(policy)
    while retention.purge(store, now):
        pass


def test_visits_and_observations_go_by_their_days(store: Store, url: str, policy: Policy) -> None:
    days = ["2026-02-13", "2026-02-14", "2026-02-15", "2026-02-22", "2026-03-01"]
    rows = [VisitRow(0, day, "", "/", "", 0, "", "", "desktop", 200, 0, None) for day in days]
    seen = [Observation(day, "host", "cdn.tracker.example", "/", 1) for day in days]
    store.write(Batch(changes=[Change("add_visit", rows), Change("add_observation", seen)]))
    shorter = dataclasses.replace(
        policy, visits=dataclasses.replace(policy.visits, retention_days=14), retention={"observations": 7}
    )
    roll_up(store, 1, NOON)
    run(store, shorter, NOON)
    assert [day for (day,) in ask(url, "SELECT day FROM visits ORDER BY day")] == days[2:]
    assert [day for (day,) in ask(url, "SELECT day FROM observations ORDER BY day")] == days[3:]


def keep(record: ConsentRecord, hours_ago: int) -> Kept:
    moment = dataclasses.replace(record, time=(NOON - hours_ago * HOUR) * 1000)
    return Kept(moment.seal(bytes(range(64))), b"subject" if record.consent_id else None)


@pytest.fixture
def aged(store: Store, record: Records) -> Store:
    """Six records a day from two days before their time is over to the day after."""
    limit = CONSENT_DAYS * 24
    entries: list[Kept] = []
    for hours in range(limit + 48, limit - 24, -4):
        event = ("given", "refused", "withdrawn")[len(entries) % 3]
        entries.append(keep(record("" if event == "refused" else "a", event), hours))
    entries.insert(3, keep_statement("policy", "policy", {}, (NOON - (limit + 40) * HOUR) // HOUR))
    store.write(Batch(grow_by(entries)))
    return store


def test_records_past_their_time_go_and_the_ledger_says_so(aged: Store, url: str, policy: Policy) -> None:
    run(aged, policy, NOON)
    leaves = check_tree(url)
    assert [(leaf.kind, leaf.upto, leaf.pruned) for leaf in leaves[19:]] == [("prune", 12, "decisions")]
    assert [found.seq for found in read_records(url)] == [3, *range(13, 19)]
    ages = [NOON // HOUR - found.hour for found in read_records(url)[1:]]
    assert ages == [CONSENT_DAYS * 24 - 4 * number for number in range(6)]
    assert aged.query("records_of", subject=b"subject")  # of those that are left


def test_what_was_pruned_is_said_once(aged: Store, url: str, policy: Policy) -> None:
    run(aged, policy, NOON)
    run(aged, policy, NOON)
    assert [leaf.kind for leaf in check_tree(url)].count("prune") == 1
    run(aged, policy, NOON + DAY)
    assert [(leaf.upto, leaf.pruned) for leaf in check_tree(url) if leaf.kind == "prune"] == [
        (12, "decisions"),
        (18, "decisions"),
    ]
    assert [found.event for found in read_records(url)] == ["policy"]


def test_each_record_that_goes_is_before_the_cut_off_of_a_pruning(
    store: Store, url: str, policy: Policy, record: Records
) -> None:
    limit = CONSENT_DAYS * 24
    store.write(Batch(grow_by([keep(record("a"), limit - 12), keep(record("a"), limit + 12)])))  # a clock went back
    retention = Retention(policy)  # as in a gateway, which is at work on both days
    for now in (NOON, NOON + DAY):
        while retention.purge(store, now):
            pass
    assert read_records(url) == []
    leaves = check_tree(url)
    for leaf in leaves[:2]:
        assert any(leaf.seq <= (each.upto or 0) and leaf.hour < (each.before or 0) for each in leaves[2:])


def test_the_ledger_says_it_before_the_records_are_gone(aged: Store, url: str, policy: Policy) -> None:
    Retention(policy).purge(aged, NOON)
    gone = set(range(19)) - {found.seq for found in read_records(url)}
    (prune,) = [leaf for leaf in check_tree(url) if leaf.kind == "prune"]
    assert prune.before == NOON // HOUR - CONSENT_DAYS * 24
    assert gone
    assert all(seq <= (prune.upto or 0) for seq in gone)


def test_a_restricted_record_is_kept_until_it_is_released(aged: Store, url: str, policy: Policy) -> None:
    aged.write(Batch(changes=[Change("restrict_record", [(1, 0)])]))
    run(aged, policy, NOON)
    assert [found.seq for found in read_records(url)][:2] == [0, 3], "restriction is asked for against deletion too"
    run(aged, policy, NOON)
    assert [leaf.kind for leaf in check_tree(url)].count("prune") == 1
    aged.write(Batch(changes=[Change("restrict_record", [(0, 0)])]))
    run(aged, policy, NOON)
    assert next(found.seq for found in read_records(url)) == 3

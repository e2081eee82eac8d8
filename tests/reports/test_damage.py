"""Random damage to a ledger, of every kind: found and named by the verification of the store and by the export's."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from tests.reports.ledger import PRESENT, SIZE, Ledger, find, find_in_export, has_person

PERSONS = [seq for seq in PRESENT if has_person(seq)]


def names(finding: str, seq: int) -> bool:
    """Whether a finding is about this number, alone or in a range."""
    found = re.search(r"(?:leaf|record) (\d+)(?: to (\d+))?", finding)
    return found is not None and int(found[1]) <= seq <= int(found[2] or found[1])


def flip(column: str, table: str, among: list[int]) -> Callable[[Ledger, random.Random], list[int]]:
    def damage(ledger: Ledger, chance: random.Random) -> list[int]:
        seq = chance.choice(among)
        data = bytearray(ledger.ask(f"SELECT {column} FROM {table} WHERE seq = ?", seq))
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        ledger.change(f"UPDATE {table} SET {column} = ? WHERE seq = ?", bytes(data), seq)
        return [seq]

    return damage


def delete(table: str, among: list[int]) -> Callable[[Ledger, random.Random], list[int]]:
    def damage(ledger: Ledger, chance: random.Random) -> list[int]:
        seq = chance.choice(among)
        ledger.change(f"DELETE FROM {table} WHERE seq = ?", seq)
        return [seq]

    return damage


def swap(table: str, among: list[int], *columns: str) -> Callable[[Ledger, random.Random], list[int]]:
    def damage(ledger: Ledger, chance: random.Random) -> list[int]:
        pair = sorted(chance.sample(among, 2))
        for column in columns:
            first, second = (ledger.ask(f"SELECT {column} FROM {table} WHERE seq = ?", seq) for seq in pair)
            ledger.change(f"UPDATE {table} SET {column} = ? WHERE seq = ?", second, pair[0])
            ledger.change(f"UPDATE {table} SET {column} = ? WHERE seq = ?", first, pair[1])
        return pair

    return damage


def cut(ledger: Ledger, chance: random.Random) -> list[int]:
    seq = chance.randrange(SIZE)
    ledger.change("DELETE FROM ledger_leaves WHERE seq >= ?", seq)
    ledger.change("DELETE FROM ledger_records WHERE seq >= ?", seq)
    return [seq, SIZE - 1]


DAMAGES = {
    "leaf": flip("leaf", "ledger_leaves", list(range(SIZE))),
    "salt": flip("salt", "ledger_records", PRESENT),
    "payload": flip("payload", "ledger_records", PRESENT),
    "person": flip("person", "ledger_records", PERSONS),
    "person_salt": flip("person_salt", "ledger_records", PERSONS),
    "leaf gone": delete("ledger_leaves", list(range(SIZE))),
    "record gone": delete("ledger_records", PRESENT),
    "leaves swapped": swap("ledger_leaves", list(range(SIZE)), "leaf"),
    "neighbours swapped": swap("ledger_leaves", [200, 201], "leaf"),
    "records swapped": swap("ledger_records", PRESENT, "salt", "payload"),
    "persons swapped": swap("ledger_records", PERSONS, "person_salt", "person"),
    "cut": cut,
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", DAMAGES)
def test_any_damage_is_found_and_named_by_both(ledger: Ledger, kind: str, seed: int) -> None:
    require_named(ledger, DAMAGES[kind](ledger, random.Random(f"{kind} {seed}")))


@pytest.mark.torture
def test_a_thousand_flipped_bits_and_every_row_that_is_missing_are_named_by_both(ledger: Ledger) -> None:
    whole, chance = ledger.file.read_bytes(), random.Random(20261122)
    columns = [DAMAGES[kind] for kind in ("leaf", "salt", "payload", "person", "person_salt")]
    damages = [chance.choice(columns) for _ in range(1000)]
    damages += [delete("ledger_leaves", [seq]) for seq in range(SIZE)]
    damages += [delete("ledger_records", [seq]) for seq in PRESENT]
    for damage in damages:
        require_named(ledger, damage(ledger, chance))
        ledger.file.write_bytes(whole)
        for log in ledger.file.parent.glob("site.db-*"):
            log.unlink()


def require_named(ledger: Ledger, damaged: list[int]) -> None:
    """Both verifications name each of these numbers, and the export's finds nothing that the store's does not."""
    here, there = find(ledger), find_in_export(ledger)
    for findings in (here, there):
        for seq in damaged:
            assert any(names(finding, seq) for finding in findings), (seq, findings)
    # what each calls its checkpoints is its own
    plain = {re.sub(r"^checkpoint '[^']*'", "checkpoint", finding) for finding in here}
    assert {re.sub(r"^checkpoint '[^']*'", "checkpoint", finding) for finding in there} <= plain


@pytest.mark.parametrize("kind", ["salt", "payload", "person", "person_salt", "record gone"])
def test_damage_to_a_record_is_named_exactly_and_alone(ledger: Ledger, kind: str) -> None:
    (seq,) = DAMAGES[kind](ledger, random.Random(7))
    assert [finding.partition(":")[0] for finding in find(ledger)] == [f"record {seq}"]
    assert find_in_export(ledger) == find(ledger)

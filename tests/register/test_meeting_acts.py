"""Two acts on one person's records at the same time end as if one had come after the other: on both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.register import erase_subject, rectify_record, restrict_subject, subjects
from cookiegate.store import Batch, Change, open_store
from tests.databases.asking import ask
from tests.register.rights import AINO, NOON, OTSO, RECIPIENTS, Site, make_decision, make_site
from tests.register.tree import check_tree


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/site.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    made = make_site(url, tmp_path)
    made.record(make_decision(AINO, 0), make_decision(OTSO, 1), make_decision(AINO, 2), make_decision(AINO, 3))
    return made


def erase(site: Site) -> None:
    erase_subject(site.url, site.subject(AINO), NOON, whole=False, recipients=RECIPIENTS)


def test_a_record_made_nobodys_between_the_look_and_the_act_is_not_restricted(site: Site) -> None:
    numbers = [row[0] for row in site.rows(AINO)]
    erase(site)
    store = open_store(site.url)
    store.write(Batch(changes=[Change("restrict_record", [(1, seq) for seq in numbers])]))
    store.write(Batch(changes=[Change("unlink_record", [(site.rows(OTSO)[0][0],)])]))
    store.close()
    assert ask(site.url, "SELECT count(*) FROM ledger_records WHERE restricted = 1") == [(0,)]


def test_a_statement_that_unlinks_releases(site: Site) -> None:
    restrict_subject(site.url, site.subject(AINO), NOON, restricted=True)
    store = open_store(site.url)
    store.write(Batch(changes=[Change("unlink_record", [(row[0],) for row in site.rows(AINO)])]))
    store.close()
    assert ask(site.url, "SELECT count(*) FROM ledger_records WHERE restricted = 1") == [(0,)]


def test_one_restricted_or_erased_between_the_look_and_the_act_counts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, first = subjects.carry_out, site.rows(AINO)[0][0]

    def come_before(act: Callable[[], object]) -> None:
        def act_first(*given: Any, **more: Any) -> None:
            monkeypatch.setattr(subjects, "carry_out", carry_out)
            act()
            carry_out(*given, **more)

        monkeypatch.setattr(subjects, "carry_out", act_first)

    come_before(lambda: restrict_subject(site.url, site.subject(AINO), NOON, restricted=True))
    assert rectify_record(site.url, site.subject(AINO), first, "wrong language", NOON)
    assert [row[7] for row in site.rows(AINO)] == [1, 1, 1, 1]
    come_before(lambda: erase(site))
    assert not rectify_record(site.url, site.subject(AINO), first, "My name is Aino.", NOON)
    assert site.rows(AINO) == []
    assert "Aino" not in str(site.query("records", after=-1, most=100))
    check_tree(site.url)

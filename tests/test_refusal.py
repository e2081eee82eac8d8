"""Addresses of the site: the memory of paths where nobody hides opens none where somebody does."""

from __future__ import annotations

from pathlib import Path

from cookiegate.consent import UNDECIDED, Consent
from cookiegate.gate import Rules
from cookiegate.policy import load_policy
from cookiegate.refusal import Places
from cookiegate.requests import find_place
from tests.asgi import http_scope
from tests.stories.site import POLICY


def test_a_path_that_one_visitor_may_ask_for_stays_closed_to_another(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.toml").write_text(POLICY.replace('"/px/"', '"/px/", "*/px.php?id="'))
    rules = Rules(load_policy(tmp_path / "cookiegate.toml"))
    refused = rules.allowance(UNDECIDED, "/")
    given = rules.allowance(Consent(True, frozenset(("pikseli",))), "/")
    places = Places()
    asked = [
        "/",
        "/px/t.js",
        "//px/t.js",
        "/%70x/t.js",
        "/a",
        "/a?b=c",
        "/px.php",
        "/px.php?id=1",
        "/x/px.php?id=2",
        "/" + "a" * 999,
    ]
    for path in asked * 2:
        scope = http_scope(path=path)
        for allowance in (given, refused, given):
            assert places.judge(scope, allowance) == allowance.judge_own_path(find_place(scope))
    assert not places.judge(http_scope(path="/px/t.js"), refused).allowed
    assert not places.judge(http_scope(path="/px.php?id=1"), refused).allowed


def test_invented_paths_do_not_fill_the_memory(tmp_path: Path) -> None:
    (tmp_path / "cookiegate.toml").write_text(POLICY)
    allowance = Rules(load_policy(tmp_path / "cookiegate.toml")).allowance(UNDECIDED, "/")
    places = Places()
    for number in range(10_000):
        assert places.judge(http_scope(path=f"/{number}"), allowance).allowed
    assert len(places._free) <= 4096

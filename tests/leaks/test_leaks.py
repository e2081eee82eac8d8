"""The shared leak bench: nothing leaks before, without and after consent, and what was agreed to works."""

from __future__ import annotations

import os
import shutil

import pytest

from . import bed

# Everyday: between the two, one page for each kind of way out, and every control that a gate could break.
EVERYDAY = {
    ("middleware", "empty"): "v19,v31,v38,c02,c05,c07",
    ("gateway", "full"): "v01,v02,v09,v13,v28,v32,v35,v40,c01,c04,c06,c10",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bed.find_bench() is None, reason="no leak bench beside the project (COOKIEGATE_LEAKBENCH)"),
    pytest.mark.skipif(
        not (os.environ.get("COOKIEGATE_BROWSER") or shutil.which("chromium")) and not os.environ.get("CI"),
        reason="no Chromium on this machine",
    ),
]


@pytest.mark.parametrize(("mode", "policy"), EVERYDAY)
def test_nothing_leaks_and_nothing_breaks(mode: str, policy: str) -> None:
    judge(bed.run(mode, policy, only=EVERYDAY[mode, policy], settle=0.6), policy)


@pytest.mark.torture
@pytest.mark.parametrize("policy", bed.POLICIES)
@pytest.mark.parametrize("mode", bed.MODES)
def test_nothing_leaks_on_any_page_of_the_bench(mode: str, policy: str) -> None:
    outcome = bed.run(mode, policy)
    judge(outcome, policy)
    assert len(outcome.pages) == 44


def judge(outcome: bed.Outcome, policy: str) -> None:
    assert outcome.errors == {}
    assert outcome.before == []
    assert outcome.after_refusal == []
    assert outcome.withdrawn_in_page == []
    assert outcome.withdrawn_next == []
    assert outcome.identifiers_left == {}
    assert outcome.broken == {}
    declared = set(outcome.pages) - bed.UNDECLARED - {"v10"} if policy == "full" else set()  # v10: a DNS query alone
    assert set(outcome.works_after_acceptance) == declared

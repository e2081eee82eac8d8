"""Google Analytics in advanced consent mode: its code runs before a choice where somebody signed for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import tagged
from .chromium import ChromiumVisitor
from .said import CANCEL, CONFIG, DEFAULT, HEARD, NO_SIGNALS, OURS, STATISTICS, choose, update_google

pytestmark = [pytest.mark.chromium, pytest.mark.usefixtures("stand_ins")]
Come = Callable[..., ChromiumVisitor]
COLLECTED = "region1.google-analytics.com"


def test_advanced_mode_asks_google_before_a_choice_and_keeps_nothing(visitor: Come) -> None:
    somebody = visitor(tagged.ADVANCED)
    somebody.visit("/")
    assert somebody.evaluate(HEARD) == {"google": [*DEFAULT, *NO_SIGNALS, *CONFIG]}, "no update before a decision"
    assert somebody.strangers == {"www.googletagmanager.com", COLLECTED}
    assert "/g/collect/G100" in {each.path for each in somebody.internet.asked}
    assert somebody.cookies == set()
    somebody.visit("/managed")
    assert "container" not in somebody.evaluate(HEARD), "a tag manager waits all the same"
    assert "/gtm.js" not in {each.path for each in somebody.internet.asked}


def test_after_a_refusal_advanced_mode_asks_nobody(visitor: Come) -> None:
    for cancelled in (False, True):
        somebody = visitor(tagged.ADVANCED)
        somebody.visit("/")
        if cancelled:
            somebody.evaluate(CANCEL)
        somebody.internet.forget()
        somebody.evaluate("window.heard = {}")
        somebody.press("refuse")
        assert somebody.strangers == set()
        if cancelled:
            assert somebody.evaluate(HEARD) == {"google": update_google()}, "one update for the decision"
            tried = f"fetch('https://{COLLECTED}/g/collect', {{mode: 'no-cors'}}).then(() => true, () => false)"
            assert somebody.evaluate(tried) is False
        else:
            assert (somebody.count(OURS), somebody.evaluate(HEARD)) == (0, {}), "the page was loaded again"
        somebody.visit("/")
        assert (somebody.strangers, somebody.evaluate(HEARD)) == (set(), {})


def test_with_consent_advanced_mode_is_as_the_other(visitor: Come) -> None:
    somebody = visitor(tagged.ADVANCED)
    somebody.visit("/")
    choose(somebody, "statistics")
    assert somebody.evaluate(HEARD)["google"] == STATISTICS["google"]
    assert "_ga" in somebody.cookies

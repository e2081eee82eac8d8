"""Who has no mouse: every choice can be reached by Tab, seen, and made with Enter or Space."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .visitor import Visitor

Come = Callable[..., Visitor]
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def tab_to(somebody: Visitor, selector: str, *, at_most: int) -> None:
    for _ in range(at_most):
        somebody.press_key("Tab")
        if somebody.count(f"{selector}:focus"):
            return
    raise AssertionError(f"{selector} has no focus after {at_most} times Tab")


@with_and_without_scripts
def test_tab_comes_to_refuse_accept_and_settings_first_in_this_order(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/")
    for control in ("refuse", "accept", "settings"):
        somebody.press_key("Tab")
        assert somebody.count(f"#cookiegate [data-cookiegate={control}]:focus-visible") == 1, control
        drawn = f"getComputedStyle(document.querySelector('[data-cookiegate={control}]')).outlineStyle"
        assert somebody.evaluate(drawn) != "none", "where the focus is can be seen"


@with_and_without_scripts
@pytest.mark.parametrize("key", ["Enter", "Space"])
@pytest.mark.parametrize("decision", ["refuse", "accept"])
def test_a_button_is_pressed_with_either_key(visitor: Come, decision: str, key: str, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/")
    tab_to(somebody, f"#cookiegate button[value={decision}]", at_most=2)
    somebody.press_key(key)
    somebody.await_decision(decision)
    if decision == "refuse":
        assert somebody.strangers == set()


@with_and_without_scripts
def test_a_part_is_chosen_and_taken_back_without_a_mouse(visitor: Come, scripts: bool) -> None:
    somebody = visitor(scripts=scripts)
    somebody.visit("/mokit/")
    tab_to(somebody, "#cookiegate a[data-cookiegate=settings]", at_most=3)
    somebody.press_key("Enter")
    somebody.await_drawn(".cookiegate-settings")
    somebody.settle()
    tab_to(somebody, "input[name=service][value=youtube]", at_most=20)
    somebody.press_key("Space")
    assert somebody.count("input[name=service][value=youtube]:checked") == 1
    tab_to(somebody, ".cookiegate-settings button[value=save]", at_most=30)
    somebody.press_key("Enter")
    somebody.await_decision("save")
    assert somebody.strangers == {"www.youtube.com"}
    tab_to(somebody, "#cookiegate button[value=withdraw]", at_most=5)
    somebody.press_key("Space")
    somebody.await_decision("withdraw")
    somebody.internet.forget()
    somebody.visit("/mokit/")
    assert somebody.strangers == set()

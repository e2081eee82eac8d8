"""What somebody sees who goes back, or has the site in another tab, after the choice has changed."""

from __future__ import annotations

from collections.abc import Callable

from .visitor import Visitor

Come = Callable[..., Visitor]


def go_back_to_what_was_accepted(somebody: Visitor) -> None:
    """Accept on one page, withdraw on the next, and go back to the first, which browsers keep as it was."""
    somebody.visit("/")
    somebody.press("accept")
    somebody.visit("/mokit/")
    somebody.press("withdraw")
    somebody.internet.forget()
    while not somebody.address.endswith(f"{somebody.host}/"):  # without scripts the withdrawal is a page more
        somebody.go_back()
        somebody.settle()


def test_going_back_shows_what_now_holds(visitor: Come) -> None:
    somebody = visitor()
    go_back_to_what_was_accepted(somebody)
    somebody.await_drawn("#cookiegate .cookiegate-control")
    somebody.await_drawn("#cookiegate button[value=withdraw]", 0)
    somebody.settle()
    assert somebody.strangers == set()


def test_going_back_without_scripts_asks_nobody_and_the_next_load_shows_what_now_holds(visitor: Come) -> None:
    somebody = visitor(scripts=False)
    go_back_to_what_was_accepted(somebody)
    assert somebody.strangers == set()
    somebody.reload()
    somebody.settle()
    assert somebody.count("#cookiegate .cookiegate-control") == 1
    assert somebody.count("#cookiegate button[value=withdraw]") == 0
    assert somebody.strangers == set()


def test_frames_are_those_of_the_new_choice_after_the_page_was_loaded_again(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/mokit/")
    somebody.press("accept")
    assert "www.youtube.com" in somebody.strangers
    somebody.press("withdraw")
    assert "YouTube" in somebody.read("button", inside="iframe.video")


def test_a_withdrawal_in_one_tab_reaches_the_other(visitor: Come) -> None:
    somebody = visitor()
    somebody.visit("/")
    somebody.press("accept")
    other = somebody.open_tab()
    other.visit("/mokit/")
    assert other.count("#cookiegate button[value=withdraw]") == 1
    somebody.press("withdraw")
    other.await_drawn("#cookiegate button[value=withdraw]", 0)
    other.settle()
    assert other.count("iframe.video[data-cookiegate-service=youtube][srcdoc]") == 1
    somebody.internet.forget()
    other.reload()
    other.settle()
    assert somebody.strangers == set()

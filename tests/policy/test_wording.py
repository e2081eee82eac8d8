"""The site's own words in place of ours."""

from __future__ import annotations

import pytest

from cookiegate.policy import LANGUAGES
from cookiegate.policy.wording import find_misworded, list_fields, load_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_are_a_site_s_own_words_without_a_problem(language: str) -> None:
    ours = {key: text for key, text in load_words(language).items() if key != "direction"}
    assert list(find_misworded({language: ours})) == []


def test_the_fields_of_a_text_are_those_that_are_filled_in() -> None:
    assert list_fields("{a} and {b}, {{not}} {c}") == {"{a}", "{b}", "{c}"}
    assert list_fields("none") == set()
    for text in ("{", "}", "{a"):
        with pytest.raises(ValueError, match=r"."):
            list_fields(text)


@pytest.mark.parametrize(
    ("key", "text", "seen"),
    [
        ("banner.ask", "{controller}: {purposes}", None),
        ("banner.ask", "{purposes} {{x}} {controller}, {controller}", None),
        ("banner.ask", "{controller.name}: {purposes}", "{controller.name}"),
        ("banner.ask", "{controller:>9}: {purposes}", "{controller:>9}"),
        ("banner.ask", "{}: {purposes}", "{}"),
        ("banner.ask", "{0}: {purposes}", "{0}"),
        ("count.services.one", "a service", "{n}"),
        ("authority.data_url", "data:text/html,x", "cannot be used"),
        ("authority.data_url", "https://authority.example/", None),
        ("button.acept", "Accept", "is not known"),
    ],
)
def test_what_must_stay_in_a_text_stays_in_it(key: str, text: str, seen: str | None) -> None:
    problems = list(find_misworded({"en": {key: text}}))
    assert {problem.key for problem in problems} == ({f"texts.en.{key}"} if seen else set())
    assert not seen or any(seen in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("words", "fair"),
    [
        ({"button.accept": "Accept", "button.refuse": "Refuse"}, True),
        ({"button.accept": "Yes!!!", "button.refuse": "Nay"}, True),
        ({"button.accept": "Yes!!!!", "button.refuse": "Nay"}, False),
        ({"button.refuse": "No, I want none of this today"}, False),
        ({"button.accept": "OK"}, False),
        ({"button.accept_new": "OK"}, False),
        ({"button.accept_new": "Accept them", "button.refuse_new": "Refuse them"}, True),
    ],
)
def test_neither_answer_is_twice_as_long_as_the_other(words: dict[str, str], fair: bool) -> None:
    assert (list(find_misworded({"en": words})) == []) is fair


def test_a_language_without_words_is_no_language() -> None:
    with pytest.raises(KeyError):
        load_words("xx")

"""The catalogues of words."""

from __future__ import annotations

import re

import pytest
from babel import Locale

from cookiegate.errors import CookiegateError
from cookiegate.notices import list_languages
from cookiegate.notices.texts import load_texts
from cookiegate.policy import LANGUAGES, STANDARD_PURPOSES, Lifetime, Link, Purpose
from cookiegate.policy.model import SECONDS
from cookiegate.policy.persuasion import find_persuasion


def find_fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_every_language_of_the_policy_has_a_catalogue() -> None:
    assert sorted(LANGUAGES) == list_languages()


@pytest.mark.parametrize("language", list_languages())
def test_all_languages_have_the_same_keys_and_the_same_fields_in_them(language: str) -> None:
    texts, english = load_texts(language), load_texts("en")
    plural = {key for key in texts.keys if key.startswith("count.")}
    assert texts.keys - plural == {key for key in english.keys if not key.startswith("count.")}
    for key in texts.keys - plural:
        assert texts.find(key).strip(), key
        assert find_fields(texts.find(key)) == find_fields(english.find(key)), key


@pytest.mark.parametrize("language", list_languages())
@pytest.mark.parametrize("key", ["count.services", "count.providers"])
def test_every_number_has_its_plural_form_in_every_language(language: str, key: str) -> None:
    texts = load_texts(language)
    for number in (*range(121), 1_000_000):
        assert re.search(rf"(?<!\d){number}(?!\d)", texts.count(key, number)), number
    forms = {each.rpartition(".")[2] for each in texts.keys if each.startswith(f"{key}.")}
    assert forms >= {Locale.parse(language).plural_form(number) for number in range(121)}


@pytest.mark.parametrize("language", [each for each in list_languages() if each != "en"])
def test_nothing_was_left_in_english(language: str) -> None:
    texts, english = load_texts(language), load_texts("en")
    same = {key for key in texts.keys & english.keys if texts.find(key) == english.find(key)}
    long = {key for key in same if len(english.find(key)) > 12 and not key.endswith("_url")}
    assert long == set()


@pytest.mark.parametrize("language", list_languages())
def test_buttons_and_titles_fit_a_small_screen(language: str) -> None:
    texts = load_texts(language)
    limits = {"button.refuse": 24, "button.accept": 24, "button.settings": 32, "button.save": 32, "button.withdraw": 32,
              "button.refuse_new": 24, "button.accept_new": 24, "banner.title": 40, "anew.title": 40,
              "control.settings": 28}  # fmt: skip
    assert {key: texts(key) for key, most in limits.items() if len(texts(key)) > most} == {}


@pytest.mark.parametrize("language", list_languages())
def test_nobody_is_talked_into_anything(language: str) -> None:
    texts = load_texts(language)
    assert {key: found for key in texts.keys if (found := find_persuasion(language, texts.find(key)))} == {}


@pytest.mark.parametrize("language", list_languages())
def test_the_standard_purposes_have_words_in_every_language(language: str) -> None:
    for purpose in STANDARD_PURPOSES:
        for part in ("title", "words", "description"):
            assert load_texts(language).find(f"purpose.{purpose}.{part}")


@pytest.mark.parametrize("language", list_languages())
def test_accept_and_refuse_have_labels_of_about_the_same_length(language: str) -> None:
    texts = load_texts(language)
    for new in ("", "_new"):
        assert 0.5 <= len(texts(f"button.accept{new}")) / len(texts(f"button.refuse{new}")) <= 2


def test_the_site_s_own_words_come_in_place_of_ours() -> None:
    texts = load_texts("fi", {"banner.title": "Evästeet?"})
    assert texts("banner.title") == "Evästeet?"
    assert texts("button.accept") == load_texts("fi")("button.accept")
    assert texts.keys == load_texts("fi").keys


def test_a_link_is_called_what_it_is_called_elsewhere_where_it_has_no_name() -> None:
    link = Link("/a", {"fi": "Tietosuoja", "sv": "Dataskydd"})
    assert [load_texts(language).name(link) for language in ("sv", "en")] == ["Dataskydd", "Tietosuoja"]


def test_what_reads_from_right_to_left_keeps_to_itself() -> None:
    texts = load_texts("fi")
    assert texts.enumerate(["إحصاءات", "kartat"]) == "\u2068إحصاءات\u2069 ja kartat"
    said = texts("banner.ask", controller="חברה", purposes=texts.enumerate(["إحصاءات", "kartat"]))
    assert said == "\u2068חברה\u2069 pyytää suostumustasi: \u2068إحصاءات\u2069 ja kartat."
    assert texts.count("count.services", 2) == "2 palvelua"


def test_a_language_without_texts_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(CookiegateError, match=r"bg, cs, .* fi, .* sv"):
        load_texts("xx")


@pytest.mark.parametrize(
    ("language", "lifetime", "words"),
    [
        ("fi", Lifetime(13, "months"), "13 kuukautta"),
        ("sv", Lifetime(13, "months"), "13 månader"),
        ("en", Lifetime(13, "months"), "13 months"),
        ("fi", Lifetime(1, "days"), "1 päivä"),
        ("sv", Lifetime(1, "hours"), "1 timme"),
        ("en", Lifetime(1, "weeks"), "1 week"),
        ("fi", Lifetime(0, "session"), "istunnon ajan"),
        ("en", None, "not stated"),
    ],
)
def test_lifetimes_are_said_in_words(language: str, lifetime: Lifetime | None, words: str) -> None:
    assert load_texts(language).lifetime(lifetime) == words


@pytest.mark.parametrize("unit", SECONDS)
def test_every_unit_of_a_lifetime_can_be_said(unit: str) -> None:
    assert load_texts("fi").lifetime(Lifetime(2, unit))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "1 day"),
        (14, "14 days"),
        (90, "90 days"),
        (100, "100 days"),
        (182, "6 months"),
        (183, "6 months"),
        (365, "1 year"),
    ],
)
def test_days_are_said_as_people_say_them(days: int, words: str) -> None:
    assert load_texts("en").days(days) == words


def test_what_the_policy_calls_a_purpose_comes_before_our_words() -> None:
    texts = load_texts("fi")
    assert texts.title(Purpose("statistics", ())) == "Tilastot"
    named = Purpose("statistics", (), titles={"fi": "Laskenta"}, descriptions={"fi": "Laskemme."})
    assert [texts.title(named), texts.mention(named), texts.description(named)] == ["Laskenta", "Laskenta", "Laskemme."]


def test_a_purpose_of_the_site_without_words_in_a_language_is_called_what_it_is_called_elsewhere() -> None:
    texts = load_texts("sv")
    assert texts.title(Purpose("kampanjat", (), titles={"fi": "Kampanjat"})) == "Kampanjat"
    assert texts.title(Purpose("kampanjat", ())) == "kampanjat"


def test_a_list_reads_as_a_phrase() -> None:
    texts = load_texts("fi")
    assert [texts.enumerate(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a ja b",
        "a, b ja c",
    ]


def test_dates_are_written_as_the_language_writes_them() -> None:
    dates = [load_texts(language).date(20_000) for language in ("fi", "sv", "en", "de", "pl")]
    assert dates == ["4. lokakuuta 2024", "4 oktober 2024", "4 October 2024", "4. Oktober 2024", "4 października 2024"]

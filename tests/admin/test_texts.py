"""The words of the dashboard: the same keys in each language, all of them used, numbers as people write them."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import cookiegate.admin
from cookiegate.admin.texts import LANGUAGES, load_words

FOLDER = Path(cookiegate.admin.__file__).parent
ENGLISH = load_words("en").texts
# Keys that are put together: a kind of word and what the register or a table calls it.
KINDS = ("as", "part", "menu", "role", "status", "yes", "kind", "outcome", "state", "event", "observation", "setting",
         "gap", "table", "empty", "column", "field", "figure", "request", "case", "answer")  # fmt: skip


def list_fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_keys_with_the_same_fields(language: str) -> None:
    texts = load_words(language).texts
    assert texts.keys() == ENGLISH.keys()
    for key, text in texts.items():
        assert text.strip() == text != "", key
        assert list_fields(text) == list_fields(ENGLISH[key]), key


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    sources = "".join(file.read_text("utf-8") for file in (*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html")))
    named = set(re.findall(r'(?:\bt|words|self)\("([\w.]+)"[,)]', sources)) | set(
        re.findall(r'"(\w+\.title)"', sources)
    )
    assert named <= ENGLISH.keys()
    unused = {
        key for key in ENGLISH.keys() - named if key.partition(".")[0] not in KINDS and not key.endswith(".title")
    }
    assert unused == set()


def test_numbers_times_and_shares_are_written_as_the_language_does() -> None:
    english, finnish = load_words("en"), load_words("fi")
    assert (english.number(1234567), finnish.number(1234567)) == ("1,234,567", "1\u202f234\u202f567")
    assert (english.number(None), finnish.number(0)) == ("not known", "0")
    assert (english.share(0.125), finnish.share(0.125)) == ("12.5%", "12,5 %")
    assert [english.seconds(each) for each in (0, 59.4, 59.6, 200, None)] == [
        "0 s", "59 s", "1 min 0 s", "3 min 20 s", "not known",
    ]  # fmt: skip
    assert english.moment(1_772_366_400) == "2026-03-01 12:00 UTC"


def test_a_word_that_a_language_does_not_have_stays_as_it_is() -> None:
    assert load_words("sv").say("kind", "access") == "tillgång"
    assert load_words("sv").say("kind", "<b>") == "<b>"

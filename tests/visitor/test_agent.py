"""What is read out of a User-Agent, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.visitor import AGENT_LENGTH, Agent, describe

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
CUBOT = ("Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
         "Mobile Safari/537.36")  # fmt: skip


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, Agent("Firefox 131", "Windows", "desktop", False)),
        (IPHONE, Agent("Mobile Safari 18", "iOS", "mobile", False)),
        (IPAD, Agent("Mobile Safari 18", "iOS", "tablet", False)),
        (CUBOT, Agent("Chrome Mobile 131", "Android", "mobile", False)),  # a telephone, in spite of its name
        ("", Agent("", "", "bot", True)),
        ("   ", Agent("", "", "bot", True)),
        ("Something else entirely", Agent("program", "", "bot", True)),
    ],
)
def test_browser_system_and_device_are_told_in_families(agent: str, expected: Agent) -> None:
    assert describe(agent) == expected


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.32.3",
        "python-httpx/0.28.1",
        "Go-http-client/1.1",
        "Java/17.0.1",
        "node-fetch/1.0",
        "Mozilla/5.0 (compatible; SomeIndexer; mailto:crawl@indexer.example)",
    ],
)
def test_a_program_is_a_bot(agent: str) -> None:
    assert describe(agent).bot
    assert describe(agent).device == "bot"


def test_only_the_beginning_of_an_agent_is_looked_at() -> None:
    assert describe(FIREFOX + " " * AGENT_LENGTH + "Googlebot" * 7000) == describe(FIREFOX)


@given(st.text(max_size=300))
def test_only_printable_text_of_bounded_length_comes_out(agent: str) -> None:
    described = describe(agent)
    for text in (described.browser, described.system):
        assert len(text) <= 60
        assert not text or (text.isprintable() and text.isascii())
